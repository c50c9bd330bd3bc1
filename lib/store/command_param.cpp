// SPDX-License-Identifier: Apache-2.0
#include "store/command_param.hpp"

#include <nlohmann/json.hpp>

#include "model/failure.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::store {

namespace {

using Json = nlohmann::ordered_json;

/// Copying and writing go down level by level: 60,000 of them in one row's text would be the end of the daemon.
constexpr int deepest = 1000;

/// Null when there is none.
Json start_params(const std::optional<std::string>& instance_param) {
    if (!instance_param) return nullptr;
    bool too_deep = false;
    const auto keep = [&too_deep](int depth, Json::parse_event_t, const Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    const Json param = Json::parse(*instance_param, keep, false);
    if (too_deep || !param.is_object() || !param.contains("StartParams")) return nullptr;
    return param["StartParams"];
}

/// As a master reads any value into its map of strings.
Json as_string(const Json& value) {
    return value.is_string() ? value : Json(value.dump());
}

std::string text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

bool hands_on_start_params(const model::SchemaFacts& schema) {
    if (schema.generation == model::Generation::workflow || !schema.state_history) return false;
    if (schema.tenant_code || !schema.version) return true;
    const bool plausible = *schema.version >= model::Version{3, 1, 0};
    return !plausible || *schema.version >= model::Version{3, 1, 7};
}

std::string process_command_param(std::int64_t instance_id, const std::optional<std::string>& instance_param,
                                  const std::optional<Schedule>& schedule) {
    // A master's hash map puts StartParams before ProcessInstanceId.
    Json param = Json::object();
    if (Json start = start_params(instance_param); !start.is_null()) {
        param["StartParams"] = schedule ? as_string(start) : std::move(start);
    }
    param["ProcessInstanceId"] = schedule ? as_string(instance_id) : Json(instance_id);
    if (schedule) param["schedule_timezone"] = schedule->time_zone ? Json(*schedule->time_zone) : Json(nullptr);
    return text(param);
}

std::string workflow_command_param(int old_state) {
    const auto with = [](const char* name) {
        return std::string(
                   R"({"commandType":"RECOVER_TOLERANCE_FAULT","subWorkflowInstance":false,"startNodes":null,)") +
               R"("commandParams":null,"timeZone":null,"workflowExecutionStatus":")" + name + "\"}";
    };
    switch (old_state) {
        case model::state::running_execution:
            return with("RUNNING_EXECUTION");
        case model::state::ready_pause:
            return with("READY_PAUSE");
        case model::state::ready_stop:
            return with("READY_STOP");
        default:
            break;
    }
    throw model::Failure(model::Meaning::refused, "a workflow in state " + std::to_string(old_state) +
                                                      " cannot be recovered: only 1, 2 and 4 have a recovery command");
}

}  // namespace dsr::store
