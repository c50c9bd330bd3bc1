// SPDX-License-Identifier: Apache-2.0
// An unfinished task of an orphan: 3.1 and older mark and kill it when its master is lost.
#pragma once

#include <optional>
#include <string>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

struct TaskInstance {
    TaskInstanceId id;
    WorkflowInstanceId workflow_instance;
    int state = 0;
    std::string type;                       ///< task_type: SHELL, SUB_PROCESS, ...
    std::optional<std::string> host;        ///< the worker's address (or the master's, for tasks that masters run)
    std::optional<Instant> submitted_at{};  ///< submit_time; nothing when it is NULL or cannot be read in the zone
};

}  // namespace dsr::model
