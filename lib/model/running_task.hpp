// SPDX-License-Identifier: Apache-2.0
// An unfinished task, with what an operator needs before running its workflow again. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::model {

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
