// SPDX-License-Identifier: Apache-2.0
// The part of the journal that judging one row needs. plan/history makes it from the journal's entries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/instant.hpp"
#include "model/journal_entry.hpp"

namespace dsr::model {

/// One gate that an operator's release waives for this row, as of the time of the release.
struct Waiver {
    std::string gate;  ///< its name; empty: every gate, by a release of version 0.1.0
    Instant at;        ///< later events are not waived, unless `gate` is empty
    bool operator==(const Waiver&) const = default;
};

struct FailoverHistory {
    /// The answer to this loss (same owner, same ownership); nothing when there is none, or when a release waives it.
    std::optional<JournalEntry> answer;
    /// Whether the newest answer to this loss was already a repair.
    bool repaired = false;
    int attempts_in_a_day = 0;        ///< since the last release from quarantine
    int masters_lost = 0;             ///< incarnations lost while they ran it, within a week and since that release
    std::optional<int> state_before;  ///< the state before the row's present claim, when the claim is ours
    int releases = 0;                 ///< number that waive earlier answers: stored in the unique key of the next entry
    std::vector<Waiver> waivers{};    ///< in force for this ownership, and unused
    bool operator==(const FailoverHistory&) const = default;
};

}  // namespace dsr::model
