// SPDX-License-Identifier: Apache-2.0
// Builds the journal entry for a row that is about to be handed over or repaired. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/journal_entry.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::sweep {

/// Fields that all entries of one sweep share.
struct Author {
    std::string sweep;    ///< the sweep's name
    std::string version;  ///< of this daemon
    std::string replica;
    std::optional<std::string> zone{};  ///< the zone in which rows are read; nothing without a column for it
};

/// `row`: as it was locked. `old_state`: the state in which its recovery continues.
model::JournalEntry entry_of(const model::WorkflowInstance& row, model::EntryKind kind, int old_state,
                             const model::Judgement& judged, const model::Snapshot& snapshot, const Author& author,
                             model::Instant now);

}  // namespace dsr::sweep
