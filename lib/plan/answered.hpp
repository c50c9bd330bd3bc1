// SPDX-License-Identifier: Apache-2.0
// What became of what we did for the loss that a row still shows. Pure; any thread.
#pragma once

#include <optional>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Of a row that we handed over or repaired, for the loss that it still shows; nothing when its answer is no longer
/// what counts.
std::optional<model::Judgement> answered(const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                                         model::Instant now);

}  // namespace dsr::plan
