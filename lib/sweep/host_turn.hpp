// SPDX-License-Identifier: Apache-2.0
// Permission to write one dead host's rows: DolphinScheduler's failover lock is held, the registry was observed again,
// the dead incarnation is fenced, and this replica leads. Required before every batch. Sweep's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "model/ids.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Why rows must not be written now.
struct Refusal {
    model::Outcome outcome = model::Outcome::skipped_changed;
    std::string reason;
};

inline constexpr const char* stopped = "the daemon was asked to stop; the next sweep goes on";

/// Locks that another process kept throughout this sweep, by path; they are not waited for again.
using StuckLocks = std::map<std::string, Refusal>;

class HostTurn {
public:
    /// All references outlive it. Holds of one host are added to the report.
    HostTurn(const SweepContext& context, const model::MasterAddress& host, const model::Snapshot& snapshot,
             Memory& memory, StuckLocks& stuck, model::SweepReport& report, std::stop_token stop);

    /// Takes the lock if it is not held, or was held for failover.lock_hold, and observes the registry again. Returns
    /// nothing when rows may be written. Throws Failure.
    std::optional<Refusal> enter();
    /// The limits of a transaction that begins now, under the lock. Throws Failure(retry).
    [[nodiscard]] store::FailoverLimits limits();
    /// Whether this process holds the lock now.
    [[nodiscard]] bool still_held() { return lock_ && lock_->still_held(); }
    /// Releases the lock. Masters wait for it without limit.
    void leave() { lock_.reset(); }
    /// Observes the registry again without a lock. Returns why this host must be left alone now, or nothing when the
    /// plan still holds. Throws Failure.
    std::optional<Refusal> changed_since_plan();

private:
    std::optional<Refusal> acquire();
    /// The part of changed_since_plan() that is checked before every batch.
    std::optional<Refusal> registration_changed();
    /// Refuses a host text that cannot be a node name, because the registry cannot be asked about it.
    [[nodiscard]] std::optional<Refusal> no_address() const;
    /// Who is registered under the address, and whether any master is alive.
    std::string other_registration();
    /// A marker of the host that is newer than the judgement of its rows and is not our own fence.
    std::string new_marker();
    std::optional<Refusal> fence();
    /// Where a build recovers in place, only a marker shows that a master was first. Checked under the lock.
    std::string marker_since_plan();
    std::optional<Refusal> release_if_not_leader();

    const SweepContext& context_;
    const model::MasterAddress& host_;
    const model::Snapshot& snapshot_;
    Memory& memory_;
    StuckLocks& stuck_;
    model::SweepReport& report_;
    std::stop_token stop_;
    std::unique_ptr<registry::HeldLock> lock_;
    model::Instant locked_at_;
    model::Instant last_step_;
};

/// Refuses when another replica leads; nothing when this one does.
std::optional<Refusal> lost_leadership(registry::Registry& registry);

/// Whether the step that started at `began` took so long that this process must have been suspended or starved.
std::optional<model::Hold> stalled(model::Instant began, model::Instant now, const model::Policy& policy);

}  // namespace dsr::sweep
