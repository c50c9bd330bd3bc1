// SPDX-License-Identifier: Apache-2.0
// What the daemon learnt and must not have to learn again after a restart or a change of leader. Kept in the journal.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "model/absence.hpp"
#include "model/cluster_evidence.hpp"
#include "model/ids.hpp"
#include "model/worker_sightings.hpp"

namespace dsr::model {

/// The one row that was handed over ahead of the others because they were more than failover.max_per_sweep.
struct Canary {
    WorkflowInstanceId instance;
    std::string sweep;  ///< the sweep that wrote its entry
    bool operator==(const Canary&) const = default;
};

struct Remembered {
    Attendance attendance;     ///< who is registered and who is missing, since when, as last confirmed
    bool zone_proven = false;  ///< database.time_zone was proven by a row, and is the same zone still
    std::optional<Canary> canary;
    /// Time that passed in all between sweeps that no guard held; the life of a release is counted in it.
    std::chrono::microseconds unheld{0};
    ClusterEvidence cluster{};  ///< whether registry and database belong together
    WorkerSightings workers{};  ///< filled only where masters have the tasks of lost workflows killed (3.1 and older)
    bool operator==(const Remembered&) const = default;
};

}  // namespace dsr::model
