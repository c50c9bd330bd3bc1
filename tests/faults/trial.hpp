// SPDX-License-Identifier: Apache-2.0
// One seed of the fault driver: a drawn cluster, a drawn course of sweeps, restarts, clock moves, masters that come and
// go, with faults drawn at every operation of every port; then the faults end, and a few clean sweeps must have
// recovered every orphan exactly once. Judged by a model of its own, which knows nothing of lib/plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/master_tables.hpp"

namespace dsr::faults {

struct Verdict {
    std::optional<std::string> broken;  ///< which invariant, and how
    std::string course;                 ///< what happened, when asked for
    int faults = 0;                     ///< that struck
    int commands = 0;                   ///< of ours
};

/// What the seed draws for its schema: the tables given must be of it.
model::SchemaFacts schema_of(std::uint64_t seed);

/// Deterministic: the same seed on the same tables is the same course. `wide`: besides, rows of any width, people who
/// stop and release workflows at any time, state_history that others than owners write, a daemon without its database.
Verdict run_trial(std::uint64_t seed, test::Tables& tables, bool told, bool wide);

}  // namespace dsr::faults
