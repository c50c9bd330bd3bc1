// SPDX-License-Identifier: Apache-2.0
// From the journal's entries of one instance to what judging its row needs. Pure; any thread.
#pragma once

#include <optional>
#include <span>

#include "model/journal_entry.hpp"
#include "model/schema_facts.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether the entry answered the loss that this row still shows: the same owner (or, once claimed, the mark of it) and
/// the same ownership time. A take-up moves one of the two; where a build recovers in place it moves neither.
bool answers(const model::JournalEntry& entry, const model::WorkflowInstance& row, const model::SchemaFacts& schema);

/// `entries`: of this instance, the newest first. `released_at`: when a person last released it.
model::PastFailovers past_failovers(const model::WorkflowInstance& row, std::span<const model::JournalEntry> entries,
                                    int releases, std::optional<model::Instant> released_at,
                                    const model::SchemaFacts& schema, model::Instant now);

}  // namespace dsr::plan
