// SPDX-License-Identifier: Apache-2.0
// How long a failover transaction may take. It must end before the registry session does: a process that is suspended
// before its COMMIT must find the transaction rolled back once its failover lock may be another's. And it must end
// within the time that the lock may be held. Sweep's thread.
#pragma once

#include <optional>
#include <string>

#include "model/policy.hpp"
#include "registry/registry.hpp"
#include "store/workflow_store.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Why no failover transaction may begin: the session is too short for one. Nothing when one may. Throws
/// Failure(retry) while there is no session.
std::optional<std::string> session_too_short(registry::Registry& registry);

/// The limits of a transaction that begins now, under a lock that was held for `held`: a statement and rest take at
/// most three seconds less than the session, the whole what is left of failover.lock_hold, half of it at the least.
/// Where session_too_short() tells nothing. Throws Failure(retry) while there is no session.
store::FailoverLimits failover_limits(registry::Registry& registry, const model::Policy& policy,
                                      std::chrono::microseconds held);

/// Logs which limits are in force, once for as long as they stay the same.
void tell_limits(const SweepContext& context, const store::FailoverTransaction& transaction, Memory& memory);

}  // namespace dsr::sweep
