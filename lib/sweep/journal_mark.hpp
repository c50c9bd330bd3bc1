// SPDX-License-Identifier: Apache-2.0
// Whether the journal still holds what this process saw committed. A database that failed over to a standby that
// lagged, or was restored, lost it, and perhaps what masters wrote since. Sweep's thread.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "journal/journal.hpp"
#include "model/hold.hpp"
#include "model/snapshot.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Looks whether the last entry that this process saw committed is still there, by its primary key, and takes the
/// newest entry for the next look. An entry that is gone goes to memory.went_back, unless journal.retention may have
/// removed it. Only with a journal that is ready. Throws Failure.
void check_journal(const SweepContext& context, const model::Policy& policy, Memory& memory);

/// What holds until a person releases it: the last loss, when no release came since. Nothing when there is none.
std::optional<model::WentBack> unreleased(const Memory& memory, const model::Control& control);

/// check_journal() between two batches of a sweep: the guard that holds from now on; nothing when all is there.
std::optional<model::Hold> lost_since(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory);

/// Notes in the row what this process remembers of handing it over, and whether the journal, which knows `history` of
/// the row, still holds that.
void recall_hand_over(const Memory& memory, bool journal_ready, const journal::InstanceHistory* history,
                      model::WorkflowInstance& row);

}  // namespace dsr::sweep
