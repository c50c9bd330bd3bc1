// SPDX-License-Identifier: Apache-2.0
// What a sweep judges by, as JSON and back, without loss. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::recording {

nlohmann::ordered_json json_of_snapshot(const model::Snapshot& snapshot);
nlohmann::ordered_json json_of_row(const model::WorkflowInstance& row);

/// Names that are not known are passed over. Throws Failure(refused) with what is missing or wrong.
model::Snapshot snapshot_of_json(const nlohmann::ordered_json& json);
model::WorkflowInstance row_of_json(const nlohmann::ordered_json& json);

}  // namespace dsr::recording
