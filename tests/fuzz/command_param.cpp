// SPDX-License-Identifier: Apache-2.0
// Any bytes as an instance's own command_param, and as the time zone of its schedule. Promises: the recovery command's
// parameter is a JSON object that names the instance, start parameters come out as they went in, and nothing else of
// the instance's gets into it.
#include "store/command_param.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

namespace {

using dsr::fuzz::require;
using dsr::store::process_command_param;
using dsr::store::Schedule;
using nlohmann::json;

constexpr std::int64_t id = 3'000'000'000;                 // more than an int
constexpr std::ptrdiff_t deepest = 1000;                   // beyond it start parameters are none
constexpr auto replaced = json::error_handler_t::replace;  // of what is not UTF-8 only the good part can stay

/// Levels of nesting, counted by their signs: more than there are where brackets stand side by side or in texts.
std::ptrdiff_t depth_at_most(std::string_view text) {
    return std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{');
}

/// What a consumer finds in it, read independently; null when there is none.
json start_params_of(const std::string& text) {
    const auto param = json::parse(text, nullptr, false);
    const bool has = param.is_object() && param.contains("StartParams");
    return has ? param.at("StartParams") : json{};
}

json object_of(const std::string& text) {
    auto param = json::parse(text, nullptr, false);
    require(param.is_object(), "a command's parameter is a JSON object");
    return param;
}

void check_plain(const std::string& text, const json& start) {
    const auto param = object_of(process_command_param(id, text, std::nullopt));
    require(param.value("ProcessInstanceId", std::int64_t{}) == id, "the command names the instance");
    require(param.size() == (start.is_null() ? 1U : 2U), "nothing else is taken over");
    if (!start.is_null())
        require(param.contains("StartParams") && param["StartParams"] == start, "StartParams are kept");
}

void check_scheduled(const std::string& text, const json& start, const Schedule& schedule) {
    const auto param = object_of(process_command_param(id, text, schedule));
    require(param.value("ProcessInstanceId", "") == std::to_string(id), "the id is a string beside a schedule");
    require(param.size() == (start.is_null() ? 2U : 3U), "nothing else is taken over");
    require(param.contains("schedule_timezone") && param["schedule_timezone"].is_null() == !schedule.time_zone,
            "a schedule's zone is named, or null");
    const json zone = json::parse(json(schedule.time_zone.value_or("")).dump(-1, ' ', false, replaced));
    require(!schedule.time_zone || param["schedule_timezone"] == zone, "the zone is named as it stands");
    if (start.is_null()) return;
    require(param.contains("StartParams") && param["StartParams"].is_string(), "StartParams are a string");
    const auto kept = param["StartParams"].get<std::string>();
    require(start.is_string() ? kept == start.get<std::string>() : json::parse(kept, nullptr, false) == start,
            "StartParams are kept");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text{dsr::fuzz::text(bytes, size)};
    // Deeper ones need only not to be the end of the process.
    if (depth_at_most(text) > deepest) {
        object_of(process_command_param(id, text, Schedule{text}));
        return 0;
    }
    const auto start = start_params_of(text);
    check_plain(text, start);
    check_scheduled(text, start, Schedule{text});
    check_scheduled(text, start, Schedule{"Asia/Shanghai"});
    check_scheduled(text, start, Schedule{});
    return 0;
}
