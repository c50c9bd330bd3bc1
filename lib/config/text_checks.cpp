// SPDX-License-Identifier: Apache-2.0
#include "config/text_checks.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/text.hpp"
#include "model/alert_template.hpp"

namespace dsr::config {

namespace {

// Reads the zone's rules as well as its name, so that a damaged file is found here and not in the first sweep.
bool is_zone(const std::string& name) {
    try {
        static_cast<void>(date::locate_zone(name)->get_info(std::chrono::system_clock::now()));
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

// Empty if this machine has no time zone database.
std::vector<std::string> zone_names() {
    try {
        std::vector<std::string> names;
        for (const auto& zone : date::get_tzdb().zones) names.push_back(zone.name());
        return names;
    } catch (const std::exception&) {
        return {};
    }
}

// A city has priority over a similar name: "Shanghai" is Asia/Shanghai.
std::optional<std::string> suggested_zone(std::string_view text, const std::vector<std::string>& names) {
    const std::string city = "/" + base::lower(text);
    for (const auto& name : names) {
        if (base::lower(name).ends_with(city)) return name;
    }
    const bool an_offset_or_abbreviation = text.find('/') == std::string_view::npos && text.size() < 6;
    return an_offset_or_abbreviation ? std::nullopt : nearest(text, names);
}

}  // namespace

Checked<std::string> check_any(std::string_view text) {
    if (text.empty()) return Fault{"is empty"};
    return std::string{text};
}

Checked<std::string> check_plugin_names(std::string_view text) {
    for (auto rest = text;;) {
        const auto comma = rest.find(',');
        const auto plugin = rest.substr(0, comma);
        const bool plain = std::all_of(plugin.begin(), plugin.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (plugin.empty() || !plain)
            return Fault{shown(text) + " is not a list of plugin names; write them with commas and without spaces"};
        if (comma == std::string_view::npos) return std::string{text};
        rest.remove_prefix(comma + 1);
    }
}

Checked<std::string> check_namespace(std::string_view text) {
    if (text.empty()) return Fault{"is empty; DolphinScheduler's own default is dolphinscheduler"};
    if (text.starts_with('/')) return Fault{shown(text) + " starts with a slash; write it without"};
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find('/', begin), text.size());
        const auto part = text.substr(begin, end - begin);
        if (part.empty()) return Fault{shown(text) + " has an empty part between or behind slashes"};
        if (part == "." || part == "..")
            return Fault{shown(text) + " has a relative part, which ZooKeeper does not allow"};
        begin = end + 1;
    }
    if (text.find_first_of("\t\r\n") != std::string_view::npos)
        return Fault{shown(text) + " contains a line break or a tab"};
    return std::string{text};
}

Checked<std::string> check_path(std::string_view text) {
    if (!text.starts_with('/'))
        return Fault{shown(text) + " is not an absolute path; write it from the root, such as /etc/..."};
    if (text.ends_with('/')) return Fault{shown(text) + " ends with a slash, so it names a folder; a file is needed"};
    return std::string{text};
}

Checked<std::string> check_folder(std::string_view text) {
    while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
    return check_path(text);
}

Checked<std::string> check_listed_path(std::string_view text) {
    if (text.find(',') != std::string_view::npos)
        return Fault{shown(text) +
                     " contains a comma, at which ZooKeeper's client library separates its files; rename it"};
    return check_path(text);
}

Checked<std::string> check_digest(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
        return Fault{"is not of the form user:password"};
    }
    return std::string{text};
}

Checked<std::string> check_token(std::string_view text) {
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (text.size() < 16 || text.size() > 1024 || !printable) {
        return Fault{"is not a token: 16 to 1024 ASCII characters without a space; openssl rand -hex 32 creates one"};
    }
    return std::string{text};
}

Checked<std::string> check_alert_body(std::string_view text) {
    if (auto fault = model::fault_in_template(text)) return Fault{std::move(*fault)};
    return std::string{text};
}

Checked<std::string> check_time_zone(std::string_view text) {
    const std::string name{text};
    // The database's "localtime" is a link to this machine's zone, not the name of a zone.
    if (name != "localtime" && is_zone(name)) return name;
    const auto names = zone_names();
    if (names.empty()) {
        return Fault{shown(text) +
                     " cannot be checked: this machine has no time zone database; install the package tzdata"};
    }
    const auto suggestion = suggested_zone(text, names);
    return Fault{shown(text) + " is not an IANA time zone name; " +
                 (suggestion ? "the nearest is " + *suggestion
                             : "write the zone that the masters' JVM runs in, such as Asia/Shanghai or UTC")};
}

}  // namespace dsr::config
