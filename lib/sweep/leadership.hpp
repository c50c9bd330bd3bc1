// SPDX-License-Identifier: Apache-2.0
// This replica's place in the line of daemons of one cluster: joins it, gives it up while its own database fails, and
// joins it again. Sweep's thread.
#pragma once

#include <optional>

#include "model/policy.hpp"
#include "model/registry_view.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"
#include "sweep/recheck.hpp"

namespace dsr::sweep {

/// Queues for the leadership unless this replica resigned, and remembers the answer. Requires a fresh view: without one
/// no nodes are created. Throws Failure.
void queue_for_leadership(const SweepContext& context, const model::RegistryView& view, Memory& memory);

/// Whether this replica led at the registry's last answer, in the session that the view shows.
[[nodiscard]] bool leads_in_session(const Memory& memory, const model::RegistryView& view);

/// Refuses when another replica leads; nothing when this one does. Throws Failure.
std::optional<Refusal> lost_leadership(registry::Registry& registry);

/// Leaves the line when our database fails and another replica queues; never while the outcome of a commit is unknown.
/// Failures are logged.
void resign_without_database(const SweepContext& context, Memory& memory, const model::SweepReport& report);

/// After all reads of a sweep succeeded: queues again, from the next sweep on, when the journal is writable. Failures
/// are logged.
void return_to_line(const SweepContext& context, const model::Policy& policy, Memory& memory, bool journal_ready);

}  // namespace dsr::sweep
