// SPDX-License-Identifier: Apache-2.0
// The step "apply" in shadow mode: locks, fences, kills, hands over and removes nothing. The journal keeps what would
// have been done, once per loss, and what masters and people did about it. Sweep's thread.
#pragma once

#include "model/plan.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Compares the notes of earlier sweeps with the present rows (plan/shadow_score.hpp), then notes what apply() would do
/// with the plan, unless a guard holds. Observes registry and rows again as apply() does, but without its locks. Every
/// planned row ends as an action in the report: would_recover, or why not. failover.max_per_sweep does not apply.
/// `writable`: the journal can keep that; otherwise it is only reported. Throws Failure.
void run_shadow(const SweepScope& scope, const model::Plan& plan, bool writable);

}  // namespace dsr::sweep
