// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <algorithm>
#include <regex>
#include <string_view>

#include "config/keys.hpp"
#include "config/nearest.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

constexpr std::string_view variable_prefix = "DS_RECONCILER_";

// Kubernetes sets variables for the services of a namespace in every pod, named after the service: for "ds-reconciler"
// or "ds-reconciler-metrics" they have the daemon's prefix. None of them has the two underscores of a key.
bool is_of_kubernetes(const std::string& name, const std::string& value) {
    static const std::regex service{"([A-Z0-9]+_)*SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)"};
    static const std::regex port{"([A-Z0-9]+_)*PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?"};
    static const std::regex url{"(tcp|udp|sctp)://.*"};
    const std::string rest = name.substr(variable_prefix.size());
    if (name.size() > 200 || rest.find("__") != std::string::npos) return false;
    const bool is_numbered_port = rest.find("PORT_") != std::string::npos;
    return std::regex_match(rest, service) ||
           (std::regex_match(rest, port) && (is_numbered_port || std::regex_match(value, url)));
}

const Key* key_of_variable(std::string_view name) {
    const auto found = std::find_if(keys().begin(), keys().end(),
                                    [name](const Key& key) { return environment_name(key.path) == name; });
    return found == keys().end() ? nullptr : &*found;
}

std::string unknown_variable(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& key : keys()) names.push_back(environment_name(key.path).substr(variable_prefix.size()));
    const auto near = nearest(std::string_view{name}.substr(variable_prefix.size()), names);
    return "is no known setting" +
           (near ? "; the nearest is " + std::string{variable_prefix} + *near
                 : "; a setting is named DS_RECONCILER_<SECTION>__<KEY>, with two underscores between");
}

void take_variable(const Key& key, const std::string& name, const std::string& value, ConfigDraft& draft) {
    const ValueOrigin origin{name, 0, true};
    if (value.empty() && !key.nullable) {
        draft.error_at(origin, key.path, "is empty; unset the variable to leave the setting to the file");
    } else if (find_invalid_utf8(value)) {
        draft.error_at(origin, key.path, "is not UTF-8");
    } else {
        draft.take(key, value, origin);
    }
}

}  // namespace

void take_environment(const Environment& environment, ConfigDraft& draft) {
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(variable_prefix)) continue;
        if (const Key* key = key_of_variable(name)) {
            take_variable(*key, name, value, draft);
        } else if (!is_of_kubernetes(name, value)) {
            draft.error_at({name, 0, true}, "", unknown_variable(name));
        }
    }
}

}  // namespace dsr::config
