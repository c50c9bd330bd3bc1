// SPDX-License-Identifier: Apache-2.0
#include "model/alert_template.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dsr::model {

namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

/// The inside of the JSON string with this text.
std::string escaped(const std::string& text) {
    const auto quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
}

/// The text with `value_of(name)` in place of each {{name}}. "{{" without "}}" stays.
template <class ValueOf>
std::string replaced(std::string_view text, ValueOf value_of) {
    std::string out;
    while (true) {
        const auto begin = text.find(opening);
        const auto end = begin == std::string_view::npos ? begin : text.find(closing, begin);
        if (end == std::string_view::npos) return out.append(text);
        out.append(text.substr(0, begin));
        out += value_of(text.substr(begin + opening.size(), end - begin - opening.size()));
        text.remove_prefix(end + closing.size());
    }
}

bool is_placeholder(std::string_view name) {
    return std::ranges::find(alert_placeholders, name) != alert_placeholders.end();
}

}  // namespace

std::string fill_template(std::string_view text, const AlertValues& values) {
    return replaced(text, [&](std::string_view name) -> std::string {
        if (!is_placeholder(name)) return std::string(opening).append(name).append(closing);
        const auto value = values.find(name);
        return value == values.end() ? "" : escaped(value->second);
    });
}

std::optional<std::string> fault_in_template(std::string_view text) {
    // Only in a string does every value leave the text valid: this one is valid nowhere else. A "}}" or "{{" of nested
    // objects can look like a placeholder, so a name that is none is an error only if it could be meant as one.
    std::optional<std::string> unknown;
    std::string known;
    for (const auto name : alert_placeholders) known += (known.empty() ? "" : ", ") + std::string(name);
    const auto filled = replaced(text, [&](std::string_view name) -> std::string {
        if (is_placeholder(name)) return escaped("\"");
        const bool is_word = !name.empty() && std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                   c == ' ';
        });
        if (is_word && !unknown)
            unknown = "names no value of an alert by {{" + std::string(name) + "}}; there are: " + known;
        return std::string(opening).append(name).append(closing);
    });
    if (unknown) return unknown;
    if (!nlohmann::json::accept(filled))
        return "is not JSON with placeholders inside its strings, such as {\"text\": \"{{title}}: {{summary}}\"}";
    return std::nullopt;
}

}  // namespace dsr::model
