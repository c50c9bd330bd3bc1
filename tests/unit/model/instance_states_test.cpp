// SPDX-License-Identifier: Apache-2.0
#include "model/instance_states.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace dsr::instance_states_test {

using model::Generation;

namespace {

std::vector<int> list(std::span<const int> states) {
    return {states.begin(), states.end()};
}

std::vector<int> known(const model::SchemaFacts& schema) {
    std::vector<int> all;
    for (int state = -1; state <= 25; ++state) {
        if (model::known_unfinished_state(schema, state)) all.push_back(state);
    }
    return all;
}

}  // namespace

TEST_CASE("failover states are those that masters select", "[model]") {
    CHECK(list(model::failover_states(Generation::process)) == std::vector<int>{0, 1, 2, 4, 12});
    CHECK(list(model::failover_states(Generation::workflow)) == std::vector<int>{1, 2, 4});
}

TEST_CASE("final states end an instance", "[model]") {
    CHECK(list(model::final_states(Generation::process)) == std::vector<int>{3, 5, 6, 7, 9, 13});
    CHECK(list(model::final_states(Generation::workflow)) == std::vector<int>{3, 5, 6, 7});
}

TEST_CASE("which unfinished states a schema knows depends on its release", "[model]") {
    model::SchemaFacts schema;
    CHECK(known(schema) == std::vector<int>{0, 1, 2, 4, 10, 11, 12, 14, 15, 16, 17});
    schema.state_history = true;
    CHECK(known(schema) == std::vector<int>{0, 1, 2, 4, 12, 14, 15, 16, 17});
    schema.generation = Generation::workflow;
    CHECK(known(schema) == std::vector<int>{0, 1, 2, 4, 12, 14, 15, 16, 17, 18});
}

}  // namespace dsr::instance_states_test
