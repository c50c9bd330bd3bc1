// SPDX-License-Identifier: Apache-2.0
// Turns what stands in ZooKeeper into a RegistryView. Thread: the session's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

/// The master at address as its node shows it.
model::LiveMaster live_master(const model::MasterAddress& address, const std::string& data, const NodeStat& stat);

/// What a look found that the next one may take over, and by which lists it can tell.
struct LastLook {
    std::int64_t session_id = 0;
    std::chrono::steady_clock::time_point at;
    std::int64_t masters_changed = 0;  ///< NodeStat::children_changed of the lists
    std::int64_t workers_changed = 0;
    std::int64_t markers_changed = 0;
    std::map<std::string, std::int64_t> groups;  ///< the same of groups of workers, by path
    model::RegistryView workers;                 ///< what their heartbeats told, and nothing else
    std::vector<model::FailoverMarker> markers;
};

/// Everything below root ("/dolphinscheduler") that a view holds, read through a session that is connected and synced;
/// watches the children of /nodes/master. Sets neither `fresh` nor what belongs to it. A node that vanishes between the
/// list and its own read is not registered. Throws Failure(retry) when an answer is missing, or when there is no
/// /nodes/master: every server of DolphinScheduler makes it, so without it this is the wrong place. Takes over from
/// `known`, unless it is null, what Registry::observe_cached() may; fills `now` for the look after.
model::RegistryView read_view(ZookeeperSession& session, const std::string& root, const LastLook* known, LastLook& now);

}  // namespace dsr::registry
