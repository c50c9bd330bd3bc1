// SPDX-License-Identifier: Apache-2.0
// Distinct types for ids and addresses, so that they cannot be confused.
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

/// "host:port" exactly as in the instance row's host column and in the node name under /nodes/master. Compared as whole
/// text: DolphinScheduler's own substring match takes 10.0.0.1:5678 for alive because of 110.0.0.1:5678.
struct MasterAddress {
    std::string text;
    auto operator<=>(const MasterAddress&) const = default;
};

/// "host:port" of a worker, as in the node name under /nodes/worker and in the task row's host column.
struct WorkerAddress {
    std::string text;
    auto operator<=>(const WorkerAddress&) const = default;
};

}  // namespace dsr::model
