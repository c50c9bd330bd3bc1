// SPDX-License-Identifier: Apache-2.0
#include "sweep/confirm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/instance_states.hpp"
#include "plan/history.hpp"
#include "plan/receipt.hpp"
#include "plan/release_terms.hpp"
#include "sweep/evidence.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

std::optional<plan::FailedCommand> failed_command_of(const std::map<WorkflowInstanceId, store::ErrorCommand>& errors,
                                                     WorkflowInstanceId id) {
    const auto found = errors.find(id);
    if (found == errors.end()) return std::nullopt;
    const auto& error = found->second;
    return plan::FailedCommand{error.id, error.message, error.recovery, error.updated_at};
}

void count(const JournalEntry& entry, const Memory& memory, SweepReport& report) {
    if (entry.receipt == Receipt::recovered && entry.receipt_at) {
        if (const auto lost = memory.losses.of(entry.from_host, entry.at, memory.membership))
            report.loss_to_takeover.add(*entry.receipt_at - *lost);
    }
    ++report.receipts[static_cast<std::size_t>(entry.receipt)];
    const bool to_tell = entry.receipt == Receipt::overdue || entry.receipt == Receipt::failed;
    if (to_tell && report.receipts_to_tell.size() < SweepReport::kept_receipts)
        report.receipts_to_tell.push_back(entry);
}

std::vector<WorkflowInstanceId> instances_of(const std::vector<ControlNote>& releases) {
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(releases.size());
    for (const auto& release : releases) ids.push_back(*release.instance);
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
}

bool is_bound(const ControlNote& release) {
    return release.terms->state == ReleaseState::bound;
}

bool was_used(const ControlNote& release, const journal::InstanceHistory* history) {
    return history != nullptr && plan::used(release, history->entries, history->releases);
}

/// Marks a release used. It stays in the unique key if it waived an answer. Version 0.1.0 counts every `release`.
void mark_used(ControlNote& release, Instant now) {
    const bool counts = release.terms->gate == plan::name(plan::Gate::not_answered);
    release.action = counts ? ControlAction::release : ControlAction::ended_release;
    release.terms->state = ReleaseState::used;
    release.terms->state_at = now;
}

/// The changes to the open releases, written at once.
class Settlement {
public:
    explicit Settlement(const SweepScope& scope) : scope_(scope), now_(scope.snapshot.registry.taken_at) {}

    [[nodiscard]] Instant now() const { return now_; }
    void changed(const ControlNote& release) { changed_.push_back(release); }
    void used(ControlNote& release) {
        mark_used(release, now_);
        changed(release);
    }
    void end(ControlNote& release, ReleaseState state, std::string why) {
        release.action = ControlAction::ended_release;
        release.terms->state = state;
        release.terms->state_at = now_;
        release.terms->why = std::move(why);
        changed(release);
        scope_.report.ended_releases.push_back(release);
    }
    void write() { scope_.context.journal.settle_releases(changed_); }

private:
    const SweepScope& scope_;
    Instant now_;
    std::vector<ControlNote> changed_;
};

void bind(ControlNote& release, WorkflowInstance& row, const Evidence& evidence, const Snapshot& snapshot,
          Settlement& settlement) {
    evidence.annotate(row);
    auto terms = plan::terms_of(release, row, plan::gates(row, snapshot, settlement.now()), settlement.now());
    if (terms.state == ReleaseState::refused) return settlement.end(release, terms.state, std::move(terms.why));
    release.terms = std::move(terms);
    settlement.changed(release);
}

}  // namespace

void confirm(const SweepScope& scope) {
    const auto& context = scope.context;
    const Snapshot& snapshot = scope.snapshot;
    SweepReport& report = scope.report;
    std::int64_t after = 0;
    report.unconfirmed = 0;
    while (!scope.stopping()) {
        const auto entries = context.journal.unconfirmed(after, journal::page_entries);
        if (entries.empty()) return;
        after = entries.back().number;
        std::vector<WorkflowInstanceId> ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        // Read errors first: a command that fails between the two reads then shows up next time and is never taken for
        // gone.
        const auto errors = context.store.error_commands(ids);
        std::map<WorkflowInstanceId, WorkflowInstance> rows;
        for (auto& row : context.store.read(ids)) rows.emplace(row.id, std::move(row));
        std::vector<JournalEntry> changed;
        for (const auto& entry : entries) {
            const auto row = rows.find(entry.instance);
            auto seen = plan::receipt_of(entry, row == rows.end() ? nullptr : &row->second,
                                         failed_command_of(errors, entry.instance), snapshot.schema, snapshot.policy,
                                         context.now());
            if (seen.receipt == Receipt::awaited || seen.receipt == Receipt::overdue) ++*report.unconfirmed;
            if (seen.receipt == entry.receipt) continue;
            count(seen, scope.memory, report);
            changed.push_back(std::move(seen));
        }
        if (!changed.empty()) context.journal.confirm(changed);
        if (entries.size() < journal::page_entries) return;
    }
}

bool settle_releases(const SweepScope& scope) {
    const auto& context = scope.context;
    const Snapshot& snapshot = scope.snapshot;
    auto& canary = scope.memory.canary;
    auto open = context.journal.open_releases();
    std::erase_if(open, [](const ControlNote& release) { return !release.instance; });
    if (open.empty()) return false;
    const auto ids = instances_of(open);
    auto rows = context.store.read(ids);
    const Evidence evidence(context, snapshot, scope.memory, ids);
    Settlement settlement(scope);
    for (auto& release : open) {
        // A release of the canary lets another row go ahead.
        if (!is_bound(release) && canary && canary->instance == *release.instance) canary.reset();
        if (is_bound(release) && was_used(release, evidence.history_of(*release.instance))) {
            settlement.used(release);
            continue;
        }
        const auto row = std::ranges::find(rows, *release.instance, &WorkflowInstance::id);
        const auto ended = is_bound(release) ? ReleaseState::expired : ReleaseState::refused;
        if (row == rows.end()) {
            settlement.end(release, ended, fmt::format("there is no workflow instance {}", release.instance->value));
        } else if (is_final_state(snapshot.schema, row->state)) {
            settlement.end(release, ended, "it has finished: there is nothing to hand over");
        } else if (!is_bound(release)) {
            bind(release, *row, evidence, snapshot, settlement);
        } else if (!same_stamp(release.terms->owned_since, row->ownership.stamped)) {
            settlement.end(release, ended, "not used: it was taken up since it was released");
        }
    }
    settlement.write();
    return std::ranges::any_of(open, is_bound);
}

void age_releases(const SweepScope& scope, std::optional<Instant> unheld_before) {
    auto& journal = scope.context.journal;
    auto open = journal.open_releases();
    std::erase_if(open, [](const ControlNote& release) { return !release.instance || !is_bound(release); });
    if (open.empty()) return;
    const auto histories = journal.history_of(instances_of(open));
    Settlement settlement(scope);
    for (auto& release : open) {
        if (was_used(release, journal::history_in(histories, *release.instance))) {
            settlement.used(release);
            continue;
        }
        auto& terms = *release.terms;
        const Instant from = std::max(unheld_before.value_or(settlement.now()), terms.state_at.value_or(release.at));
        if (from >= settlement.now()) continue;
        terms.spent += settlement.now() - from;
        const auto valid = scope.snapshot.policy.release_valid;
        if (terms.spent >= valid)
            settlement.end(release, ReleaseState::expired,
                           fmt::format("not used within {} (failover.release_valid)", human(valid)));
        else
            settlement.changed(release);
    }
    settlement.write();
}

}  // namespace dsr::sweep
