// SPDX-License-Identifier: Apache-2.0
#include "model/ownership_time.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dsr::model {

namespace {

constexpr std::chrono::seconds second_tolerance{1};

/// Takes the word off the front of the text; false when it does not stand there.
bool skip(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

/// Takes off what stands before the next quote. Nothing unless JSON would read it as it stands: printable ASCII, and no
/// escapes.
std::optional<std::string_view> skip_plain(std::string_view& text) {
    const std::string_view plain = text.substr(0, text.find('"'));
    const auto as_it_stands = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
    if (!std::ranges::all_of(plain, as_it_stands)) return std::nullopt;
    text.remove_prefix(plain.size());
    return plain;
}

/// The last entry's time in a history of just the form in which masters write it. Nothing for any other text, which may
/// be JSON all the same. Reading each row's as JSON took a fifth of the time of reading and judging it.
std::optional<std::string_view> last_plain_time(std::string_view history) {
    std::optional<std::string_view> time;
    if (!skip(history, "[")) return std::nullopt;
    do {
        if (!skip(history, R"({"time":")")) return std::nullopt;
        time = skip_plain(history);
        const bool whole = time && skip(history, R"(","state":")") && skip_plain(history) &&
                           skip(history, R"(","desc":")") && skip_plain(history) && skip(history, R"("})");
        if (!whole) return std::nullopt;
    } while (skip(history, ","));
    return history == "]" ? time : std::nullopt;
}

/// The last entry's time; an empty list is like NULL. The outer optional is empty when the text does not parse.
std::optional<std::optional<std::string>> last_entry_time(std::string_view history) {
    if (history.empty()) return std::optional<std::string>{};
    if (const auto time = last_plain_time(history)) return std::optional<std::string>{*time};
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
    const auto include = [&](Instant read, std::chrono::microseconds tolerance) {
        // Masters write a row back in milliseconds, so a finer time that SQL wrote would look like another ownership.
        const Instant time = std::chrono::floor<Milliseconds>(read);
        const bool first = result.form == OwnershipTime::Form::absent;
        result.form = OwnershipTime::Form::known;
        result.earliest = first ? time - tolerance : std::max(result.earliest, time - tolerance);
        result.latest = first ? time + tolerance : std::max(result.latest, time + tolerance);
    };
    const std::chrono::microseconds column_tolerance = precision == ColumnPrecision::seconds
                                                           ? std::chrono::microseconds{second_tolerance}
                                                           : std::chrono::microseconds{0};
    for (const auto* column : {&columns.start_time, &columns.restart_time}) {
        if (!*column || (column == &columns.restart_time && *column == columns.start_time)) continue;
        const auto time = zone.instant(**column);
        if (!time) return unreadable(**column);
        include(*time, column_tolerance);
        result.stamped = result.latest - column_tolerance;
    }
    if (columns.state_history) {
        const auto entry = last_entry_time(*columns.state_history);
        if (!entry) return unreadable(*columns.state_history);
        if (*entry) {
            const auto time = zone.instant(**entry);
            if (!time) return unreadable(**entry);
            result.changed = *time + second_tolerance;
            if (generation == Generation::workflow) include(*time, second_tolerance);
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
