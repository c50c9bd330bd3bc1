// SPDX-License-Identifier: Apache-2.0
// How long a failover transaction may take. It must end before the registry session does: when a process is suspended
// before its COMMIT, the transaction must be rolled back before another process can hold the failover lock. It must
// also end within the time that the lock may be held. Sweep's thread.
#pragma once

#include <optional>
#include <string>

#include "model/policy.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Why no failover transaction may begin: the session is too short for one. Nothing when it is long enough. Throws
/// Failure(retry) while there is no session.
std::optional<std::string> session_too_short(registry::Registry& registry);

/// The limits of a transaction that begins now, under a lock held for `held`. One statement, or one idle period, takes
/// at most three seconds less than the session. The whole transaction takes at most the remainder of
/// failover.lock_hold, but at least half of it. Requires that session_too_short() returns nothing. Throws
/// Failure(retry) while there is no session.
store::FailoverLimits failover_limits(registry::Registry& registry, const model::Policy& policy,
                                      std::chrono::microseconds held);

/// Logs the limits in force when they change.
void tell_limits(const SweepContext& context, const store::FailoverTransaction& transaction, Memory& memory);

}  // namespace dsr::sweep
