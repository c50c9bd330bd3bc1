// SPDX-License-Identifier: Apache-2.0
// State that survives a restart or a change of leader. Kept in the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/cluster_evidence.hpp"
#include "model/ids.hpp"
#include "model/membership.hpp"
#include "model/timeline.hpp"
#include "model/worker_sightings.hpp"
#include "model/zone_evidence.hpp"

namespace dsr::model {

/// The row that was handed over first, because there were more orphans than failover.max_per_sweep.
struct Canary {
    WorkflowInstanceId instance;
    std::string sweep;  ///< the sweep that wrote its entry
    bool operator==(const Canary&) const = default;
};

/// The database lost a commit of ours that it had acknowledged.
struct WentBack {
    Instant seen_at;
    std::int64_t entry = 0;  ///< number of the journal entry that is gone
    std::string sweep;       ///< the sweep that wrote it
    /// Instances that the daemon handed over and whose entry is gone, as far as it knows them; at most max_rows.
    std::vector<WorkflowInstanceId> rows{};
    static constexpr std::size_t max_rows = 1000;
    bool operator==(const WentBack&) const = default;
};

struct PersistedState {
    Membership membership;  ///< registered and missing masters with their times, as last confirmed
    ZoneEvidence zone;      ///< what rows showed of database.time_zone; empty when that is another zone now
    std::optional<Canary> canary;
    ClusterEvidence cluster{};  ///< whether registry and database belong together
    WorkerSightings workers{};  ///< filled only for 3.1 and older, whose masters kill the tasks of lost workflows
    std::optional<WentBack> went_back{};  ///< kept until an operator releases the guard
    Timeline timeline{};                  ///< for people only
    bool operator==(const PersistedState&) const = default;
};

}  // namespace dsr::model
