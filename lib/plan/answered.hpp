// SPDX-License-Identifier: Apache-2.0
// The outcome of our own answer to the loss that a row still shows. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// The judgement of a row that we handed over or repaired for the loss that it still shows; nothing when that answer no
/// longer counts.
std::optional<model::Judgement> answered(const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                                         model::Instant now);

/// Until when a row that was handed over then may wait for a master, and what follows.
std::string overdue_from(model::Instant handed_over, const model::Policy& policy);

}  // namespace dsr::plan
