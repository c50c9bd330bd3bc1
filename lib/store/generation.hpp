// SPDX-License-Identifier: Apache-2.0
// The names of tables and columns in each generation's schema, and the columns that only some releases have. The SQL of
// the dialects names them in braces, which are filled after the schema was inspected. Only identifiers and state codes
// from this program replace a brace, never an external value.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/schema_facts.hpp"

namespace dsr::store {

/// "t_ds_process_instance" or "t_ds_workflow_instance".
std::string_view instance_table(model::Generation generation);

/// The task states that a failing-over master of this schema does not touch, because it considers them finished
/// (docs/dolphinscheduler-protocol.md, section 2.4).
std::span<const int> finished_task_states(const model::SchemaFacts& schema);

/// Replaces every {name} of sql. Throws std::logic_error for an unknown name.
std::string in_schema(std::string_view sql, const model::SchemaFacts& schema);

}  // namespace dsr::store
