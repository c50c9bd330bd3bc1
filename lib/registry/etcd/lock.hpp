// SPDX-License-Identifier: Apache-2.0
// A lock that excludes DolphinScheduler's masters and keeps the order of arrival (QueuedKey). As with ZooKeeper, a key
// before ours whose owner is proven to have leaked it does not count, and is not touched.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "registry/etcd/session.hpp"
#include "registry/registry.hpp"

namespace dsr::registry::etcd {

struct LockPlace {
    std::string path;        ///< with its namespace: "dolphinscheduler/lock/master-failover/10.0.0.7:5678"
    std::string identity;    ///< value of our key, which shows operators who holds it
    std::string name_space;  ///< that the lock's holder fences in
};

/// As Registry::acquire. Thread: the session's, also for the returned lock.
LockAttempt acquire_lock(const std::shared_ptr<Session>& session, const LockPlace& place, model::Milliseconds wait,
                         const std::stop_token& stop, const LeakProof& leaked);

}  // namespace dsr::registry::etcd
