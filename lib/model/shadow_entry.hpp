// SPDX-License-Identifier: Apache-2.0
// What shadow mode would have done about one loss of a row, and what others did about it. Separate from JournalEntry,
// in its own table, so that it can never count as a failover.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/journal_entry.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// Comparison with what masters and people did then; plan/shadow_score.hpp defines it. The names are in the database:
/// never rename one.
enum class Comparison {
    open,                   ///< not known yet
    agreed,                 ///< a master or a person dealt with the loss after our failover would have been done
    would_have_doubled,     ///< it was dealt with before that, or there was no loss
    would_have_been_saved,  ///< nothing was done about it for failover.confirm_within
    withdrawn,              ///< this daemon handed the row over later, in mode act: not compared
};
inline constexpr std::array<std::string_view, 5> comparison_names{"open", "agreed", "would_have_doubled",
                                                                  "would_have_been_saved", "withdrawn"};
static_assert(base::names_each<Comparison>(comparison_names));
constexpr std::string_view name(Comparison comparison) {
    return comparison_names[static_cast<std::size_t>(comparison)];
}

/// One row of ds_reconciler_shadow. (instance, from_host, owned_since, kind) is unique: one loss is noted once.
struct ShadowEntry {
    std::int64_t number = 0;  ///< the journal's own; 0 until it is written
    std::string sweep;        ///< the sweep that noted it
    Instant at;               ///< our clock: when our failover would have begun
    EntryKind kind = EntryKind::failover;
    WorkflowInstanceId instance;
    MasterAddress from_host;             ///< as in the row
    int old_state = 0;                   ///< the row's state at that time
    std::optional<Instant> owned_since;  ///< the row's OwnershipTime::stamped
    std::optional<Instant> owned_until;  ///< the row's OwnershipTime::last_change()
    Verdict verdict = Verdict::orphan;
    std::string reason;
    std::string version;  ///< of this daemon
    std::string replica;

    std::optional<Instant> untouched_at;  ///< first look that found it untouched after our failover would have ended
    Comparison compared = Comparison::open;
    std::optional<Instant> compared_at;
    bool settled = false;                 ///< the comparison is final: the row is no longer followed
    std::optional<std::string> dealt_by;  ///< the host that took it up, where the row names one
    std::string message;                  ///< a description of what was seen
    bool operator==(const ShadowEntry&) const = default;
};

/// Number of entries by Comparison.
using ComparisonCounts = std::array<std::uint64_t, comparison_names.size()>;

/// The score. losses is the sum of the others; withdrawn entries are not in it.
struct ShadowScore {
    std::uint64_t losses = 0;
    std::uint64_t agreed = 0;
    std::uint64_t would_have_doubled = 0;
    std::uint64_t would_have_been_saved = 0;
    std::uint64_t open = 0;
    bool operator==(const ShadowScore&) const = default;
};

}  // namespace dsr::model
