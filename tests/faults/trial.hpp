// SPDX-License-Identifier: Apache-2.0
// One seed of the fault driver: a drawn cluster, a drawn course of sweeps, restarts, clock moves, masters that come and
// go, with faults drawn at every operation of every port; then the faults end, and a few clean sweeps must have
// recovered every orphan exactly once. Judged by a model of its own, which knows nothing of lib/plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "faults/masters.hpp"
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
/// What it draws for its registry. One that is in the database needs tables in memory, and masters of 3.3 or later.
RegistryKind registry_of(std::uint64_t seed, bool in_memory);

/// A rule that is taken out, which a trial must find.
enum class Planted {
    nothing,
    guard_not_entered,  ///< JDBC: the transaction begins without its guard
    refusal_ignored,    ///< JDBC: the guard refuses, and the transaction goes on
    nobody_connects,    ///< etcd: an absence is believed, though the address accepts connections
};

struct TrialOptions {
    RegistryKind registry = RegistryKind::zookeeper;
    bool told = false;
    /// Besides, rows of any width, people who stop and release workflows at any time, state_history that others than
    /// owners write, a daemon without its database.
    bool wide = false;
    Planted planted = Planted::nothing;
};

/// Deterministic: the same seed on the same tables is the same course.
Verdict run_trial(std::uint64_t seed, test::Tables& tables, const TrialOptions& options);

}  // namespace dsr::faults
