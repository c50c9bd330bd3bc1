// SPDX-License-Identifier: Apache-2.0
// Writes the finish marker of a dead incarnation, by which DolphinScheduler's servers fence each other
// (docs/dolphinscheduler-protocol.md, section 5.2):
// a master whose own marker exists stops itself at its next heartbeat. Thread: the session's.
//
// One transaction does it: our lock node is there; a node of the dead master's address can be made, and is removed
// again; the marker is made. ZooKeeper has no step that demands a node's absence, and a version check of /nodes/master
// would not do: a new child changes its cversion, not the version that is checked. Making and removing is the check.
// Nobody sees that node. A server applies a transaction whole before it answers a read, so a listing that a watch calls
// for never holds it; and Curator's caches (DolphinScheduler's masters react to what its TreeCache of /nodes tells) ask
// for a node before they tell of it. All that they are told is that something among the children changed. Shown with
// real caches by the interop test "a fence goes unnoticed by Curator's caches".
#pragma once

#include <string>

#include "model/instant.hpp"
#include "model/live_master.hpp"
#include "registry/registry.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

/// As HeldLock::fence, for a lock whose node is at lock_node (absolute), in the namespace whose root is name_space
/// ("/dolphinscheduler"). A marker that stands already stays as it is, and lock and address are checked all the same.
/// Throws Failure(permanent) where the directory of markers does not exist: that cluster knows no fencing.
Fencing fence_incarnation(ZookeeperSession& session, const std::string& name_space, const std::string& lock_node,
                          const model::Incarnation& dead, model::Instant value);

}  // namespace dsr::registry
