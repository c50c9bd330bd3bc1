// SPDX-License-Identifier: Apache-2.0
// A task of an orphan that has not finished: what 3.1 and older mark and kill when its master is gone.
#pragma once

#include <optional>
#include <string>

#include "model/ids.hpp"

namespace dsr::model {

struct TaskInstance {
    TaskInstanceId id;
    WorkflowInstanceId workflow_instance;
    int state = 0;
    std::string type;                 ///< task_type: SHELL, SUB_PROCESS, ...
    std::optional<std::string> host;  ///< the worker's address (or the master's, for tasks that masters run)
};

}  // namespace dsr::model
