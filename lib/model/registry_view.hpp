// SPDX-License-Identifier: Apache-2.0
// What ZooKeeper showed in one look: who is registered, which markers exist, which shape of locks was seen.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/live_master.hpp"

namespace dsr::model {

/// Mutex nodes seen under the paths that DolphinScheduler locks; they tell a layout that contradicts the schema's.
struct LockTraces {
    bool mutex_in_global = false;            ///< a mutex node directly under /lock/master-failover
    bool mutex_per_address = false;          ///< a mutex node under /lock/master-failover/<address>
    bool mutex_in_failover_masters = false;  ///< a mutex node under /lock/failover/masters/<address>
    bool operator==(const LockTraces&) const = default;
};

/// One look at the registry. Only a fresh view may be judged by: unknown is never dead.
struct RegistryView {
    bool fresh = false;         ///< connected read-write, synced, all reads answered within one session
    bool reached = false;       ///< a read-write session was there; what kept the view from being fresh is in the data
    std::string why_not_fresh;  ///< a sentence, when not fresh
    std::int64_t session_id = 0;      ///< ours
    Instant taken_at;                 ///< our clock, after the reads
    std::vector<LiveMaster> masters;  ///< ordered by address
    std::set<WorkerAddress> workers;
    std::set<std::string> server_incarnations;  ///< "<address>-<startup ms>-<pid>" of every live master and worker
    std::set<std::string> server_startups;      ///< "<address>-<startup ms>" of every live master and worker
    std::set<std::string> servers_of_unknown_startup;  ///< live masters and workers whose heartbeat does not tell it
    bool marker_directory = false;                     ///< /nodes/failover-finish-nodes exists
    std::vector<FailoverMarker> markers;               ///< ordered by name
    LockTraces locks;
    /// Which registry and namespace this is: tells /nodes/master apart from one created anew or elsewhere.
    std::string identity{};
    bool operator==(const RegistryView&) const = default;
};

}  // namespace dsr::model
