// SPDX-License-Identifier: Apache-2.0
// Converts ZooKeeper's contents to a RegistryView. Thread: the session's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"
#include "registry/zookeeper/session.hpp"

namespace dsr::registry {

/// The master at the address, according to its node.
model::LiveMaster live_master(const model::MasterAddress& address, const std::string& data, const NodeStat& stat);

/// Parts of one view that the next may reuse, and the list versions that permit it.
struct LastLook {
    std::int64_t session_id = 0;
    std::chrono::steady_clock::time_point at;
    std::int64_t masters_changed = 0;  ///< NodeStat::children_changed of the lists
    std::int64_t workers_changed = 0;
    std::int64_t markers_changed = 0;
    std::map<std::string, std::int64_t> groups;  ///< the same for groups of workers, by path
    model::RegistryView workers;                 ///< only what their heartbeats told
    std::vector<model::FailoverMarker> markers;
};

/// Reads everything below root ("/dolphinscheduler") that a view contains, through a session that is connected and
/// synced; watches the children of /nodes/master. Sets neither `fresh` nor its related fields. A node that vanishes
/// between the list and its own read is not registered. Throws Failure(retry) when an answer is missing, or when there
/// is no /nodes/master: every server of DolphinScheduler creates it, so without it this is the wrong place. Reuses from
/// `known`, unless it is null, what Registry::observe_cached() may; fills `now` for the next view.
model::RegistryView read_view(ZookeeperSession& session, const std::string& root, const LastLook* known, LastLook& now);

}  // namespace dsr::registry
