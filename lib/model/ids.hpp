// SPDX-License-Identifier: Apache-2.0
// Ids and addresses as types of their own, so that none is handed in where another belongs.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace dsr::model {

/// Primary key of t_ds_process_instance / t_ds_workflow_instance.
struct WorkflowInstanceId {
    std::int64_t value = 0;
    auto operator<=>(const WorkflowInstanceId&) const = default;
};

/// Primary key of t_ds_task_instance.
struct TaskInstanceId {
    std::int64_t value = 0;
    auto operator<=>(const TaskInstanceId&) const = default;
};

/// "host:port" exactly as it stands in the instance row's host column and as the node's name under /nodes/master.
/// Compared as text, whole: DolphinScheduler's own substring match takes 10.0.0.1:5678 for alive beside 110.0.0.1:5678.
struct MasterAddress {
    std::string text;
    auto operator<=>(const MasterAddress&) const = default;
};

/// "host:port" of a worker, as the node's name under /nodes/worker and in the task row's host column.
struct WorkerAddress {
    std::string text;
    auto operator<=>(const WorkerAddress&) const = default;
};

}  // namespace dsr::model
