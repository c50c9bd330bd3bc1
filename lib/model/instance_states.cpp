// SPDX-License-Identifier: Apache-2.0
#include "model/instance_states.hpp"

#include <algorithm>
#include <array>

namespace dsr::model {

namespace {

// 9 and 13 belong to tasks. Up to 3.0 both kinds share one enum, and no workflow in these states continues.
constexpr std::array process_final{3, 5, 6, 7, 9, 13};
constexpr std::array workflow_final{3, 5, 6, 7};
constexpr std::array process_failover{0, 1, 2, 4, 12};
constexpr std::array workflow_failover{1, 2, 4};

constexpr std::array process_unfinished{0, 1, 2, 4, 12, 14, 15, 16, 17};
constexpr std::array shared_enum_unfinished{10, 11};  // WAITING_THREAD, WAITING_DEPEND: up to 3.0
constexpr std::array workflow_unfinished{0, 1, 2, 4, 12, 14, 15, 16, 17, 18};

bool contains(std::span<const int> states, int state) {
    return std::ranges::find(states, state) != states.end();
}

}  // namespace

std::span<const int> failover_states(Generation generation) {
    return generation == Generation::process ? std::span<const int>{process_failover}
                                             : std::span<const int>{workflow_failover};
}

std::span<const int> final_states(Generation generation) {
    return generation == Generation::process ? std::span<const int>{process_final}
                                             : std::span<const int>{workflow_final};
}

bool is_final_state(const SchemaFacts& schema, std::optional<int> state) {
    return state && contains(final_states(schema.generation), *state);
}

bool known_unfinished_state(const SchemaFacts& schema, int state) {
    if (schema.generation == Generation::workflow) return contains(workflow_unfinished, state);
    if (!schema.state_history && contains(shared_enum_unfinished, state)) return true;
    return contains(process_unfinished, state);
}

}  // namespace dsr::model
