// SPDX-License-Identifier: Apache-2.0
#include "store/command_param.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "model/failure.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::store {

namespace {

using Json = nlohmann::ordered_json;

/// Copying and writing recurse level by level: 60,000 levels in one row's text would crash the daemon.
constexpr int deepest = 1000;

/// The states that a recovery command can restore, with the names of DolphinScheduler's enum.
struct Recoverable {
    int state;
    std::string_view name;
};
constexpr std::array recoverable{Recoverable{model::state::running_execution, "RUNNING_EXECUTION"},
                                 Recoverable{model::state::ready_pause, "READY_PAUSE"},
                                 Recoverable{model::state::ready_stop, "READY_STOP"}};

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
    const auto named = std::ranges::find(recoverable, old_state, &Recoverable::state);
    if (named == recoverable.end()) {
        throw model::Failure(model::ErrorKind::permanent,
                             "a workflow in state " + std::to_string(old_state) +
                                 " cannot be recovered: only 1, 2 and 4 have a recovery command");
    }
    return std::string(R"({"commandType":"RECOVER_TOLERANCE_FAULT","subWorkflowInstance":false,"startNodes":null,)") +
           R"("commandParams":null,"timeZone":null,"workflowExecutionStatus":")" + std::string(named->name) + "\"}";
}

std::optional<int> old_state_of(const std::string& workflow_command_param) {
    const Json param = Json::parse(workflow_command_param, nullptr, false);
    if (!param.is_object()) return std::nullopt;
    const auto status = param.find("workflowExecutionStatus");
    if (status == param.end() || !status->is_string()) return std::nullopt;
    const auto named = std::ranges::find(recoverable, status->get_ref<const std::string&>(), &Recoverable::name);
    return named == recoverable.end() ? std::nullopt : std::optional(named->state);
}

}  // namespace dsr::store
