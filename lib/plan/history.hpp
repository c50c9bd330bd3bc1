// SPDX-License-Identifier: Apache-2.0
// Derives from the journal's entries and releases of one instance what judging its row needs. Only this module decides
// what a release covers: one gate, one ownership of the row, one handover. Pure; any thread.
#pragma once

#include <optional>
#include <span>

#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/schema_facts.hpp"
#include "model/workflow_instance.hpp"
#include "plan/judge.hpp"

namespace dsr::plan {

/// Whether the entry answered the loss that this row still shows: the same owner (or, once claimed, its mark) and the
/// same ownership time. A take-up changes one of the two; where a build recovers in place it changes neither.
bool answers(const model::JournalEntry& entry, const model::WorkflowInstance& row, const model::SchemaFacts& schema);

/// `entries`: of this instance, newest first. `releases`: of it, ascending by number. A release that is unbound,
/// expired, refused or bound to another ownership does not count. One without terms, of version 0.1.0, waives every
/// gate and has no end.
model::FailoverHistory failover_history(const model::WorkflowInstance& row,
                                        std::span<const model::JournalEntry> entries,
                                        std::span<const model::ControlNote> releases, const model::SchemaFacts& schema,
                                        model::Instant now);

/// The time up to which an operator's release waives this gate for the row; nothing when no release waives it.
std::optional<model::Instant> waived(const model::WorkflowInstance& row, Gate gate);

/// Whether a release can waive this gate at all.
bool may_be_waived(Gate gate);

/// Whether the bound release was used: an entry was written for its ownership since. `entries` and `releases` are those
/// of the instance, as for failover_history().
bool used(const model::ControlNote& release, std::span<const model::JournalEntry> entries,
          std::span<const model::ControlNote> releases);

}  // namespace dsr::plan
