// SPDX-License-Identifier: Apache-2.0
// The port to the cluster's registry: ZooKeeper, etcd, the workflow database (jdbc/jdbc_registry), and the tests' fake.
// Called from the sweep's thread only; calls block, bounded by the session timeout or the given time. Comments speak of
// ZooKeeper; with etcd a node is a key, a session a lease, a transaction a revision; with JDBC a row, and our ticket.
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
#include "model/transaction_guard.hpp"

namespace dsr::registry {

/// The result of an attempt to fence a dead incarnation.
enum class Fencing {
    fenced,      ///< its marker exists
    registered,  ///< nothing was written: a node of that address exists
    lock_lost,   ///< nothing was written: our lock node is gone
};

/// A failover lock of DolphinScheduler that we hold. Released when destroyed: our own node is deleted, with retries
/// until that is certain or the session is gone, which deletes it too.
class HeldLock {
public:
    virtual ~HeldLock() = default;
    /// Whether we hold the lock now: the session that took it lives, is connected read-write, and our node exists
    /// (checked on the server). False on any doubt. Never throws.
    [[nodiscard]] virtual bool still_held() = 0;

    /// Writes the finish marker of this dead incarnation, `value` in epoch milliseconds, in one transaction that fails
    /// when our lock node is gone or its address is registered. A master of that incarnation that is still running
    /// stops within one heartbeat. Throws Failure(retry), or Failure(unknown_outcome) when the answer was lost.
    [[nodiscard]] virtual Fencing fence(const model::Incarnation& dead, model::Instant value) = 0;

    /// What a transaction that writes rows of this host must enter. Nothing where the registry is not in the database:
    /// there lock and fence were written before. An empty host: a repair. `judged`: the session of the master that was
    /// registered there when the rows were judged; nothing when none was. Throws Failure(retry).
    [[nodiscard]] virtual std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                                       std::optional<std::int64_t> judged) {
        (void)host, (void)judged;
        return std::nullopt;
    }
};

/// The first node in the queue before ours.
struct LockHolder {
    std::string node;             ///< node name of the first in line
    std::string data;             ///< its data: Curator writes the client's IP address
    std::int64_t session_id = 0;  ///< its session
    model::Instant since;         ///< ZooKeeper's clock when it was created
    std::int64_t created_in = 0;  ///< ZooKeeper's transaction that created it; 0: unknown
    /// The registry's history proves that it was first in the queue when it was created. False: unknown.
    bool held_from_creation = false;
    std::string remedy{};  ///< what to do if it is never released; empty: restart the master that holds it
};

/// Whether a node before ours is proven to be leaked (3.3.1 to 3.4.1 release a wrong path), so that it is skipped. The
/// node is never touched.
using LeakProof = std::function<bool(const LockHolder&)>;

/// Our place in the line of daemons of one cluster.
struct Leadership {
    bool leads = false;
    std::string leader;                 ///< the leader's identity; empty when there is none
    std::vector<std::string> replicas;  ///< the identities of all, the leader first
};

/// Either `lock`, or the holder that did not release it within the wait (empty when it left at the last moment).
struct LockAttempt {
    std::unique_ptr<HeldLock> lock;
    std::optional<LockHolder> holder;
};

/// The result of removing a marker.
enum class MarkerRemoval { removed, gone_already, changed };

class Registry {
public:
    virtual ~Registry() = default;

    /// One synced view of everything. Never throws for an unreachable registry: the view is then not fresh and says
    /// why. Throws Failure(permanent) only for what an operator must repair (wrong digest: ZNOAUTH/ZAUTHFAILED).
    [[nodiscard]] virtual model::RegistryView observe() = 0;

    /// As observe(), but workers' heartbeats and marker values may be from the previous view, at most an hour old, when
    /// the lists of masters, workers and markers show no change since. The registrations, the existing markers and the
    /// masters' reports are always current. A marker may be rewritten while its master is missing: then use observe().
    [[nodiscard]] virtual model::RegistryView observe_cached() = 0;

    /// Synced: the incarnation now registered at the address; nothing when there is no node. Throws Failure(retry) when
    /// uncertain (not connected, read-only, doubt).
    [[nodiscard]] virtual std::optional<model::LiveMaster> registered(const model::MasterAddress& address) = 0;

    /// Synced: number of masters registered now. Throws Failure(retry) when uncertain.
    [[nodiscard]] virtual std::size_t live_master_count() = 0;

    /// Synced: the names of all failover markers now, unordered; nothing where their directory does not exist. Throws
    /// Failure(retry) when uncertain.
    [[nodiscard]] virtual std::optional<std::vector<std::string>> marker_names() = 0;

    /// The session timeout that the server granted; zero while there is no session. Never throws.
    [[nodiscard]] virtual model::Milliseconds session_timeout() = 0;

    /// Whether a master whose session ends stops itself. Where it does not (etcd), it runs on and writes to the
    /// database while it is not registered, so that an absence alone is no death.
    [[nodiscard]] virtual bool masters_stop_when_cut_off() const = 0;

    /// Whether it lives in the database of the workflows (JDBC): hand-overs then enter a guard (HeldLock::guard), and
    /// the leadership needs the journal's table ds_reconciler_replicas.
    [[nodiscard]] virtual bool in_database() const { return false; }

    /// Queues for Curator's InterProcessMutex at path (below the namespace, e.g. "/lock/master-failover/10.0.0.7:5678")
    /// and waits at most `wait`, less when stop is requested. Leaves the queue when it gives up. A contender before us
    /// for which `leaked` is true does not count (an empty function: none is). Throws Failure(retry).
    [[nodiscard]] virtual LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                              const LeakProof& leaked) = 0;

    /// The same mutex among daemons of this kind only, under our own root: /<namespace>-reconciler/<name>.
    [[nodiscard]] virtual LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                                  std::stop_token stop) = 0;

    /// Enters the leader latch (Curator's LeaderLatch recipe under /<namespace>-reconciler/leader) if we are not in it
    /// in this session, and returns our place; synced, does not wait. Throws Failure(retry) when uncertain.
    [[nodiscard]] virtual Leadership lead() = 0;
    /// Reads the line without entering it.
    [[nodiscard]] virtual Leadership leadership() = 0;
    /// Leaves the line. Never throws: the end of the session does the rest.
    virtual void resign() = 0;

    /// Deletes each marker only if its version is still the one seen; a changed marker does not affect the others.
    /// Results in their order. Throws Failure(retry): some may then be gone.
    virtual std::vector<MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) = 0;
};

}  // namespace dsr::registry
