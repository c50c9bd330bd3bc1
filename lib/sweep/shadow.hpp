// SPDX-License-Identifier: Apache-2.0
// The step "apply" in shadow mode: locks, fences, kills, hands over and removes nothing. The journal keeps what would
// have been done, once per loss, and what masters and people did about it. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/entries.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Compares the notes of earlier sweeps with the present rows (plan/shadow_score.hpp). Throws Failure.
void compare_shadow(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
                    const std::stop_token& stop);

/// Notes what apply() and repair_stranded() would do with the plan. Observes registry and rows again as they do, but
/// without their locks. Every planned row ends as an action in the report: would_recover, or why not.
/// failover.max_per_sweep does not apply. Throws Failure.
void note_shadow(const SweepContext& context, const model::Plan& plan, const model::Snapshot& snapshot, Memory& memory,
                 const Author& author, model::SweepReport& report, const std::stop_token& stop);

}  // namespace dsr::sweep
