// SPDX-License-Identifier: Apache-2.0
// The port to the cluster's registry. Two implementations: ZooKeeper (zookeeper_registry) and the tests' fake.
// Called from the sweep's thread only; calls block, bounded by the session timeout or the time given.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/failover_marker.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"

namespace dsr::registry {

/// What became of an attempt to fence a dead incarnation.
enum class Fencing {
    fenced,      ///< its marker stands
    registered,  ///< nothing was written: a node of that address is there
    lock_lost,   ///< nothing was written: our lock node is gone
};

/// A failover lock of DolphinScheduler that we hold; released when destroyed (our own node is deleted, retried until
/// sure or until the session is gone, which deletes it too).
class HeldLock {
public:
    virtual ~HeldLock() = default;
    /// Whether the lock is ours at this moment: the session that took it lives, is connected read-write, and our node
    /// is there (asked of the server). False on any doubt. Never throws.
    [[nodiscard]] virtual bool still_held() = 0;

    /// Writes the finish marker of this dead incarnation, `value` in epoch milliseconds, in one transaction that fails
    /// when our lock node is gone or its address is registered. A master that lives on under it stops within one
    /// heartbeat. Throws Failure(retry), or Failure(unknown_outcome) when the answer was lost.
    [[nodiscard]] virtual Fencing fence(const model::Incarnation& dead, model::Instant value) = 0;
};

/// Who stands in front of us.
struct LockHolder {
    std::string node;             ///< node name of the first in line
    std::string data;             ///< its data: Curator writes the client's IP address
    std::int64_t session_id = 0;  ///< its session
    model::Instant since;         ///< ZooKeeper's clock when it was created
    std::int64_t created_in = 0;  ///< ZooKeeper's transaction that created it; 0: not known
};

/// Whether someone who stands in front of us is proven to have leaked his place (3.3.1 to 3.4.1 release a wrong path),
/// so that it is passed by. His node is never touched.
using LeakProof = std::function<bool(const LockHolder&)>;

/// Where we stand in the line of daemons for one cluster.
struct Leadership {
    bool leads = false;
    std::string leader;                 ///< the identity of who leads; empty when nobody does
    std::vector<std::string> replicas;  ///< the identities of all, the leader first
};

/// Either `lock`, or the holder that did not let go within the wait (nothing known of it when it went at the last
/// moment).
struct LockAttempt {
    std::unique_ptr<HeldLock> lock;
    std::optional<LockHolder> holder;
};

/// What became of a marker's removal.
enum class MarkerRemoval { removed, gone_already, changed };

class Registry {
public:
    virtual ~Registry() = default;

    /// One synced look at everything. Never throws for a registry that is out of reach: the view is then not fresh and
    /// says why. Throws Failure(permanent) only for what a person must mend (wrong digest: ZNOAUTH/ZAUTHFAILED).
    [[nodiscard]] virtual model::RegistryView observe() = 0;

    /// As observe(), but workers' heartbeats and the values of markers may be those of the last look, at most an hour
    /// old, where the lists of masters, workers and markers show that none came or went since. Who is registered, which
    /// markers exist and what masters report is always seen now. A marker may be written anew while its master is
    /// missing: then observe().
    [[nodiscard]] virtual model::RegistryView observe_cached() = 0;

    /// Synced: the incarnation now registered at address; nothing when no node is there. Throws Failure(retry) when not
    /// sure (not connected, read-only, doubt).
    [[nodiscard]] virtual std::optional<model::LiveMaster> registered(const model::MasterAddress& address) = 0;

    /// Synced: number of masters registered now. Throws Failure(retry) when not sure.
    [[nodiscard]] virtual std::size_t live_master_count() = 0;

    /// Synced: the names of all failover markers now, in no order; nothing where their directory does not exist. Throws
    /// Failure(retry) when not sure.
    [[nodiscard]] virtual std::optional<std::vector<std::string>> marker_names() = 0;

    /// The session timeout that the server granted; zero while there is no session. Never throws.
    [[nodiscard]] virtual model::Milliseconds session_timeout() = 0;

    /// Queues for Curator's InterProcessMutex at path (below the namespace, e.g. "/lock/master-failover/10.0.0.7:5678")
    /// and waits at most `wait`, less when stop is asked for. Leaves the queue when it gives up. Whoever stands in
    /// front of us and is `leaked` does not count (an empty function: nobody is). Throws Failure(retry).
    [[nodiscard]] virtual LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                              const LeakProof& leaked) = 0;

    /// The same mutex among daemons of this kind only, under our own root: /<namespace>-reconciler/<name>.
    [[nodiscard]] virtual LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                                  std::stop_token stop) = 0;

    /// Enters the leader latch (Curator's LeaderLatch recipe under /<namespace>-reconciler/leader), where we are not in
    /// it yet in this session, and tells how we stand; synced, does not wait. Throws Failure(retry) when not sure.
    [[nodiscard]] virtual Leadership lead() = 0;
    /// Looks at the line without entering it.
    [[nodiscard]] virtual Leadership leadership() = 0;
    /// Leaves the line. Never throws: the end of the session does it else.
    virtual void resign() = 0;

    /// Deletes each of the markers only if its version is still the one seen; one that is not leaves the others alone.
    /// Results in their order. Throws Failure(retry): then some may be gone.
    virtual std::vector<MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) = 0;
};

}  // namespace dsr::registry
