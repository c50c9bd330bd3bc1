// SPDX-License-Identifier: Apache-2.0
// Curator's InterProcessMutex as seen from outside (reference 1.4): masters that use the recipe and this one exclude
// each other and keep the order of arrival. Contenders queue as ephemeral sequential nodes under the lock's path; the
// first holds; each waits for the one before it.
//
// Masters wait for the same lock without limit, so nothing of ours may stay in the queue: our node is deleted when we
// give up and when we release, tried until sure; where that does not come to an end, our whole session is given up and
// the node goes with it.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "registry/registry.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

struct MutexPlace {
    std::string root;      ///< absolute; must exist: parents are made below it only ("" for ZooKeeper's own root)
    std::string path;      ///< of the lock, below root: "/lock/master-failover/10.0.0.7:5678"
    std::string identity;  ///< data of our node, for people who look: who holds it
};

/// Queues at place and waits at most `wait` (with 0: takes the lock only when nobody stands before us), less when stop
/// is asked for; up to 8 s more when it is cut off and has to leave the queue. Connects first when need be. Throws
/// Failure(retry) when the connection or our node was lost on the way, Failure(refused) when the nodes are not ours to
/// touch. Thread: the session's, also for the lock that is returned.
LockAttempt acquire_curator_mutex(const std::shared_ptr<ZookeeperSession>& session, const MutexPlace& place,
                                  model::Milliseconds wait, const std::stop_token& stop);

}  // namespace dsr::registry
