// SPDX-License-Identifier: Apache-2.0
// Unfinished tasks: of an orphan, for its failover; of any row, for operators. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// An unfinished task of an orphan: 3.1 and older mark and kill it when its master is lost.
struct TaskInstance {
    TaskInstanceId id;
    WorkflowInstanceId workflow_instance;
    int state = 0;
    std::string type;                       ///< task_type: SHELL, SUB_PROCESS, ...
    std::optional<std::string> host;        ///< the worker's address (or the master's, for tasks that masters run)
    std::optional<Instant> submitted_at{};  ///< submit_time; nothing when it is NULL or cannot be read in the zone
};

/// What an operator needs before running its workflow again.
struct RunningTask {
    TaskInstanceId id;
    WorkflowInstanceId workflow_instance;
    std::string name;
    std::string type;                            ///< SHELL, SPARK, ...
    std::optional<int> state;                    ///< nothing for SQL NULL
    std::optional<std::string> host;             ///< the worker's address
    std::optional<Instant> started_at;           ///< nothing when it has not started, or cannot be read
    std::vector<std::string> application_links;  ///< ids of external applications (YARN), as the worker recorded them
    bool operator==(const RunningTask&) const = default;
};

/// The column app_link, "application_1_1,application_1_2", as a list without blanks and empty items.
std::vector<std::string> application_links(std::string_view column);

/// The project of a definition, if it can be found.
struct Project {
    std::optional<std::int64_t> code;
    std::optional<std::string> name;  ///< nothing when the project is gone
    bool operator==(const Project&) const = default;
};

}  // namespace dsr::model
