// SPDX-License-Identifier: Apache-2.0
// The JSON texts of the JDBC registry besides the heartbeat: a client's configuration, and an event, which holds the
// data row that was written. Other programs write them: what cannot be read counts as not written. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/instant.hpp"

namespace dsr::registry::jdbc {

/// sessionTimeout of {"sessionTimeout":60000}; nothing when it is missing or no time. At most a day.
std::optional<model::Milliseconds> session_timeout(std::string_view connection_config);

struct Event {
    std::string key;
    std::int64_t client = 0;
    std::string value;
};

/// The row in an event; nothing without a dataKey. What stands before the end of a text that was cut is read.
std::optional<Event> parse_event(std::string_view json);

}  // namespace dsr::registry::jdbc
