// SPDX-License-Identifier: Apache-2.0
//
// What DolphinScheduler's own files and environment set, as far as it can be known without running anything: values by
// property, each with its source, and the placeholders in them. Pure; any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsr::config::dolphinscheduler {

/// One value. May be a secret.
struct Setting {
    std::string value;
    /// Where it is set: `application.yaml:12`, `REGISTRY_TYPE in the environment`.
    std::string source;
    /// Not empty: `value` is not the one in force, and why: "refers to DB_HOST, which is not set here".
    std::string unknown = {};
};

/// By `normal_name`.
using Settings = std::map<std::string, Setting, std::less<>>;

/// The value that a name has elsewhere; nothing if it is not set.
using Lookup = std::function<std::optional<Setting>(std::string_view name)>;

/// One name for all forms of a property, as in Spring's relaxed binding: `registry.connect-string`, `connectString` and
/// `REGISTRY_CONNECT_STRING` are the same.
std::string normal_name(std::string_view name);

/// What stands between a placeholder's name and its default: `${NAME:default}` or `${NAME:-default}`.
enum class PlaceholderForm { spring, shell };

/// `text` with its placeholders replaced, nested ones too: by the value, else by the default. A placeholder that has
/// neither makes the result unknown. `shell` also replaces `$NAME`.
Setting expand(std::string_view text, PlaceholderForm form, const Lookup& lookup, const std::string& source);

/// The value of the `-Duser.timezone=` that wins among the options of a JVM (the last one), if there is one.
std::optional<std::string> zone_option(const std::vector<std::string>& options);

}  // namespace dsr::config::dolphinscheduler
