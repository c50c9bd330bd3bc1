// SPDX-License-Identifier: Apache-2.0
// Fills the braces of the SQL: the names of tables and columns in each generation's schema, the columns that only some
// releases have, and the words of one database (dialect.hpp). Only identifiers, state codes and SQL of this program
// replace a brace, never an external value.
#pragma once

#include <functional>
#include <map>
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

/// What one database writes in its own way, by the name that stands in braces. May contain braces itself.
using Words = std::map<std::string, std::string, std::less<>>;

/// Replaces every {name} of sql, by the word of that name if there is one. Throws std::logic_error for an unknown name.
std::string in_schema(std::string_view sql, const model::SchemaFacts& schema, const Words& words = {});

}  // namespace dsr::store
