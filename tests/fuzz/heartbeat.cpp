// SPDX-License-Identifier: Apache-2.0
// Any bytes as a registry node's data. Promises: nothing is known of an unreadable heartbeat, what is known is in range
// and stands in the text, and a key that a later release adds changes nothing.
#include "registry/heartbeat.hpp"

#include <limits>
#include <string>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

namespace {

using dsr::fuzz::require;
using dsr::model::HeartbeatForm;
using dsr::registry::Heartbeat;
using dsr::registry::parse_heartbeat;

constexpr long long last_epoch_ms = 253'402'300'799'999;  // the end of the year 9999

/// Neither JSON nor CSV has another way to write a whole number than its digits.
bool stands_in(std::string_view data, long long number) {
    return data.find(std::to_string(number)) != std::string_view::npos;
}

void check_time(std::string_view data, const std::optional<dsr::model::Instant>& time) {
    if (!time) return;
    const long long epoch_ms = dsr::model::epoch_ms(*time);
    require(epoch_ms > 0 && epoch_ms <= last_epoch_ms, "a heartbeat's time lies between 1970 and 9999");
    require(stands_in(data, epoch_ms), "a heartbeat's time stands in its text");
}

void check_process_id(std::string_view data, const std::optional<std::int64_t>& process_id) {
    if (!process_id) return;
    require(*process_id >= 0 && *process_id <= std::numeric_limits<std::int32_t>::max(), "a process id is a Java int");
    require(stands_in(data, *process_id), "a process id stands in its text");
}

void check_later_release(std::string_view data, const Heartbeat& heartbeat) {
    const auto brace = data.find('{');
    const auto next = data.find_first_not_of(" \t\r\n", brace + 1);
    std::string later{data};
    later.insert(brace + 1, data[next] == '}' ? R"("later":{"deep":[1]})" : R"("later":{"deep":[1]},)");
    require(parse_heartbeat(later) == heartbeat, "an unknown key in front changes nothing");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto data = dsr::fuzz::text(bytes, size);
    const auto heartbeat = parse_heartbeat(data);
    require((heartbeat.form == HeartbeatForm::empty) == data.empty(), "empty is what has no bytes");
    check_time(data, heartbeat.startup_time);
    check_time(data, heartbeat.reported_at);
    check_process_id(data, heartbeat.process_id);
    switch (heartbeat.form) {
        case HeartbeatForm::empty:
        case HeartbeatForm::unreadable:
            require(!heartbeat.startup_time && !heartbeat.process_id && !heartbeat.reported_at,
                    "half of an identity is none");
            break;
        case HeartbeatForm::csv:
            require(heartbeat.startup_time && heartbeat.process_id && heartbeat.reported_at, "a line has all three");
            break;
        case HeartbeatForm::json:
            check_later_release(data, heartbeat);
            break;
    }
    return 0;
}
