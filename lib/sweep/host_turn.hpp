// SPDX-License-Identifier: Apache-2.0
// The right to write one dead host's rows: DolphinScheduler's failover lock held, the registry looked at again, the
// dead incarnation fenced, leadership ours. Asked for before every batch. Sweep's thread.
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

/// Locks that stayed with another in this sweep, by path: they are not waited for again.
using StuckLocks = std::map<std::string, Refusal>;

class HostTurn {
public:
    /// All references outlive it. Holds of one host go to the report.
    HostTurn(const SweepContext& context, const model::MasterAddress& host, const model::Snapshot& snapshot,
             Memory& memory, StuckLocks& stuck, model::SweepReport& report, std::stop_token stop);

    /// Takes the lock when we do not hold it, or have held it for failover.lock_hold, and looks at the registry again.
    /// Nothing when rows may be written. Throws Failure.
    std::optional<Refusal> enter();
    /// Of a transaction that begins now, under the lock. Throws Failure(retry).
    [[nodiscard]] store::FailoverLimits limits();
    /// Whether the lock is ours at this moment.
    [[nodiscard]] bool still_held() { return lock_ && lock_->still_held(); }
    /// Lets go of the lock: masters wait on it without limit.
    void leave() { lock_.reset(); }
    /// Looks at the registry again, without any lock: why this host must be left alone now; nothing when what was
    /// planned still holds. Throws Failure.
    std::optional<Refusal> changed_since_plan();

private:
    std::optional<Refusal> acquire();
    /// Of changed_since_plan() what is looked at before every batch.
    std::optional<Refusal> registration_changed();
    /// A host text that cannot be the name of a node: nobody can be asked of it.
    [[nodiscard]] std::optional<Refusal> no_address() const;
    /// Who is registered under the address, and whether anyone lives.
    std::string other_registration();
    /// A marker of the host that was not there when its rows were judged, and is not our own fence.
    std::string new_marker();
    std::optional<Refusal> fence();
    /// Where a build recovers in place only a marker tells that a master was quicker: it is looked for under the lock.
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

/// Why nobody may be handed anything by us now: another replica leads. Nothing when we do.
std::optional<Refusal> lost_leadership(registry::Registry& registry);

/// Whether the step that began at `began` took so long that this process must have been suspended or starved.
std::optional<model::Hold> stalled(model::Instant began, model::Instant now, const model::Policy& policy);

}  // namespace dsr::sweep
