// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/texts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace dsr::registry::jdbc {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// 0 for what is none, or out of range.
std::int64_t whole_number(const json& value) {
    const bool fits = value.is_number_unsigned() ? std::in_range<std::int64_t>(value.get<std::uint64_t>())
                                                 : value.is_number_integer();
    return fits ? value.get<std::int64_t>() : 0;
}

}  // namespace

std::optional<model::Milliseconds> session_timeout(std::string_view connection_config) {
    const auto config = json::parse(connection_config, nullptr, /*allow_exceptions=*/false);
    if (!config.is_object()) return std::nullopt;
    const auto found = config.find("sessionTimeout");
    if (found == config.end() || !found->is_number_integer()) return std::nullopt;
    const auto timeout = found->is_number_unsigned() ? found->get<std::uint64_t>() : std::uint64_t{0};
    if (timeout == 0) return std::nullopt;
    const model::Milliseconds longest = 24h;
    return model::Milliseconds{std::min(timeout, static_cast<std::uint64_t>(longest.count()))};
}

std::optional<Event> parse_event(std::string_view text) {
    Event event;
    std::string field;
    std::int64_t client = 0;
    // By callback, because an error at the end of a cut text discards the result.
    const auto note = [&](int depth, json::parse_event_t what, json& parsed) {
        // A number that is cut is another one: it counts when something follows it.
        if (what == json::parse_event_t::key || what == json::parse_event_t::object_end) event.client = client;
        if (what == json::parse_event_t::key && depth == 1) {
            field = parsed.get<std::string>();
        } else if (what == json::parse_event_t::value && depth == 1) {
            if (field == "dataKey" && parsed.is_string()) event.key = parsed.get<std::string>();
            if (field == "dataValue" && parsed.is_string()) event.value = parsed.get<std::string>();
            if (field == "clientId") client = whole_number(parsed);
        }
        return true;
    };
    const auto whole = json::parse(text, note, /*allow_exceptions=*/false);
    if (event.key.empty() || !(whole.is_object() || whole.is_discarded())) return std::nullopt;
    return event;
}

}  // namespace dsr::registry::jdbc
