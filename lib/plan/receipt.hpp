// SPDX-License-Identifier: Apache-2.0
// What became of one failover: the takeover receipt. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/journal_entry.hpp"
#include "model/policy.hpp"
#include "model/schema_facts.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// The command of the entry as t_ds_error_command has it, if it has it.
struct FailedCommand {
    std::int64_t id = 0;
    std::string message;
};

/// The entry with its receipt as the row shows it now; unchanged while nothing is new. `row` is null when the instance
/// is gone.
model::JournalEntry receipt_of(model::JournalEntry entry, const model::WorkflowInstance* row,
                               const std::optional<FailedCommand>& failed_command, const model::SchemaFacts& schema,
                               const model::Policy& policy, model::Instant now);

}  // namespace dsr::plan
