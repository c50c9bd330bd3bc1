// SPDX-License-Identifier: Apache-2.0
// Whether the journal still holds what this process saw committed. A database that was restored, or failed over to a
// lagging standby, lost that entry, and possibly later writes of masters. Sweep's thread.
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

/// Checks by primary key that the last entry that this process saw committed still exists, and remembers the newest
/// entry for the next check. A missing entry goes to memory.went_back, unless journal.retention may have removed it.
/// Requires a ready journal. Throws Failure.
void check_journal(const SweepContext& context, const model::Policy& policy, Memory& memory);

/// The last loss that no release has lifted since; nothing when there is none.
std::optional<model::WentBack> unreleased(const Memory& memory, const model::Control& control);

/// check_journal() between two batches of a sweep. Returns the guard that holds from now on; nothing when no entry is
/// missing.
std::optional<model::Hold> lost_since(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory);

/// Sets in the row what this process remembers of handing it over, and whether the journal (with `history` of the row)
/// still has that.
void recall_hand_over(const Memory& memory, bool journal_ready, const journal::InstanceHistory* history,
                      model::WorkflowInstance& row);

}  // namespace dsr::sweep
