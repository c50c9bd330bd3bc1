// SPDX-License-Identifier: Apache-2.0
// Curator's InterProcessMutex as seen from outside (docs/dolphinscheduler-protocol.md, section 4.2): masters that use
// the recipe and this one exclude each other and keep the order of arrival. Contenders queue as ephemeral sequential
// nodes under the lock's path; the first holds; each waits for the one before it.
//
// One difference: a node in front of us whose owner is proven to have leaked it does not count, and is left alone. Its
// owner holds nothing any more, and nobody can come in front of us later, so who stands between us and him would have
// to pass him by, too, before us.
//
// Masters wait for the same lock without limit, so nothing of ours may stay in the queue: see QueuedNode.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "registry/queued_node.hpp"
#include "registry/registry.hpp"
#include "registry/zookeeper_session.hpp"

namespace dsr::registry {

struct MutexPlace {
    std::string root;        ///< as in QueuePlace
    std::string path;        ///< as in QueuePlace
    std::string identity;    ///< data of our node, for people who look: who holds it
    std::string name_space;  ///< root of the namespace that the lock's holder fences in: "/dolphinscheduler"
};

/// Queues at place and waits at most `wait` (with 0: takes the lock only when nobody who counts stands before us), less
/// when stop is asked for; up to 8 s more when it is cut off and has to leave the queue. Connects first when need be.
/// `leaked` is asked for each in front of us at first, whenever one of them goes, and at the end of the wait; what it
/// throws ends the attempt. Throws Failure(retry) when the connection or our node was lost on the way,
/// Failure(permanent) when the nodes are not ours to touch. Thread: the session's, also for the lock that is returned.
LockAttempt acquire_curator_mutex(const std::shared_ptr<ZookeeperSession>& session, const MutexPlace& place,
                                  model::Milliseconds wait, const std::stop_token& stop, const LeakProof& leaked);

}  // namespace dsr::registry
