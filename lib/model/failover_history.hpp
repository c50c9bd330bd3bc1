// SPDX-License-Identifier: Apache-2.0
// What the journal says of one row, as far as judging it needs it. Made by plan/history, from the journal's entries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/instant.hpp"
#include "model/journal_entry.hpp"

namespace dsr::model {

/// One gate that a person's release waives for this row, as of the time when it was given.
struct Waiver {
    std::string gate;  ///< its name; empty: every gate, by a release of version 0.1.0
    Instant at;        ///< what happened later is not waived, unless `gate` is empty
    bool operator==(const Waiver&) const = default;
};

struct FailoverHistory {
    /// The answer to this very loss (same owner, same ownership); nothing when there is none, or a release waives it.
    std::optional<JournalEntry> answer;
    /// The newest answer to this loss was a repair already.
    bool repaired = false;
    int attempts_in_a_day = 0;        ///< since the last release from quarantine
    int masters_lost = 0;             ///< how many incarnations died under it within a week, since that release
    std::optional<int> state_before;  ///< the state before the claim that the row bears now, when ours
    int releases = 0;                 ///< that waive earlier answers: what the next entry carries in its unique key
    std::vector<Waiver> waivers{};    ///< in force for this ownership and not used
    bool operator==(const FailoverHistory&) const = default;
};

}  // namespace dsr::model
