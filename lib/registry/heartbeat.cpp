// SPDX-License-Identifier: Apache-2.0
#include "registry/heartbeat.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace dsr::registry {
namespace {

using model::HeartbeatForm;

constexpr std::int64_t max_process_id = std::numeric_limits<std::int32_t>::max();  // a Java int

const Heartbeat unreadable{HeartbeatForm::unreadable, {}, {}, {}};

/// Whether the number is a time that a server can report; sets field.
bool take_time(std::int64_t number, std::optional<model::Instant>& field) {
    if (number > 0) field = model::instant_from_epoch_ms(number);
    return field.has_value();
}

bool take_process_id(std::int64_t number, std::optional<std::int64_t>& field) {
    if (number >= 0 && number <= max_process_id) field = number;
    return field.has_value();
}

/// Whether the key is absent, or an integer that `take` accepts.
template <class Field, class Take>
bool take_key(const nlohmann::json& object, const char* key, Field& field, Take take) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return true;
    if (!found->is_number_integer()) return false;
    constexpr auto greatest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (found->is_number_unsigned() && found->get<std::uint64_t>() > greatest) return false;
    return take(found->get<std::int64_t>(), field);
}

Heartbeat from_json(std::string_view data) {
    const auto object = nlohmann::json::parse(data, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return unreadable;
    Heartbeat heartbeat;
    heartbeat.form = HeartbeatForm::json;
    const bool good = take_key(object, "startupTime", heartbeat.startup_time, take_time) &&
                      take_key(object, "processId", heartbeat.process_id, take_process_id) &&
                      take_key(object, "reportTime", heartbeat.reported_at, take_time);
    return good ? heartbeat : unreadable;
}

Heartbeat from_csv(std::string_view data) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0; begin <= data.size() && fields.size() < 15;) {
        const auto comma = std::min(data.find(',', begin), data.size());
        fields.push_back(data.substr(begin, comma - begin));
        begin = comma + 1;
    }
    if (fields.size() != 13 && fields.size() != 14) return unreadable;
    const std::size_t shift = fields.size() - 13;  // diskAvailable was inserted at [2]
    const auto startup = base::parse_number<std::int64_t>(fields[6 + shift]);
    const auto report = base::parse_number<std::int64_t>(fields[7 + shift]);
    const auto process = base::parse_number<std::int64_t>(fields[9 + shift]);
    Heartbeat heartbeat;
    heartbeat.form = HeartbeatForm::csv;
    const bool good = startup && report && process && take_time(*startup, heartbeat.startup_time) &&
                      take_time(*report, heartbeat.reported_at) && take_process_id(*process, heartbeat.process_id);
    return good ? heartbeat : unreadable;
}

}  // namespace

Heartbeat parse_heartbeat(std::string_view data) {
    if (data.empty()) return {};
    if (data.size() > max_node_data) return unreadable;
    const auto first = data.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return unreadable;
    return data[first] == '{' ? from_json(data) : from_csv(data);
}

model::LiveMaster live_master(const model::MasterAddress& address, const Heartbeat& heartbeat) {
    model::LiveMaster master;
    master.address = address;
    master.form = heartbeat.form;
    master.startup_time = heartbeat.startup_time;
    master.process_id = heartbeat.process_id;
    master.reported_at = heartbeat.reported_at;
    return master;
}

}  // namespace dsr::registry
