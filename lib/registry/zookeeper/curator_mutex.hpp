// SPDX-License-Identifier: Apache-2.0
// A mutex that is compatible with Curator's InterProcessMutex (docs/dolphinscheduler-protocol.md, section 4.2): masters
// that use the recipe and this one exclude each other and keep the order of arrival. Contenders queue as ephemeral
// sequential nodes under the lock's path; the first holds the lock; each waits for the one before it.
//
// One difference: a node before ours whose owner is proven to have leaked it does not count, and is not touched. Its
// owner no longer holds anything, and no contender can enter the queue before us later. A contender between us and that
// node must ignore it, too, before we get the lock.
//
// Masters wait for the same lock without limit, so no node of ours may stay in the queue: see QueuedNode.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "registry/registry.hpp"
#include "registry/zookeeper/queued_node.hpp"
#include "registry/zookeeper/session.hpp"

namespace dsr::registry {

struct MutexPlace {
    std::string root;        ///< as in QueuePlace
    std::string path;        ///< as in QueuePlace
    std::string identity;    ///< data of our node, which shows operators who holds it
    std::string name_space;  ///< root of the namespace that the lock's holder fences in: "/dolphinscheduler"
};

/// Queues at `place` and waits at most `wait` (0: takes the lock only when no contender that counts is before us), less
/// when stop is requested; up to 8 s more when it is cut off and must leave the queue. Connects first if needed. Calls
/// `leaked` for each contender before us at first, whenever one of them leaves, and at the end of the wait; an
/// exception from it ends the attempt. Throws Failure(retry) when the connection or our node was lost,
/// Failure(permanent) when we may not touch the nodes. Thread: the session's, also for the returned lock.
LockAttempt acquire_curator_mutex(const std::shared_ptr<ZookeeperSession>& session, const MutexPlace& place,
                                  model::Milliseconds wait, const std::stop_token& stop, const LeakProof& leaked);

}  // namespace dsr::registry
