// SPDX-License-Identifier: Apache-2.0
// The times of the newest rows, finished or not, which tell whether database.time_zone is right.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/ownership_time.hpp"

namespace dsr::model {

struct NewInstance {
    WorkflowInstanceId id;
    std::optional<std::string> host;
    /// By OwnershipColumn. Nothing for NULL and for a time without a unique instant in the zone.
    std::array<std::optional<Instant>, ownership_column_names.size()> times{};
    bool operator==(const NewInstance&) const = default;
};

struct NewTask {
    TaskInstanceId id;
    std::optional<std::string> host;      ///< of its workflow instance: the master
    std::optional<Instant> submitted_at;  ///< nothing for NULL and for a time without a unique instant in the zone
    bool operator==(const NewTask&) const = default;
};

/// Each ascending by id.
struct NewRows {
    std::vector<NewInstance> instances;
    std::vector<NewTask> tasks;
    bool operator==(const NewRows&) const = default;
};

}  // namespace dsr::model
