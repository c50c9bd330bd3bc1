// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweeper.hpp"

#include <algorithm>

#include "alert/alerts_of_sweep.hpp"
#include "model/failure.hpp"
#include "plan/marker_retention.hpp"
#include "sweep/apply.hpp"
#include "sweep/observe.hpp"

namespace dsr::sweep {

using namespace model;

Sweeper::Sweeper(Hands hands, alert::AlertDesk desk, const Policy& policy)
    : hands_(std::move(hands)), desk_(std::move(desk)), policy_(policy) {}

void Sweeper::inherit(const Sweeper& before, Kept kept) {
    memory_ = before.memory_;
    if (!kept.registry) memory_.attendance = {};
    // A zone that changed is to be proven anew: a wrong one makes rows of the living look like an earlier
    // incarnation's.
    if (!kept.database) memory_.zone_proven = false;
    desk_.inherit(before.desk_);
}

SweepReport Sweeper::sweep(const Options& options, const std::stop_token& stop) {
    SweepReport report;
    report.dry_run = options.dry_run;
    report.started_at = hands_.now();
    try {
        run(options, stop, report);
        report.outcome = !report.failure.empty() ? SweepReport::Outcome::failed
                         : report.holds.empty()  ? SweepReport::Outcome::done
                                                 : SweepReport::Outcome::held;
    } catch (const Failure& failure) {
        report.outcome = SweepReport::Outcome::failed;
        report.failure = failure.what();
    } catch (const std::exception& error) {
        report.outcome = SweepReport::Outcome::failed;
        report.failure = std::string("a fault of this program, please report it: ") + error.what();
    }
    memory_.last_sweep = hands_.now() - report.started_at;
    report.duration = std::chrono::duration_cast<Milliseconds>(memory_.last_sweep);
    if (!options.dry_run) desk_.tell(alert::alerts_of(report), hands_.now());
    return report;
}

void Sweeper::run(const Options& options, const std::stop_token& stop, SweepReport& report) {
    const auto schema = inspect(report);
    if (!schema) return;

    const auto seen = observe(hands_.registry, hands_.store, *schema, policy_, memory_);
    const Snapshot& snapshot = seen.snapshot;
    report.masters = snapshot.registry.masters;
    report.lost_masters = seen.went;
    report.passing_doubt = seen.all_gone;

    auto survey_result = survey(hands_.store, snapshot, memory_, snapshot.registry.taken_at, stop, options.progress);
    const Plan& plan = survey_result.plan;
    report.verdicts = plan.counts;
    report.notices = std::move(survey_result.notices);
    report.beyond_limit = plan.beyond_limit;
    report.more_than_a_plan = plan.beyond_limit > 0;
    report.next_action_at = plan.next_action_at;
    report.holds = plan.holds;
    for (const auto& owner : survey_result.absent_owners) {
        if (std::find(report.lost_masters.begin(), report.lost_masters.end(), owner) == report.lost_masters.end())
            report.lost_masters.push_back(owner);
    }
    const auto& markers = snapshot.registry.markers;
    report.markers.seen = report.markers.kept = markers.size();
    report.markers.malformed =
        static_cast<std::uint64_t>(std::count_if(markers.begin(), markers.end(), plan::malformed));
    if (!survey_result.complete) {
        report.interrupted = true;
        return;
    }
    if (!report.holds.empty()) return;
    if (options.dry_run) {
        foretell(plan, report);
        return;
    }
    apply(hands_, plan, snapshot, memory_, report, stop, options.progress);
    remove_markers(plan.expired_markers, stop, report);
    report.interrupted = stop.stop_requested();
}

void Sweeper::foretell(const Plan& plan, SweepReport& report) const {
    for (const auto& host : plan.hosts) {
        for (const auto& row : host.rows) {
            if (policy_.max_per_sweep != 0 && report.actions_total >= policy_.max_per_sweep) {
                ++report.beyond_limit;
            } else {
                report.add({row.id, host.host, row.verdict, Outcome::would_recover, host.reason});
            }
        }
    }
}

std::optional<SchemaFacts> Sweeper::inspect(SweepReport& report) {
    hands_.store.ping();
    try {
        return hands_.store.inspect();
    } catch (const Failure& failure) {
        if (failure.meaning() != Meaning::refused) throw;
        report.holds.push_back({Guard::unknown_schema, failure.what()});
        return std::nullopt;
    }
}

void Sweeper::remove_markers(const std::vector<FailoverMarker>& expired, const std::stop_token& stop,
                             SweepReport& report) {
    try {
        for (const auto& marker : expired) {
            if (stop.stop_requested()) break;
            // The scan may be minutes old by now: a marker without an incarnation guards its address's unfinished rows.
            if (!marker.startup_time && hands_.store.names_host(marker.address)) continue;
            if (hands_.registry.remove_marker(marker) == registry::MarkerRemoval::removed) ++report.markers.removed;
        }
    } catch (const Failure& failure) {
        // What was recovered stays recovered: old markers can wait.
        hands_.log.warn("marker cleanup stopped after {} of {}: {}", report.markers.removed, expired.size(),
                        failure.what());
    }
    report.markers.kept = report.markers.seen - report.markers.removed;
}

}  // namespace dsr::sweep
