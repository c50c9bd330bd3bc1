// SPDX-License-Identifier: Apache-2.0
#include "plan/past.hpp"

#include <set>
#include <utility>

#include "plan/judge.hpp"

namespace dsr::plan {

using namespace model;

namespace {
constexpr std::chrono::hours day{24};
// A workflow that runs for months outlives many a master; three in a week are its own doing.
constexpr std::chrono::hours week{24 * 7};
}  // namespace

bool answers(const JournalEntry& entry, const WorkflowInstance& row, const SchemaFacts& schema) {
    const bool same_owner = row.host == entry.from_host.text || claimed(row, schema);
    return same_owner && same_stamp(entry.owned_since, row.ownership.stamped);
}

PastFailovers past_failovers(const WorkflowInstance& row, std::span<const JournalEntry> entries, int releases,
                             std::optional<Instant> released_at, const SchemaFacts& schema, Instant now) {
    PastFailovers past;
    past.releases = releases;
    bool used = false;
    std::set<std::pair<MasterAddress, std::optional<Instant>>> lost;
    for (const auto& entry : entries) {
        // Of an older claim the state says nothing: what ran then may be stopping now.
        if (!past.state_before && entry.receipt != Receipt::recovered && answers(entry, row, schema))
            past.state_before = entry.old_state;
        if (entry.releases != releases) continue;
        used = true;
        if (!past.answer && answers(entry, row, schema)) past.answer = entry;
        if (now - entry.at < day) ++past.attempts_in_a_day;
        if (entry.kind == EntryKind::failover && now - entry.at < week)
            lost.emplace(entry.from_host, cut_stamp(entry.owned_since));
    }
    past.repaired = past.answer && past.answer->kind == EntryKind::repair;
    past.masters_lost = static_cast<int>(lost.size());
    // A release speaks of the ownership that the person saw, not of a later one, and is good for one hand-over.
    const bool of_this_ownership =
        released_at && (row.ownership.form != OwnershipTime::Form::known || *released_at >= row.ownership.latest);
    past.released = of_this_ownership && !used;
    return past;
}

}  // namespace dsr::plan
