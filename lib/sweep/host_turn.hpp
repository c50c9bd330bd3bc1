// SPDX-License-Identifier: Apache-2.0
// Permission to write one dead host's rows: DolphinScheduler's failover lock is held, the registry was observed again,
// the dead incarnation is fenced, and this replica leads. Required before every batch. Sweep's thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "model/ids.hpp"
#include "sweep/context.hpp"
#include "sweep/recheck.hpp"

namespace dsr::sweep {

inline constexpr const char* stopped = "the daemon is stopping; the next sweep continues";

/// Locks that another process kept throughout this sweep, by path; they are not waited for again.
using StuckLocks = std::map<std::string, Refusal>;

/// Why no failover transaction may begin: the registry session is too short for one. Nothing when it is long enough.
/// Throws Failure(retry) while there is no session.
std::optional<std::string> session_too_short(registry::Registry& registry);

/// The limits of a transaction that begins now, under a lock held for `held`. It must end before the registry session
/// does: when a process is suspended before its COMMIT, the transaction must be rolled back before another process can
/// hold the failover lock. One statement, or one idle period, takes at most three seconds less than the session. The
/// whole transaction takes at most the remainder of failover.lock_hold, but at least half of it. Requires that
/// session_too_short() returns nothing. Throws Failure(retry) while there is no session.
store::FailoverLimits failover_limits(registry::Registry& registry, const model::Policy& policy,
                                      std::chrono::microseconds held);

/// Begins a transaction with these limits, and logs those in force when they changed. Throws Failure.
std::unique_ptr<store::FailoverTransaction> begin_failover(const SweepScope& scope,
                                                           const store::FailoverLimits& limits);

class HostTurn {
public:
    /// `host` and `stuck` outlive it. Holds of one host are added to the report.
    HostTurn(const SweepScope& scope, const model::MasterAddress& host, StuckLocks& stuck);

    /// Takes the lock if it is not held, or was held for failover.lock_hold, and observes the registry again. Returns
    /// nothing when rows may be written. Throws Failure.
    std::optional<Refusal> enter();
    /// The limits of a transaction that begins now, under the lock. Throws Failure(retry).
    [[nodiscard]] store::FailoverLimits limits();
    /// What the transaction must enter before it writes (registry::HeldLock::guard). Throws Failure(retry).
    [[nodiscard]] std::optional<model::TransactionGuard> guard();
    /// Whether this process holds the lock now.
    [[nodiscard]] bool still_held() { return lock_ && lock_->still_held(); }
    /// Releases the lock. Masters wait for it without limit.
    void leave() { lock_.reset(); }

private:
    std::optional<Refusal> acquire();
    std::optional<Refusal> fence();
    std::optional<Refusal> release_if_not_leader();

    const SweepScope& scope_;
    const model::MasterAddress& host_;
    StuckLocks& stuck_;
    std::unique_ptr<registry::HeldLock> lock_;
    model::Instant locked_at_;
    model::Instant last_step_;
};

}  // namespace dsr::sweep
