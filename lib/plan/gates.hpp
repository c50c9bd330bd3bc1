// SPDX-License-Identifier: Apache-2.0
// The questions that judging asks of one row, in the order in which it asks them: what a person is shown by `explain`.
// judge() and gates() share one evaluation (judge.cpp), so that they cannot disagree. Pure; any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// The names are seen: never rename one.
enum class Gate {
    registry_fresh,
    state_known,
    host_named,
    no_command_pending,
    state_taken,
    not_answered,
    ownership_readable,
    owner_gone,
    not_quarantined,
    definition_exists,
    parent_left_alone,
    not_recovered_in_place,
    workers_reached,
    stop_kept,
    grace_over,
};
inline constexpr std::size_t gate_count = 15;
inline constexpr std::array<std::string_view, gate_count> gate_names{
    "registry_fresh",  "state_known",       "host_named",         "no_command_pending",
    "state_taken",     "not_answered",      "ownership_readable", "owner_gone",
    "not_quarantined", "definition_exists", "parent_left_alone",  "not_recovered_in_place",
    "workers_reached", "stop_kept",         "grace_over"};
constexpr std::string_view name(Gate gate) {
    return gate_names[static_cast<std::size_t>(gate)];
}

/// One question and its answer.
struct GateSeen {
    Gate gate = Gate::registry_fresh;
    std::optional<bool> passed;  ///< nothing: not come to, an earlier one decided
    std::string finding;         ///< a sentence with the numbers
};

struct Reasoning {
    model::Judgement judgement;
    /// In order. The first that is not passed gives the judgement; a row that passes all of them is to be handed over,
    /// or repaired. Of a row that is claimed, what is asked of owners only is left out.
    std::vector<GateSeen> gates;
};

/// What judge() thinks of the row, and how it came to it.
Reasoning gates(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
