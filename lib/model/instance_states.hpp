// SPDX-License-Identifier: Apache-2.0
// The meaning of the state codes of an instance, by generation (docs/dolphinscheduler-protocol.md, section 2.3). Pure;
// any thread.
#pragma once

#include <optional>
#include <span>

#include "model/schema_facts.hpp"

namespace dsr::model {

/// The state list that a master's failover selects: {0,1,2,4,12} in G1, {1,2,4} in G2.
std::span<const int> failover_states(Generation generation);

/// The states that end an instance: never streamed. Everything else, NULL and unknown codes included, is unfinished.
std::span<const int> final_states(Generation generation);

/// Whether the code is one of final_states(); a NULL state is not.
bool is_final_state(const SchemaFacts& schema, std::optional<int> state);

/// Whether the schema knows this code as the state of an unfinished instance.
bool known_unfinished_state(const SchemaFacts& schema, int state);

}  // namespace dsr::model
