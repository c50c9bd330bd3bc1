// SPDX-License-Identifier: Apache-2.0
// Writes the finish marker of a dead incarnation (docs/dolphinscheduler-protocol.md, section 5.2). One transaction
// requires that our lock's key exists and that no key of the dead master's address does, and puts the marker.
// Thread: the session's.
#pragma once

#include <cstdint>
#include <string>

#include "model/instant.hpp"
#include "model/live_master.hpp"
#include "registry/etcd/gateway.hpp"
#include "registry/registry.hpp"

namespace dsr::registry::etcd {

struct LockKey {
    std::string key;
    std::int64_t revision = 0;  ///< its creation revision
};

/// As HeldLock::fence. An existing marker is left unchanged, but lock and address are still checked. Throws
/// Failure(permanent) where the directory of markers does not exist: that cluster does not support fencing.
Fencing fence_incarnation(Gateway& gateway, const std::string& name_space, const LockKey& lock,
                          const model::Incarnation& dead, model::Instant value);

}  // namespace dsr::registry::etcd
