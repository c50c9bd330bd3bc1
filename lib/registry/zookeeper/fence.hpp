// SPDX-License-Identifier: Apache-2.0
// Writes the finish marker of a dead incarnation, which is how DolphinScheduler's servers fence each other
// (docs/dolphinscheduler-protocol.md, section 5.2): a master whose own marker exists stops itself at its next
// heartbeat. Thread: the session's.
//
// One transaction does it: our lock node exists; a node of the dead master's address is created and removed again; the
// marker is created. ZooKeeper has no step that requires a node's absence, and a version check of /nodes/master does
// not help, because a new child changes its cversion but not the checked version. Creating and removing is the check.
// No other client sees that node. A server applies a transaction whole before it answers a read, so a listing triggered
// by a watch never contains it. Curator's caches (DolphinScheduler's masters react to events of its TreeCache of
// /nodes) read a node before they report it. They are told only that a child changed. The interop test "a fence goes
// unnoticed by Curator's caches" shows this with real caches.
#pragma once

#include <string>

#include "model/instant.hpp"
#include "model/live_master.hpp"
#include "registry/registry.hpp"
#include "registry/zookeeper/session.hpp"

namespace dsr::registry {

/// As HeldLock::fence, for a lock with node lock_node (absolute), in the namespace with root name_space
/// ("/dolphinscheduler"). An existing marker is left unchanged, but lock and address are still checked. Throws
/// Failure(permanent) where the directory of markers does not exist: that cluster does not support fencing.
Fencing fence_incarnation(ZookeeperSession& session, const std::string& name_space, const std::string& lock_node,
                          const model::Incarnation& dead, model::Instant value);

}  // namespace dsr::registry
