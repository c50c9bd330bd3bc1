// SPDX-License-Identifier: Apache-2.0
// The outcome of one failover: the takeover receipt. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/journal_entry.hpp"
#include "model/policy.hpp"
#include "model/schema_facts.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// The newest command of an instance in t_ds_error_command.
struct FailedCommand {
    std::int64_t id = 0;
    std::string message;
    bool recovery = false;                     ///< false: an operator's start or resume
    std::optional<model::Instant> updated_at;  ///< when it was written; nothing when unknown
};

/// Whether it is the command that the entry wrote. Databases reuse ids, so the failed command must not be older than
/// the entry. Its time may be rounded to whole seconds.
bool is_command_of(const FailedCommand& failed, const model::JournalEntry& entry);

/// The entry with its receipt according to the present row; unchanged when nothing is new. `row` is null when the
/// instance is gone.
model::JournalEntry receipt_of(model::JournalEntry entry, const model::WorkflowInstance* row,
                               const std::optional<FailedCommand>& failed_command, const model::SchemaFacts& schema,
                               const model::Policy& policy, model::Instant now);

}  // namespace dsr::plan
