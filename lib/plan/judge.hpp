// SPDX-License-Identifier: Apache-2.0
// The verdict on one unfinished row. Pure: no I/O, no clock of its own; any thread.
#pragma once

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"
#include "plan/owner.hpp"

namespace dsr::plan {

/// Number of sweeps in which a registered worker may be unreachable before the row is left to an operator.
inline constexpr int max_unreachable_tries = 3;

/// Judges top down by the table of docs/how-a-sweep-decides.md. `now` is when the snapshot's registry was seen.
model::Judgement judge(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
