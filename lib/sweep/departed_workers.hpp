// SPDX-License-Identifier: Apache-2.0
// Before any failover lock is taken: asks workers that lost their registration, and may still run tasks of the planned
// rows, to kill them, each address once. Masters wait for those locks without limit, and an address that does not
// answer takes failover.kill_wait. 3.1 and older. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/entries.hpp"
#include "sweep/live_tasks.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Maximum number of tasks handled in one sweep before its locks, which bounds memory. Further tasks are handled with
/// their batch, as are those of rows that replace dropped ones.
inline constexpr std::size_t max_departed_tasks = 20'000;

/// Asks for the first `most` rows of the plan that are still orphans. Returns the result for the batches of the same
/// sweep. A failure of registry or database is logged; the batches then ask.
WorkerContacts ask_departed_workers(const SweepContext& context, const model::Plan& plan,
                                    const model::Snapshot& snapshot, Memory& memory, std::uint64_t most,
                                    const Author& author, model::SweepReport& report, const std::stop_token& stop,
                                    const Progress& progress);

}  // namespace dsr::sweep
