// SPDX-License-Identifier: Apache-2.0
// From the journal's entries and releases of one instance to what judging its row needs. This alone says what a release
// is good for: one gate, one ownership of the row, one hand-over. Pure; any thread.
#pragma once

#include <optional>
#include <span>

#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/schema_facts.hpp"
#include "model/workflow_instance.hpp"
#include "plan/gates.hpp"

namespace dsr::plan {

/// Whether the entry answered the loss that this row still shows: the same owner (or, once claimed, the mark of it) and
/// the same ownership time. A take-up moves one of the two; where a build recovers in place it moves neither.
bool answers(const model::JournalEntry& entry, const model::WorkflowInstance& row, const model::SchemaFacts& schema);

/// `entries`: of this instance, the newest first. `releases`: of it, ascending by number. A release that is unbound,
/// expired, refused or bound to another ownership counts as never given. One without terms, of version 0.1.0, waives
/// every gate and has no end.
model::FailoverHistory failover_history(const model::WorkflowInstance& row,
                                        std::span<const model::JournalEntry> entries,
                                        std::span<const model::ControlNote> releases, const model::SchemaFacts& schema,
                                        model::Instant now);

/// Until when what the row shows is waived at this gate by a person's release; nothing when no release waives it.
std::optional<model::Instant> waived(const model::WorkflowInstance& row, Gate gate);

/// Whether a release can waive this gate at all.
bool may_be_waived(Gate gate);

/// Whether the bound release was used: an entry was written for its ownership since. `entries` and `releases`: of the
/// instance, as for failover_history().
bool used(const model::ControlNote& release, std::span<const model::JournalEntry> entries,
          std::span<const model::ControlNote> releases);

}  // namespace dsr::plan
