// SPDX-License-Identifier: Apache-2.0
#include "plan/history.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "plan/judge.hpp"
#include "plan/owner.hpp"

namespace dsr::plan {

using namespace model;

namespace {
constexpr std::chrono::hours day{24};
// A workflow that runs for months outlives many masters; three losses in a week indicate that the workflow causes them.
constexpr std::chrono::hours week{24 * 7};

bool is_of(const ControlNote& release, Gate gate) {
    return release.terms && release.terms->gate == name(gate);
}

bool was_used(const ControlNote& release) {
    return release.terms && release.terms->state == ReleaseState::used;
}

bool bound_to(const ControlNote& release, const WorkflowInstance& row) {
    return release.terms && release.terms->state == ReleaseState::bound &&
           same_stamp(release.terms->owned_since, row.ownership.stamped);
}

/// Releases that count for every ownership: those of version 0.1.0, and used ones that waived an answer.
int counted_always(std::span<const ControlNote> releases) {
    return static_cast<int>(std::ranges::count_if(releases, [](const ControlNote& release) {
        return !release.terms || (was_used(release) && is_of(release, Gate::not_answered));
    }));
}

/// A release of version 0.1.0 covers the ownership that the operator saw, for one handover.
std::optional<Waiver> without_terms(const WorkflowInstance& row, std::span<const JournalEntry> entries,
                                    std::span<const ControlNote> releases) {
    int count = 0;
    std::optional<Instant> last;
    for (const auto& release : releases) {
        if (release.terms) continue;
        ++count;
        last = std::max(last.value_or(release.at), release.at);
    }
    if (!last || (row.ownership.form == OwnershipTime::Form::known && *last < row.ownership.latest))
        return std::nullopt;
    const bool was_used =
        std::ranges::any_of(entries, [&](const JournalEntry& entry) { return entry.releases >= count; });
    return was_used ? std::nullopt : std::optional(Waiver{"", *last});
}

/// When an operator last excluded the earlier attempts from the count.
std::optional<Instant> attempts_forgiven(const WorkflowInstance& row, std::span<const ControlNote> releases) {
    std::optional<Instant> last;
    for (const auto& release : releases) {
        if (is_of(release, Gate::not_quarantined) && (was_used(release) || bound_to(release, row)))
            last = std::max(last.value_or(release.at), release.at);
    }
    return last;
}
}  // namespace

bool answers(const JournalEntry& entry, const WorkflowInstance& row, const SchemaFacts& schema) {
    const bool same_owner = row.host == entry.from_host.text || claimed(row, schema);
    return same_owner && same_stamp(entry.owned_since, row.ownership.stamped);
}

FailoverHistory failover_history(const WorkflowInstance& row, std::span<const JournalEntry> entries,
                                 std::span<const ControlNote> releases, const SchemaFacts& schema, Instant now) {
    FailoverHistory history;
    const auto waives_answers = [&](const ControlNote& release) {
        return bound_to(release, row) && is_of(release, Gate::not_answered);
    };
    history.releases = counted_always(releases) + static_cast<int>(std::ranges::count_if(releases, waives_answers));
    const auto without = std::ranges::count_if(releases, [](const auto& release) { return !release.terms; });
    const auto forgiven = attempts_forgiven(row, releases);
    std::set<std::pair<MasterAddress, std::optional<Instant>>> lost;
    for (const auto& entry : entries) {
        // The state of an older claim proves nothing: the run may be stopping now.
        if (!history.state_before && entry.receipt != Receipt::recovered && answers(entry, row, schema))
            history.state_before = entry.old_state;
        // An entry with a higher count was written while a release was in force that has ended since: the answer
        // stands.
        if (!history.answer && entry.releases >= history.releases && answers(entry, row, schema))
            history.answer = entry;
        if (entry.releases < without || (forgiven && entry.at <= *forgiven)) continue;
        if (now - entry.at < day) ++history.attempts_in_a_day;
        if (entry.kind == EntryKind::failover && now - entry.at < week)
            lost.emplace(entry.from_host, cut_stamp(entry.owned_since));
    }
    history.repaired = history.answer && history.answer->kind == EntryKind::repair;
    history.masters_lost = static_cast<int>(lost.size());
    if (auto waiver = without_terms(row, entries, releases)) history.waivers.push_back(*std::move(waiver));
    for (const auto& release : releases) {
        if (bound_to(release, row) && !used(release, entries, releases))
            history.waivers.push_back({release.terms->gate, release.at});
    }
    return history;
}

std::optional<Instant> waived(const WorkflowInstance& row, Gate gate) {
    std::optional<Instant> until;
    for (const auto& waiver : row.history.waivers) {
        if (waiver.gate.empty()) return Instant::max();
        if (waiver.gate == name(gate)) until = std::max(until.value_or(waiver.at), waiver.at);
    }
    return until;
}

bool may_be_waived(Gate gate) {
    switch (gate) {
        case Gate::not_answered:
        case Gate::ownership_readable:
        case Gate::owner_gone:
        case Gate::not_quarantined:
        case Gate::parent_left_alone:
        case Gate::not_recovered_in_place:
        case Gate::workers_reached:
        case Gate::stop_kept:
            return true;
        default:
            return false;
    }
}

bool used(const ControlNote& release, std::span<const JournalEntry> entries, std::span<const ControlNote> releases) {
    if (!release.terms) return false;
    const int before = counted_always(releases);
    return std::ranges::any_of(entries, [&](const JournalEntry& entry) {
        if (!same_stamp(entry.owned_since, release.terms->owned_since)) return false;
        // Compare counts, not times, because clocks of two replicas differ.
        if (is_of(release, Gate::not_answered)) return entry.releases > before;
        return release.terms->state_at && entry.at >= *release.terms->state_at;
    });
}

}  // namespace dsr::plan
