// SPDX-License-Identifier: Apache-2.0
// The outcome of our own answer to the loss that a row still shows. Pure; any thread.
#pragma once

#include <optional>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// The judgement of a row that we handed over or repaired for the loss that it still shows; nothing when that answer no
/// longer counts.
std::optional<model::Judgement> answered(const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                                         model::Instant now);

}  // namespace dsr::plan
