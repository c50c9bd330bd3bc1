// SPDX-License-Identifier: Apache-2.0
// The step "apply" in shadow mode: nothing is locked, fenced, killed, handed over or removed; the journal keeps
// what would have been, once for each loss, and what masters and people made of it since. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/entries.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Compares what earlier sweeps noted with the rows as they are now (plan/shadow_score.hpp). Throws Failure.
void compare_shadow(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
                    const std::stop_token& stop);

/// Notes what apply() and repair_stranded() would do with the plan: the registry and the rows are looked at again, as
/// those do it, but without their locks. Every planned row ends as an action in the report: would_recover, or why not.
/// failover.max_per_sweep is no matter here. Throws Failure.
void note_shadow(const SweepContext& context, const model::Plan& plan, const model::Snapshot& snapshot, Memory& memory,
                 const Author& author, model::SweepReport& report, const std::stop_token& stop);

}  // namespace dsr::sweep
