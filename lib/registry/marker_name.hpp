// SPDX-License-Identifier: Apache-2.0
// Names and values of failover-finish markers (docs/dolphinscheduler-protocol.md, section 5.1). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/failover_marker.hpp"
#include "model/instant.hpp"
#include "model/live_master.hpp"

namespace dsr::registry {

struct MarkerName {
    std::string address;                         ///< host:port; the host may contain '-' and '.'
    std::optional<model::Instant> startup_time;  ///< nothing for -unknown-unknown
    std::optional<std::int64_t> process_id;      ///< nothing for -unknown-unknown and for the oldest shape
    bool operator==(const MarkerName&) const = default;
};

/// Parses the three shapes: "<host:port>-<startup ms>-<pid>", "<host:port>-unknown-unknown", and the oldest,
/// "<host:port>-<startup ms>". Nothing for any other text, and for numbers that a server would write differently
/// (leading zeros, a sign, out of range): such a marker is kept.
std::optional<MarkerName> parse_marker_name(std::string_view name);

/// The name of that incarnation's marker, as its own heartbeat looks it up.
std::string marker_name(const model::Incarnation& incarnation);

/// The value of a marker: epoch milliseconds.
std::string marker_value(model::Instant time);

/// A marker's value as a time: epoch milliseconds, digits only (as Long.parseLong takes them). Nothing for other text.
std::optional<model::Instant> parse_marker_value(std::string_view value);

/// A marker as read from the registry.
model::FailoverMarker failover_marker(std::string name, std::string value, std::int64_t version,
                                      model::Instant modified_at, std::int64_t modified_in);

}  // namespace dsr::registry
