// SPDX-License-Identifier: Apache-2.0
// The step "apply": fails over the planned hosts one after the other (host_failover handles one), repairs stranded
// rows, removes old markers. Everything that the plan is based on is checked again before it is acted on. Sweep's
// thread.
#pragma once

#include "model/plan.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Carries out the plan, as far as failover.max_per_sweep and failover.rate allow; the remainder goes to
/// report.beyond_limit. Every other planned row ends as an action in the report. Throws Failure when registry or
/// database is unreachable; rows that were not reached are first reported as failed.
void apply(const SweepScope& scope, const model::Plan& plan);

/// Reports what apply() would do with the plan. `limited`: failover.max_per_sweep applies. Writes nothing. Throws
/// Failure.
void report_dry_run(const SweepScope& scope, const model::Plan& plan, bool limited = true);

}  // namespace dsr::sweep
