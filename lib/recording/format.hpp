// SPDX-License-Identifier: Apache-2.0
// The form of a recording: lossless JSON by the members in serialize/fields.hpp. Included by the sources of this module
// only. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "recording/recording.hpp"
#include "serialize/json.hpp"

namespace dsr::recording {

using serialize::Json;
using serialize::Unreadable;

struct RecordingForm {
    static constexpr bool keyed_maps = false;
    static constexpr bool lossless_text = true;
    static constexpr bool strict = false;  ///< older recordings do not have every optional member
    static constexpr bool left_out(std::string_view) { return false; }
    /// Members that were added after version 0.1.0 and are not optional.
    static constexpr bool missing_is_default(std::string_view name) {
        constexpr std::array<std::string_view, 15> added{
            "identity",         "modified_in",    "hand_over_lost", "rows_in_failover_states",
            "release_valid_ms", "waivers",        "serial_queue",   "foresees_releases",
            "answering",        "in_database",    "least_grace_ms", "remarks",
            "last_signs",       "other_registry", "sessions"};
        return std::ranges::find(added, name) != added.end();
    }
    static constexpr bool malformed_is_default(std::string_view) { return false; }
};

using Writer = serialize::Writer<RecordingForm>;

void fields(auto& each, serialize::Of<JudgedRow> auto& judged_row) {
    each("row", judged_row.row);
    each("judged", judged_row.judged);
}

void fields(auto& each, serialize::Of<Recording> auto& recording) {
    each("rows", recording.rows);
    each("now", recording.now);
    each("snapshot", recording.snapshot);
    each("holds", recording.holds);
    each("rows_owned", recording.rows_owned);
    each("rows_left_out", recording.rows_left_out);
    each("sweep", recording.sweep);
    each("outcome", recording.outcome);
    each("version", recording.version);
}

/// Appends a value as JSON.
template <class Value>
void append(std::string& json, const Value& value) {
    serialize::append<RecordingForm>(json, value);
}

/// The same as a document, to which the caller adds something.
template <class Value>
Json write(const Value& value) {
    return serialize::write<RecordingForm>(value);
}

/// Throws Unreadable.
template <class Value>
void read(const Json& json, Value& value) {
    serialize::read<RecordingForm>(json, value);
}

}  // namespace dsr::recording
