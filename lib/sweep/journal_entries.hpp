// SPDX-License-Identifier: Apache-2.0
// The entries that a sweep writes to the journal, and whether the journal still holds what this process saw committed.
// A database that was restored, or failed over to a lagging standby, lost that entry, and possibly later writes of
// masters. Sweep's thread.
#pragma once

#include <optional>

#include "journal/journal.hpp"
#include "model/hold.hpp"
#include "model/journal_entry.hpp"
#include "model/shadow_entry.hpp"
#include "model/workflow_instance.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// The entry of a row that is about to be handed over or repaired. `row`: as it was locked. `old_state`: the state in
/// which its recovery continues.
model::JournalEntry entry_of(const SweepScope& scope, const model::WorkflowInstance& row, model::EntryKind kind,
                             int old_state, const model::Judgement& judged, model::Instant now);

/// The entry of a row that shadow mode would hand over or repair.
model::ShadowEntry shadow_entry_of(const SweepScope& scope, const model::WorkflowInstance& row, model::EntryKind kind,
                                   const model::Judgement& judged);

/// Whether the history holds an entry of that kind which this sweep wrote. An entry is committed together with the
/// failover or repair that it describes.
bool written_in(const SweepScope& scope, const journal::InstanceHistory* history, model::EntryKind kind);

/// Checks by primary key that the last entry that this process saw committed still exists, and remembers the newest
/// entry for the next check. A missing entry goes to memory.went_back, unless journal.retention may have removed it.
/// Requires a ready journal. Throws Failure.
void check_journal(const SweepContext& context, const model::Policy& policy, Memory& memory);

/// The last loss that no release has lifted since; nothing when there is none.
std::optional<model::WentBack> unreleased(const Memory& memory, const model::Control& control);

/// check_journal() between two batches of a sweep. Returns the guard that holds from now on; nothing when no entry is
/// missing.
std::optional<model::Hold> lost_since(const SweepScope& scope);

/// Sets in the row what this process remembers of handing it over, and whether the journal (with `history` of the row)
/// still has that.
void recall_hand_over(const Memory& memory, bool journal_ready, const journal::InstanceHistory* history,
                      model::WorkflowInstance& row);

}  // namespace dsr::sweep
