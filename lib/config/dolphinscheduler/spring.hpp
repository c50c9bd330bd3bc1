// SPDX-License-Identifier: Apache-2.0
//
// Spring's files: application.yaml with its documents and profiles, and .properties. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/dolphinscheduler/settings.hpp"
#include "config/values.hpp"

namespace dsr::config::dolphinscheduler {

/// A document of a file: the properties that hold while one of the profiles is active.
struct SpringDocument {
    /// Empty: always.
    std::vector<std::string> profiles;
    /// As written, with their placeholders.
    Settings properties;
    /// The file and line of its beginning.
    std::string source;
};

/// The documents of a YAML file, in their order. All of `application-NAME.yaml` is for the profile NAME. A fault names
/// the line and never has any of the text.
Checked<std::vector<SpringDocument>> read_spring_yaml(std::string_view text, const std::string& file);

/// A .properties file: lines `name=value` or `name: value`, comments behind `#` and `!`.
SpringDocument read_properties(std::string_view text, const std::string& file);

/// "postgresql, master" as its names.
std::vector<std::string> profile_names(std::string_view list);

}  // namespace dsr::config::dolphinscheduler
