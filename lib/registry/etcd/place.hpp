// SPDX-License-Identifier: Apache-2.0
// Names of keys in etcd (docs/dolphinscheduler-protocol.md, section 3.6): DolphinScheduler's client puts the namespace
// in front of each path, without a slash between. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "registry/layout.hpp"

namespace dsr::registry::etcd {

/// "dolphinscheduler/nodes/master" for "/nodes/master".
inline std::string key_of(const std::string& name_space, std::string_view path) {
    return name_space + std::string{path};
}

/// The keys below a path: "dolphinscheduler/nodes/master/".
inline std::string prefix_of(const std::string& name_space, std::string_view path) {
    return key_of(name_space, path) + "/";
}

/// The path of a lock of our own, or of the line of daemons, outside DolphinScheduler's namespace:
/// "dolphinscheduler-reconciler/leader". A role that may use all keys that begin with the namespace covers it.
inline std::string own_key(const std::string& name_space, std::string_view name) {
    return (name_space.empty() ? "/" : name_space + "-") + "reconciler/" + std::string{name};
}

}  // namespace dsr::registry::etcd
