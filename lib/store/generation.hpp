// SPDX-License-Identifier: Apache-2.0
// What the same thing is called in each generation's schema, and which columns only some releases have. The SQL of the
// dialects names them in braces; they are filled in once a schema was inspected. Only identifiers and state codes that
// stand in this program ever take a brace's place, never a value from outside.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/schema_facts.hpp"

namespace dsr::store {

/// "t_ds_process_instance" or "t_ds_workflow_instance".
std::string_view instance_table(model::Generation generation);

/// The task states that a failing-over master of this schema leaves alone: finished in its own eyes
/// (docs/dolphinscheduler-protocol.md, section 2.4).
std::span<const int> finished_task_states(const model::SchemaFacts& schema);

/// Replaces every {name} of sql. Throws std::logic_error for a name that it does not know.
std::string in_schema(std::string_view sql, const model::SchemaFacts& schema);

}  // namespace dsr::store
