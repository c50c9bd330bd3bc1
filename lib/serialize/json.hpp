// SPDX-License-Identifier: Apache-2.0
// Values to JSON and back by the table in fields.hpp. Times and durations are whole numbers, enumerations names. A Form
// tells how the texts of one user differ; the members and their names are the same in all. Pure; any thread.
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
#include "serialize/fields.hpp"
#include "serialize/names.hpp"

namespace dsr::serialize {

using Json = nlohmann::ordered_json;

/// What a form decides.
template <class Form>
concept JsonForm = requires {
    { Form::keyed_maps } -> std::convertible_to<bool>;     ///< maps by address are objects; else lists of pairs
    { Form::lossless_text } -> std::convertible_to<bool>;  ///< invalid UTF-8 is {"hex": ...}; else U+FFFD
    { Form::strict } -> std::convertible_to<bool>;         ///< an optional member must be there, even as null
    { Form::left_out(std::string_view{}) } -> std::convertible_to<bool>;  ///< the member is neither written nor read
    { Form::missing_is_default(std::string_view{}) } -> std::convertible_to<bool>;
    { Form::malformed_is_default(std::string_view{}) } -> std::convertible_to<bool>;
};

/// Thrown while reading: the error and its path, which is built while the exception passes up.
struct Unreadable {
    std::string where;
    std::string what;

