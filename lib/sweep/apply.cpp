// SPDX-License-Identifier: Apache-2.0
#include "sweep/apply.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/failure.hpp"
#include "plan/canary.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/host_failover.hpp"
#include "sweep/state_store.hpp"
#include "sweep/stranded_repair.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Maximum number of markers that one sweep removes, and the number per call.
constexpr std::size_t max_markers = 20'000;
constexpr std::size_t markers_at_once = 1'000;

/// The entry of the canary, if there is one.
std::optional<JournalEntry> canary_entry(const SweepScope& scope) {
    auto& canary = scope.memory.canary;
    if (!canary) return std::nullopt;
    auto& journal = scope.context.journal;
    const auto entries = journal.entries(canary->instance, 100);
    const auto found = std::ranges::find(entries, canary->sweep, &JournalEntry::sweep);
    const InstanceIds ids{canary->instance};
    const auto history = journal.history_of(ids);
    const auto known = history.find(canary->instance);
    // A release of the canary lets another row go ahead.
    // A release with terms does so when it is settled.
    const bool released = known != history.end() && found != entries.end() &&
                          std::ranges::any_of(known->second.releases, [&](const ControlNote& release) {
                              return !release.terms && release.at >= found->at;
                          });
    // If it was repaired since, the repair's entry counts: the newest.
    if (found != entries.end() && !released) return entries.front();
    canary.reset();
    return std::nullopt;
}

plan::Allowance allowance_of(const SweepScope& scope, const Plan& plan) {
    const Snapshot& snapshot = scope.snapshot;
    return plan::allowance(plan.planned + plan.beyond_limit, canary_entry(scope),
                           snapshot.journal_ready || snapshot.will_create_journal, snapshot.policy);
}

/// Whether both back ends answer. If they do, the failure concerned one host, and the others continue.
bool both_answer(const SweepContext& context) {
    try {
        context.store.ping();
        (void)context.registry.live_master_count();
        return true;
    } catch (const Failure&) {
        return false;
    }
}

/// Hands over at most `most` of the planned rows.
void fail_over_hosts(const SweepScope& scope, const Plan& plan, std::uint64_t most) {
    auto contacts = ask_departed_workers(scope, plan, most);
    Pace pace(scope.snapshot.policy.rate);
    StuckLocks stuck;
    std::optional<Failure> unreachable;
    scope.report.beyond_limit += for_each_host(plan, most, [&](const HostPlan& host, std::uint64_t may) {
        HostFailover failover(scope, host, pace, stuck, contacts);
        try {
            if (unreachable) {
                failover.give_up(unreachable->what());
            } else {
                failover.run(may);
                scope.progressed();
            }
        } catch (const Failure& failure) {
            failover.give_up(failure.what());
            if (!both_answer(scope.context)) unreachable = failure;
        }
        return failover.recovered();
    });
    if (unreachable) throw *unreachable;
}

void remove_markers(const SweepScope& scope, const std::vector<FailoverMarker>& expired) {
    auto& counts = scope.report.markers;
    try {
        // The rest waits for the next sweep; markers block nothing.
        const auto all = std::min(expired.size(), max_markers);
        for (std::size_t begin = 0; begin < all && !scope.stopping(); begin += markers_at_once) {
            std::vector<FailoverMarker> piece(
                expired.begin() + static_cast<std::ptrdiff_t>(begin),
                expired.begin() + static_cast<std::ptrdiff_t>(std::min(all, begin + markers_at_once)));
            // The scan may be minutes old: a marker without an incarnation protects the unfinished rows of its address.
            std::erase_if(piece, [&](const FailoverMarker& marker) {
                return !marker.startup_time && scope.context.store.names_host(marker.address);
            });
            const auto done = scope.context.registry.remove_markers(piece);
            counts.removed +=
                static_cast<std::uint64_t>(std::count(done.begin(), done.end(), registry::MarkerRemoval::removed));
        }
    } catch (const Failure& failure) {
        // Recovered rows stay recovered; old markers can wait.
        scope.context.log.warn("marker cleanup stopped after {} of {}: {}", counts.removed, expired.size(),
                               failure.what());
    }
    counts.kept = counts.seen - counts.removed;
}

}  // namespace

void apply(const SweepScope& scope, const Plan& plan) {
    Memory& memory = scope.memory;
    SweepReport& report = scope.report;
    const Policy& policy = scope.snapshot.policy;
    const auto allowed = allowance_of(scope, plan);
    report.canary = allowed.reason;
    if (allowed.ends_canary) memory.canary.reset();
    // A slow rate must not delay the next observation by more than an interval; the next sweep continues at once.
    const auto most = std::min<std::uint64_t>(allowed.most, Pace(policy.rate).within(policy.sweep_interval));
    report.more_than_a_plan = report.more_than_a_plan || (most < allowed.most && most < plan.planned);
    fail_over_hosts(scope, plan, most);
    if (allowed.begins_canary) {
        const auto ahead = std::ranges::find(report.actions, Outcome::recovered, &Action::outcome);
        if (ahead != report.actions.end()) memory.canary = Canary{ahead->id, report.sweep};
    }
    repair_stranded(scope, plan.stranded);
    remove_markers(scope, plan.expired_markers);
    report.interrupted = scope.stopping();
    if (scope.snapshot.journal_ready && (report.actions_total > 0 || allowed.ends_canary)) save_state(scope);
}

void report_dry_run(const SweepScope& scope, const Plan& plan, bool limited) {
    auto& report = scope.report;
    auto most = std::numeric_limits<std::uint64_t>::max();
    if (limited) {
        const auto allowed = allowance_of(scope, plan);
        report.canary = allowed.reason;
        most = allowed.most;
    }
    report.beyond_limit += for_each_host(plan, most, [&](const HostPlan& host, std::uint64_t may) {
        const auto shown = std::min<std::uint64_t>(may, host.rows.size());
        for (const auto& row : std::span(host.rows).first(shown))
            report.add({row.id, host.host, row.verdict, Outcome::would_recover, host.reason});
        report.beyond_limit += host.rows.size() - shown;
        return shown;
    });
    for (const auto id : repairable(scope, plan.stranded))
        report.add({id, MasterAddress{}, Verdict::stranded, Outcome::would_recover, "claimed, without a command"});
}

}  // namespace dsr::sweep
