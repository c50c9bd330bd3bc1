// SPDX-License-Identifier: Apache-2.0
#include "model/ownership_time.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dsr::model {

namespace {

constexpr std::chrono::seconds second_tolerance{1};

/// The last entry's time; an empty list is like NULL. The outer optional is empty when the text does not parse.
std::optional<std::optional<std::string>> last_entry_time(const std::string& history) {
    if (history.empty()) return std::optional<std::string>{};
    const auto list = nlohmann::json::parse(history, nullptr, false);
    if (list.is_null()) return std::optional<std::string>{};
    if (!list.is_array()) return std::nullopt;
    if (list.empty()) return std::optional<std::string>{};
    const auto& last = list.back();
    if (!last.is_object()) return std::nullopt;
    const auto time = last.find("time");
    if (time == last.end() || !time->is_string()) return std::nullopt;
    return std::optional<std::string>{time->get<std::string>()};
}

}  // namespace

OwnershipTime ownership_time(const OwnershipColumns& columns, ColumnPrecision precision, const Zone& zone,
                             Generation generation) {
    OwnershipTime result;
    const auto unreadable = [&result](const std::string& text) {
        OwnershipTime bad;
        bad.form = OwnershipTime::Form::unreadable;
        bad.stamped = result.stamped;  // what was readable before: the journal distinguishes losses by it
        bad.text = text.substr(0, 200);
        return bad;
    };
    const auto include = [&](const std::string& wall, std::chrono::microseconds tolerance) {
        const auto read = zone.instant(wall);
        if (!read) return false;
        // Masters write a row back in milliseconds, so a finer time that SQL wrote would look like another ownership.
        const Instant time = std::chrono::floor<Milliseconds>(*read);
        const bool first = result.form == OwnershipTime::Form::absent;
        result.form = OwnershipTime::Form::known;
        result.earliest = first ? time - tolerance : std::max(result.earliest, time - tolerance);
        result.latest = first ? time + tolerance : std::max(result.latest, time + tolerance);
        return true;
    };
    const std::chrono::microseconds column_tolerance = precision == ColumnPrecision::seconds
                                                           ? std::chrono::microseconds{second_tolerance}
                                                           : std::chrono::microseconds{0};
    for (const auto* column : {&columns.start_time, &columns.restart_time}) {
        if (!*column) continue;
        if (!include(**column, column_tolerance)) return unreadable(**column);
        result.stamped = result.latest - column_tolerance;
    }
    if (columns.state_history) {
        const auto entry = last_entry_time(*columns.state_history);
        if (!entry) return unreadable(*columns.state_history);
        if (*entry) {
            const auto time = zone.instant(**entry);
            if (!time) return unreadable(**entry);
            result.changed = *time + second_tolerance;
            if (generation == Generation::workflow) include(**entry, second_tolerance);
        }
    }
    return result;
}

std::array<std::optional<Instant>, ownership_column_names.size()> written_times(const OwnershipColumns& columns,
                                                                                const Zone& zone) {
    const auto placed = [&](const std::optional<std::string>& wall) {
        return wall ? zone.instant(*wall) : std::nullopt;
    };
    const auto entry = columns.state_history ? last_entry_time(*columns.state_history) : std::nullopt;
    return {placed(columns.start_time), placed(columns.restart_time), placed(entry.value_or(std::nullopt))};
}

std::optional<Instant> cut_stamp(const std::optional<Instant>& stamp) {
    return stamp ? std::optional<Instant>(std::chrono::floor<Milliseconds>(*stamp)) : std::nullopt;
}

bool same_stamp(const std::optional<Instant>& one, const std::optional<Instant>& other) {
    return cut_stamp(one) == cut_stamp(other);
}

std::optional<OwnershipColumn> deciding_column(const OwnershipColumns& columns, ColumnPrecision precision,
                                               const Zone& zone, Generation generation) {
    const auto whole = ownership_time(columns, precision, zone, generation);
    if (whole.form != OwnershipTime::Form::known) return std::nullopt;
    const auto decides = [&](const OwnershipColumns& alone) {
        const auto time = ownership_time(alone, precision, zone, generation);
        return time.form == OwnershipTime::Form::known && time.latest == whole.latest;
    };
    if (decides({{}, {}, columns.state_history})) return OwnershipColumn::state_history;
    return decides({{}, columns.restart_time, {}}) ? OwnershipColumn::restart_time : OwnershipColumn::start_time;
}

}  // namespace dsr::model