    void came_from(std::string_view outer) {
        const bool name_follows = !where.empty() && where.front() != '[';
        where = std::string(outer) + (name_follows ? "." : "") + where;
    }
};

/// Text that is not UTF-8 becomes {"hex": ...} if `lossless`: columns and nodes may contain anything.
void append_text(std::string& json, const std::string& text, bool lossless);
void read_text(const Json& json, std::string& text, bool lossless);

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
template <JsonForm Form, class Value>
void append(std::string& json, const Value& value);

template <class Number>
void append_integer(std::string& json, Number number) {
    std::array<char, 24> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    json.append(digits.data(), end);
}

/// The members of an object, with a comma before each except the first.
template <JsonForm Form>
struct Writer {
    std::string& json;
    bool first = true;
    template <class Value>
    void operator()(std::string_view name, const Value& value) {
        if (Form::left_out(name)) return;
        json.append(first ? "\"" : ",\"").append(name).append("\":");
        first = false;
        append<Form>(json, value);
    }
};

template <class List, class Append>
void append_list(std::string& json, char open, char close, const List& list, const Append& append_element) {
    json += open;
    bool first = true;
    for (const auto& element : list) {
        if (!first) json += ',';
        first = false;
        append_element(element);
    }
    json += close;
}

template <JsonForm Form, class Value>
void append(std::string& json, const Value& value) {
    using namespace detail;
    if constexpr (std::is_enum_v<Value>) {
        static_assert(base::names_each<Value>(names<Value>));
        append_text(json, std::string(names<Value>.at(static_cast<std::size_t>(value))), true);
    } else if constexpr (std::is_same_v<Value, bool>) {
        json += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<Value>) {
        append_integer(json, value);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        append_text(json, value, Form::lossless_text);
    } else if constexpr (std::is_same_v<Value, model::Instant>) {
        append_integer(json, value.time_since_epoch().count());
    } else if constexpr (is_duration<Value>) {
        append_integer(json, value.count());
    } else if constexpr (std::is_same_v<Value, model::WorkflowInstanceId>) {
        append_integer(json, value.value);
    } else if constexpr (Address<Value>) {
        append_text(json, value.text, Form::lossless_text);
    } else if constexpr (is_a<Value, std::optional>) {
        if (value) {
            append<Form>(json, *value);
        } else {
            json += "null";
        }
    } else if constexpr (List<Value>) {
        append_list(json, '[', ']', value, [&](const auto& element) { append<Form>(json, element); });
    } else if constexpr (is_a<Value, std::map>) {
        constexpr bool keyed = Form::keyed_maps;
        append_list(json, keyed ? '{' : '[', keyed ? '}' : ']', value, [&](const auto& pair) {
            if constexpr (!keyed) json += '[';
            append<Form>(json, pair.first);
            json += keyed ? ':' : ',';
            append<Form>(json, pair.second);
            if constexpr (!keyed) json += ']';
        });
    } else {
        json += '{';
        Writer<Form> each{json};
        fields(each, value);
        json += '}';
    }
}

/// The same as a document, to which the caller adds something.
template <JsonForm Form, class Value>
Json write(const Value& value) {
    std::string json;
    append<Form>(json, value);
    return Json::parse(json);
}

template <JsonForm Form, class Value>
void read(const Json& json, Value& value);

template <JsonForm Form>
struct Reader {
    const Json& object;
    template <class Value>
    void operator()(const char* name, Value& value) const {
        if (Form::left_out(name)) return;
        const auto member = object.find(name);
        if (member == object.end()) {
            if constexpr (detail::is_a<Value, std::optional> && !Form::strict) return value.reset();
            if (Form::missing_is_default(name)) return;
            throw Unreadable{name, "is missing"};
        }
        try {
            Value found{};
            read<Form>(*member, found);
            value = std::move(found);
        } catch (Unreadable& unreadable) {
            if (Form::malformed_is_default(name)) return;
            unreadable.came_from(name);
            throw;
        }
    }
};

template <class Number>
void read_integer(const Json& json, Number& number) {
    if (!json.is_number_integer()) throw Unreadable{"", "is not a whole number"};
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

template <JsonForm Form, class Value, class Take>
void read_list(const Json& json, const Take& take) {
    if (!json.is_array()) throw Unreadable{"", "is not a list"};
    for (std::size_t i = 0; i < json.size(); ++i) {
        try {
            Value element{};
            read<Form>(json[i], element);
            take(std::move(element));
        } catch (Unreadable& unreadable) {
            unreadable.came_from("[" + std::to_string(i) + "]");
            throw;
        }
    }
}

template <JsonForm Form, class Map>
void read_map(const Json& json, Map& map) {
    map.clear();
    using Pair = std::pair<typename Map::key_type, typename Map::mapped_type>;
    if constexpr (!Form::keyed_maps) {
        read_list<Form, Pair>(json, [&](Pair element) { map.insert(std::move(element)); });
    } else {
        if (!json.is_object()) throw Unreadable{"", "is not an object"};
        for (const auto& [key, value] : json.items()) read<Form>(value, map[typename Map::key_type{key}]);
    }
}

template <JsonForm Form, class Value>
void read(const Json& json, Value& value) {
    using namespace detail;
    if constexpr (std::is_enum_v<Value>) {
        std::string name;
        read_text(json, name, Form::lossless_text);
        const auto found = base::enumerator_named<Value>(names<Value>, name);
        if (!found) throw Unreadable{"", "is a name that this version does not support: " + name.substr(0, 60)};
        value = *found;
    } else if constexpr (std::is_same_v<Value, bool>) {
        if (!json.is_boolean()) throw Unreadable{"", "is neither true nor false"};
        value = json.get<bool>();
    } else if constexpr (std::is_integral_v<Value>) {
        read_integer(json, value);
    } else if constexpr (std::is_same_v<Value, std::string>) {
        read_text(json, value, Form::lossless_text);
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
        read_text(json, value.text, Form::lossless_text);
    } else if constexpr (is_a<Value, std::optional>) {
        if (json.is_null()) {
            value.reset();
        } else {
            read<Form>(json, value.emplace());
        }
    } else if constexpr (List<Value>) {
        value.clear();
        read_list<Form, typename Value::value_type>(
            json, [&](auto element) { value.insert(value.end(), std::move(element)); });
    } else if constexpr (is_a<Value, std::map>) {
        read_map<Form>(json, value);
    } else if constexpr (is_a<Value, std::pair>) {
        if (!json.is_array() || json.size() != 2) throw Unreadable{"", "is not a pair"};
        read<Form>(json[0], value.first);
        read<Form>(json[1], value.second);
    } else {
        if (!json.is_object()) throw Unreadable{"", "is not an object"};
        const Reader<Form> each{json};
        fields(each, value);
    }
}

}  // namespace dsr::serialize
