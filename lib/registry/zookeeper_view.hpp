// SPDX-License-Identifier: Apache-2.0
// Turns what stands in ZooKeeper into a RegistryView. Thread: the session's.
#pragma once

#include <string>

#include "model/ids.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

/// The master at address as its node shows it.
model::LiveMaster live_master(const model::MasterAddress& address, const std::string& data, const NodeStat& stat);

/// Everything below root ("/dolphinscheduler") that a view holds, read through a session that is connected and synced;
/// watches the children of /nodes/master. Sets neither `fresh` nor what belongs to it. A node that vanishes between the
/// list and its own read is not registered. Throws Failure(retry) when an answer is missing, or when there is no
/// /nodes/master: every server of DolphinScheduler makes it, so without it this is the wrong place.
model::RegistryView read_view(ZookeeperSession& session, const std::string& root);

}  // namespace dsr::registry
