// SPDX-License-Identifier: Apache-2.0
// The verdict on one unfinished row, and the checks that led to it, in order, as `explain` shows them. judge() and
// gates() share one evaluation, so they cannot disagree. Pure: no I/O, no clock of its own; any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Number of sweeps in which a registered worker may be unreachable before the row is left to an operator.
inline constexpr int max_unreachable_tries = 3;

/// The names are visible to users: never rename one.
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
static_assert(base::names_each<Gate>(gate_names));
constexpr std::string_view name(Gate gate) {
    return gate_names[static_cast<std::size_t>(gate)];
}

/// One check and its result.
struct GateSeen {
    Gate gate = Gate::registry_fresh;
    std::optional<bool> passed;  ///< nothing: not evaluated, an earlier gate decided
    std::string finding;         ///< a sentence with the numbers
};

struct Reasoning {
    model::Judgement judgement;
    /// In order. The first failed gate gives the judgement; a row that passes all is handed over or repaired. Gates
    /// about owners are omitted for a claimed row.
    std::vector<GateSeen> gates;
};

/// Judges top down by the table of docs/how-a-sweep-decides.md. `now` is when the snapshot's registry was seen.
model::Judgement judge(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

/// The judgement of judge(), and the gates that led to it.
Reasoning gates(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
