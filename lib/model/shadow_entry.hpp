// SPDX-License-Identifier: Apache-2.0
// What shadow mode would have done about one loss of a row, and what others made of that loss. Kept apart from
// JournalEntry, in a table of its own: nothing of it can ever count as a failover.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/journal_entry.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// How it compares with what masters and people then did; plan/shadow_score.hpp says when. The names are in the
/// database: never rename one.
enum class Comparison {
    open,                   ///< cannot be told yet
    agreed,                 ///< a master or a person dealt with the loss after ours would have been done
    would_have_doubled,     ///< somebody had dealt with it by then, or it was no loss at all
    would_have_been_saved,  ///< nobody did anything for failover.confirm_within
    withdrawn,              ///< this daemon handed the row over itself since, in mode act: compares with nothing
};
inline constexpr std::array<std::string_view, 5> comparison_names{"open", "agreed", "would_have_doubled",
                                                                  "would_have_been_saved", "withdrawn"};
constexpr std::string_view name(Comparison comparison) {
    return comparison_names[static_cast<std::size_t>(comparison)];
}

/// One row of ds_reconciler_shadow. (instance, from_host, owned_since, kind) is unique: one loss is noted once.
struct ShadowEntry {
    std::int64_t number = 0;  ///< the journal's own; 0 until it is written
    std::string sweep;        ///< which sweep noted it
    Instant at;               ///< our clock: when ours would have begun
    EntryKind kind = EntryKind::failover;
    WorkflowInstanceId instance;
    MasterAddress from_host;             ///< as it stood in the row
    int old_state = 0;                   ///< the row's state then
    std::optional<Instant> owned_since;  ///< the row's OwnershipTime::stamped
    std::optional<Instant> owned_until;  ///< the row's OwnershipTime::last_change()
    Verdict verdict = Verdict::orphan;
    std::string reason;
    std::string version;  ///< of this daemon
    std::string replica;

    std::optional<Instant> untouched_at;  ///< the first look after ours would have been done that found it untouched
    Comparison compared = Comparison::open;
    std::optional<Instant> compared_at;
    bool settled = false;                 ///< nothing can change the comparison any more: the row is not followed
    std::optional<std::string> dealt_by;  ///< the host that took it up, where the row names one
    std::string message;                  ///< in words, what was seen
    bool operator==(const ShadowEntry&) const = default;
};

/// How many entries compare how, by Comparison.
using ComparisonCounts = std::array<std::uint64_t, comparison_names.size()>;

/// The score. losses is the sum of the others; what was withdrawn is not in it.
struct ShadowScore {
    std::uint64_t losses = 0;
    std::uint64_t agreed = 0;
    std::uint64_t would_have_doubled = 0;
    std::uint64_t would_have_been_saved = 0;
    std::uint64_t open = 0;
    bool operator==(const ShadowScore&) const = default;
};

}  // namespace dsr::model
