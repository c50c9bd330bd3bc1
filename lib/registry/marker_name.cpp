// SPDX-License-Identifier: Apache-2.0
#include "registry/marker_name.hpp"

#include <limits>
#include <utility>

#include "base/text.hpp"
#include "registry/heartbeat.hpp"

namespace dsr::registry {
namespace {

constexpr std::string_view unknown_suffix = "-unknown-unknown";

/// A decimal number as Java prints it: digits only, no leading zero.
std::optional<std::int64_t> number(std::string_view text) {
    if (!base::is_digits(text) || (text.size() > 1 && text.front() == '0')) return {};
    return base::parse_number<std::int64_t>(text);
}

bool is_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto port = number(text.substr(colon + 1));
    return port && *port >= 1 && *port <= 65535;
}

/// "a-b" split at the last '-'; nothing without one.
std::optional<std::pair<std::string_view, std::string_view>> cut_last(std::string_view text) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos) return {};
    return std::pair{text.substr(0, dash), text.substr(dash + 1)};
}

std::optional<model::Instant> startup_time(std::string_view text) {
    const auto epoch_ms = number(text);
    return epoch_ms && *epoch_ms > 0 ? model::instant_from_epoch_ms(*epoch_ms) : std::nullopt;
}

}  // namespace

std::optional<MarkerName> parse_marker_name(std::string_view name) {
    if (name.ends_with(unknown_suffix)) {
        const auto address = name.substr(0, name.size() - unknown_suffix.size());
        if (!is_address(address)) return {};
        return MarkerName{std::string{address}, {}, {}};
    }
    const auto last = cut_last(name);
    if (!last) return {};
    if (is_address(last->first)) {
        const auto startup = startup_time(last->second);
        if (!startup) return {};
        return MarkerName{std::string{last->first}, startup, {}};
    }
    const auto before = cut_last(last->first);
    if (!before || !is_address(before->first)) return {};
    const auto startup = startup_time(before->second);
    const auto process_id = number(last->second);
    if (!startup || !process_id || *process_id > std::numeric_limits<std::int32_t>::max()) return {};
    return MarkerName{std::string{before->first}, startup, process_id};
}

std::string marker_name(const model::Incarnation& incarnation) {
    return incarnation.address.text + "-" + std::to_string(model::epoch_ms(incarnation.startup_time)) + "-" +
           std::to_string(incarnation.process_id);
}

std::string marker_value(model::Instant time) {
    return std::to_string(model::epoch_ms(time));
}

std::optional<model::Instant> parse_marker_value(std::string_view value) {
    if (value.size() > max_node_data || !base::is_digits(value)) return {};
    const auto epoch_ms = base::parse_number<std::int64_t>(value);
    return epoch_ms ? model::instant_from_epoch_ms(*epoch_ms) : std::nullopt;
}

model::FailoverMarker failover_marker(std::string name, std::string value, std::int64_t version,
                                      model::Instant modified_at, std::int64_t modified_in) {
    model::FailoverMarker marker;
    if (const auto parsed = parse_marker_name(name)) {
        marker.name_parsed = true;
        marker.address = parsed->address;
        marker.startup_time = parsed->startup_time;
        marker.process_id = parsed->process_id;
    }
    marker.value_time = parse_marker_value(value);
    marker.name = std::move(name);
    marker.value = std::move(value);
    marker.version = version;
    marker.modified_at = modified_at;
    marker.modified_in = modified_in;
    return marker;
}

}  // namespace dsr::registry
