// SPDX-License-Identifier: Apache-2.0
// Before any failover lock is taken: workers that lost their registration and may still run tasks of the planned rows
// are asked to kill them, each address once. Masters wait on those locks without limit, and an address that does not
// answer costs failover.kill_wait. 3.1 and older. Sweep's thread.
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

/// Tasks asked for in one sweep before its locks, so that memory stays bounded. Those beyond are asked for with their
/// batch, as are those of rows that take the place of others that were dropped.
inline constexpr std::size_t max_departed_tasks = 20'000;

/// Asks for the first `most` rows of the plan, those that are orphans still. Returns what was learnt, for the batches
/// of the same sweep. A failure of the registry or the database is logged: the batches then ask.
WorkerContacts ask_departed_workers(const SweepContext& context, const model::Plan& plan,
                                    const model::Snapshot& snapshot, Memory& memory, std::uint64_t most,
                                    const Author& author, model::SweepReport& report, const std::stop_token& stop,
                                    const Progress& progress);

}  // namespace dsr::sweep
