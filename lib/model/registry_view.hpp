// SPDX-License-Identifier: Apache-2.0
// One view of ZooKeeper: registered servers, existing markers, the layout of locks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/durations.hpp"
#include "model/failover_marker.hpp"
#include "model/live_master.hpp"

namespace dsr::model {

/// Mutex nodes seen under the paths that DolphinScheduler locks; they show a layout that contradicts the schema's.
struct LockTraces {
    bool mutex_in_global = false;            ///< a mutex node directly under /lock/master-failover
    bool mutex_per_address = false;          ///< a mutex node under /lock/master-failover/<address>
    bool mutex_in_failover_masters = false;  ///< a mutex node under /lock/failover/masters/<address>
    bool operator==(const LockTraces&) const = default;
};

/// One view of the registry. Rows may be judged only by a fresh view: unknown is never dead.
struct RegistryView {
    bool fresh = false;               ///< connected read-write, synced, all reads answered within one session
    bool reached = false;             ///< there was a read-write session; the data kept the view from being fresh
    std::string why_not_fresh;        ///< a sentence, when not fresh
    std::int64_t session_id = 0;      ///< ours
    Instant taken_at;                 ///< our clock, after the reads
    std::vector<LiveMaster> masters;  ///< ordered by address
    std::set<WorkerAddress> workers;
    std::set<std::string> server_incarnations;  ///< "<address>-<startup ms>-<pid>" of every live master and worker
    std::set<std::string> server_startups;      ///< "<address>-<startup ms>" of every live master and worker
    std::set<std::string> servers_of_unknown_startup;  ///< live masters and workers whose heartbeat has no startup time
    bool marker_directory = false;                     ///< /nodes/failover-finish-nodes exists
    std::vector<FailoverMarker> markers;               ///< ordered by name
    LockTraces locks;
    /// The registry and namespace. Distinguishes /nodes/master from one that was recreated, or is elsewhere.
    std::string identity{};
    /// The registry lives in the database of the workflows, so that no proof is needed that both belong together.
    bool in_database = false;
    /// A shorter grace would take a short pause of a master for its death: the registry's own session timeout.
    Milliseconds least_grace{0};
    /// A registry in which the dead stay registered (JDBC) tells of masters that are not: when they gave their last
    /// sign of life, never earlier than the real time. An absence is noticed much later.
    std::map<MasterAddress, Instant> last_signs{};
    /// How often a registration of a master began or ended since the registry exists, so that a master which came and
    /// went between two views is noticed. Nothing where the registry does not count.
    std::optional<std::int64_t> master_changes{};
    /// What an operator should know of it although nobody is dead for it, a sentence each: a master that was purged
    /// though it lives, rows that nobody purges.
    std::vector<std::string> remarks{};
    bool operator==(const RegistryView&) const = default;
};

}  // namespace dsr::model
