// SPDX-License-Identifier: Apache-2.0
#include "recording/snapshot_json.hpp"

#include "model/failure.hpp"
#include "recording/json_value.hpp"

namespace dsr::recording {

namespace {

template <class Value>
Value value_of(const Json& json, const char* what) {
    try {
        Value value;
        read(json, value);
        return value;
    } catch (const Unreadable& unreadable) {
        throw model::Failure(model::Meaning::refused, std::string("this is no ") + what + " as it is recorded: " +
                                                          (unreadable.where.empty() ? "it" : unreadable.where) + " " +
                                                          unreadable.what);
    }
}

}  // namespace

Json json_of_snapshot(const model::Snapshot& snapshot) {
    return write(snapshot);
}

Json json_of_row(const model::WorkflowInstance& row) {
    return write(row);
}

model::Snapshot snapshot_of_json(const Json& json) {
    return value_of<model::Snapshot>(json, "snapshot");
}

model::WorkflowInstance row_of_json(const Json& json) {
    return value_of<model::WorkflowInstance>(json, "row");
}

}  // namespace dsr::recording
