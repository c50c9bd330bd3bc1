// SPDX-License-Identifier: Apache-2.0
// What the journal says of one row, as far as judging it needs it. Made by plan/past, from the journal's entries.
#pragma once

#include <optional>
#include <string>

#include "model/instant.hpp"
#include "model/journal_entry.hpp"

namespace dsr::model {

struct PastFailovers {
    /// The answer to this very loss (same owner, same ownership), since the last release; nothing when there is none.
    std::optional<JournalEntry> answer;
    /// The newest answer to this loss was a repair already.
    bool repaired = false;
    int attempts_in_a_day = 0;        ///< since the last release
    int masters_lost = 0;             ///< how many incarnations died under it within a week, since the last release
    std::optional<int> state_before;  ///< the state before the claim that the row bears now, when ours
    int releases = 0;                 ///< by a person
    bool released = false;            ///< a person let it be handed over, and it was not since
    bool operator==(const PastFailovers&) const = default;
};

}  // namespace dsr::model
