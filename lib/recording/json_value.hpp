// SPDX-License-Identifier: Apache-2.0
// Values to JSON and back by the table in fields.hpp. Lossless: times and durations as whole numbers, enumerations by
// name, text that is not UTF-8 as {"hex": ...}. Included by the sources of this module only. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/enumerators.hpp"
#include "recording/fields.hpp"
#include "recording/names.hpp"

namespace dsr::recording {

using Json = nlohmann::ordered_json;

/// Thrown while reading: the error and its path, which is built while the exception passes up.
struct Unreadable {
    std::string where;
    std::string what;

    void came_from(std::string_view outer) {
        const bool name_follows = !where.empty() && where.front() != '[';
        where = std::string(outer) + (name_follows ? "." : "") + where;
    }
};

/// Text that is not UTF-8 becomes {"hex": ...}: columns and nodes may contain anything.
void append_text(std::string& json, const std::string& text);
void read_text(const Json& json, std::string& text);

namespace detail {

template <class, template <class...> class>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Arguments>
inline constexpr bool is_a<Template<Arguments...>, Template> = true;

template <class Value>
inline constexpr bool is_duration = false;
template <class Count, class Period>
inline constexpr bool is_duration<std::chrono::duration<Count, Period>> = true;

template <class Value>
concept Address = std::same_as<Value, model::MasterAddress> || std::same_as<Value, model::WorkerAddress>;

template <class Value>
concept List = is_a<Value, std::vector> || is_a<Value, std::set>;

/// The last microsecond of the year 9999: sums and differences of such times never overflow.
inline constexpr std::int64_t latest_microsecond = 253'402'300'799'999'999;

}  // namespace detail

/// Appends a value as JSON, directly as text. `Json` trees and their memory would be half of a sweep's own work on
/// 10,000 orphans.
template <class Value>
void append(std::string& json, const Value& value);

template <class Number>
void append_integer(std::string& json, Number number) {
    std::array<char, 24> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    json.append(digits.data(), end);
}

/// The members of an object, with a comma before each except the first.
struct Writer {
    std::string& json;
    bool first = true;
    template <class Value>
    void operator()(std::string_view name, const Value& value) {
        json.append(first ? "\"" : ",\"").append(name).append("\":");
        first = false;
        append(json, value);
    }
};

template <class List, class Append>
void append_list(std::string& json, const List& list, const Append& append_element) {
    json += '[';
    bool first = true;
    for (const auto& element : list) {
        if (!first) json += ',';
        first = false;
        append_element(element);
    }
    json += ']';
}

template <class Value>
void append(std::string& json, const Value& value) {
    using namespace detail;
    if constexpr (std::is_enum_v<Value>) {
        static_assert(base::names_each<Value>(names<Value>));
        append_text(json, std::string(names<Value>.at(static_cast<std::size_t>(value))));
    } else if constexpr (std::is_same_v<Value, bool>) {
        json += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<Value>) {
        append_integer(json, value);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        append_text(json, value);
    } else if constexpr (std::is_same_v<Value, model::Instant>) {
        append_integer(json, value.time_since_epoch().count());
    } else if constexpr (is_duration<Value>) {
        append_integer(json, value.count());
    } else if constexpr (std::is_same_v<Value, model::WorkflowInstanceId>) {
        append_integer(json, value.value);
    } else if constexpr (Address<Value>) {
        append_text(json, value.text);
    } else if constexpr (is_a<Value, std::optional>) {
        if (value) {
            append(json, *value);
        } else {
            json += "null";
        }
    } else if constexpr (List<Value>) {
        append_list(json, value, [&](const auto& element) { append(json, element); });
    } else if constexpr (is_a<Value, std::map>) {
        append_list(json, value, [&](const auto& pair) {
            json += '[';
            append(json, pair.first);
            json += ',';
            append(json, pair.second);
            json += ']';
        });
    } else {
        json += '{';
        Writer each{json};
        fields(each, value);
        json += '}';
    }
}

/// The same as a document, to which the caller adds something.
template <class Value>
Json write(const Value& value) {
    std::string json;
    append(json, value);
    return Json::parse(json);
}

template <class Value>
void read(const Json& json, Value& value);

struct Reader {
    const Json& object;
    template <class Value>
    void operator()(const char* name, Value& value) {
        const auto member = object.find(name);
        if (member == object.end()) {
            // Older recordings do not have the field.
            if constexpr (detail::is_a<Value, std::optional>) return value.reset();
            if (std::find(added_members.begin(), added_members.end(), name) != added_members.end()) return;
            throw Unreadable{name, "is missing"};
        }
        try {
            read(*member, value);
        } catch (Unreadable& unreadable) {
            unreadable.came_from(name);
            throw;
        }
    }
};

template <class Number>
void read_integer(const Json& json, Number& number) {
    if (!json.is_number_integer()) throw Unreadable{"", "is no whole number"};
    const bool fits = json.is_number_unsigned() ? std::in_range<Number>(json.get<std::uint64_t>())
                                                : std::in_range<Number>(json.get<std::int64_t>());
    if (!fits) throw Unreadable{"", "is out of range"};
    number = json.get<Number>();
}

/// Within the years -6000 to 9999, or as long as that.
inline std::int64_t read_count(const Json& json) {
    std::int64_t count = 0;
    read_integer(json, count);
    if (count < -detail::latest_microsecond || count > detail::latest_microsecond)
        throw Unreadable{"", "is out of range"};
    return count;
}

template <class Value, class Take>
void read_list(const Json& json, const Take& take) {
    if (!json.is_array()) throw Unreadable{"", "is no list"};
    for (std::size_t i = 0; i < json.size(); ++i) {
        try {
            Value element{};
            read(json[i], element);
            take(std::move(element));
        } catch (Unreadable& unreadable) {
            unreadable.came_from("[" + std::to_string(i) + "]");
            throw;
        }
    }
}

template <class Value>
void read(const Json& json, Value& value) {
    using namespace detail;
    if constexpr (std::is_enum_v<Value>) {
        std::string name;
        read_text(json, name);
        const auto& all = names<Value>;
        const auto found = std::find(all.begin(), all.end(), name);
        if (found == all.end())
            throw Unreadable{"", "is a name that this version does not know: " + name.substr(0, 60)};
        value = static_cast<Value>(found - all.begin());
    } else if constexpr (std::is_same_v<Value, bool>) {
        if (!json.is_boolean()) throw Unreadable{"", "is neither true nor false"};
        value = json.get<bool>();
    } else if constexpr (std::is_integral_v<Value>) {
        read_integer(json, value);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        read_text(json, value);
    } else if constexpr (std::is_same_v<Value, model::Instant>) {
        value = model::Instant{std::chrono::microseconds{read_count(json)}};
    } else if constexpr (is_duration<Value>) {
        const auto count = read_count(json);
        if constexpr (std::is_same_v<Value, model::Milliseconds>) {
            if (count < -latest_microsecond / 1000 || count > latest_microsecond / 1000)
                throw Unreadable{"", "is out of range"};
        }
        value = Value{count};
    } else if constexpr (std::is_same_v<Value, model::WorkflowInstanceId>) {
        read_integer(json, value.value);
    } else if constexpr (Address<Value>) {
        read_text(json, value.text);
    } else if constexpr (is_a<Value, std::optional>) {
        if (json.is_null()) {
            value.reset();
        } else {
            read(json, value.emplace());
        }
    } else if constexpr (List<Value>) {
        value.clear();
        read_list<typename Value::value_type>(json,
                                              [&](auto element) { value.insert(value.end(), std::move(element)); });
    } else if constexpr (is_a<Value, std::map>) {
        value.clear();
        using Pair = std::pair<typename Value::key_type, typename Value::mapped_type>;
        read_list<Pair>(json, [&](Pair element) { value.insert(std::move(element)); });
    } else if constexpr (is_a<Value, std::pair>) {
        if (!json.is_array() || json.size() != 2) throw Unreadable{"", "is no pair"};
        read(json[0], value.first);
        read(json[1], value.second);
    } else {
        if (!json.is_object()) throw Unreadable{"", "is no object"};
        Reader each{json};
        fields(each, value);
    }
}

}  // namespace dsr::recording
