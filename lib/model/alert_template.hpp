// SPDX-License-Identifier: Apache-2.0
// The JSON text of a webhook that the user writes: placeholders such as {{title}} stand in its strings and become the
// values of an alert. Pure; any thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dsr::model {

/// The names are visible to users: never rename one.
inline constexpr std::array<std::string_view, 10> alert_placeholders{"id",      "status",  "severity", "key",  "title",
                                                                     "summary", "cluster", "replica",  "time", "link"};

using AlertValues = std::map<std::string, std::string, std::less<>>;

/// The text with each {{name}} replaced by its value, escaped for a JSON string. Values for unknown names are empty.
std::string fill_template(std::string_view text, const AlertValues& values);

/// What is wrong with the text: it is not JSON, a placeholder is unknown or stands outside a string. Nothing if any
/// values make it valid JSON.
std::optional<std::string> fault_in_template(std::string_view text);

}  // namespace dsr::model
