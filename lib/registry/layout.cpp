// SPDX-License-Identifier: Apache-2.0
#include "registry/layout.hpp"

#include <algorithm>

#include "model/failure.hpp"

namespace dsr::registry {

using model::LockLayout;

std::string namespace_root(std::string_view name_space) {
    const auto first = name_space.find_first_not_of('/');
    if (first == std::string_view::npos) return {};
    const auto last = name_space.find_last_not_of('/');
    return "/" + std::string{name_space.substr(first, last - first + 1)};
}

OwnPlace own_place(std::string_view name_space, std::string_view name) {
    const auto slash = name_space.rfind('/');
    if (slash == std::string_view::npos) return {"", "/reconciler/" + std::string{name}};
    return {std::string{name_space.substr(0, slash)},
            std::string{name_space.substr(slash)} + "-reconciler/" + std::string{name}};
}

LockLayout layout_of(const model::SchemaFacts& schema, bool marker_directory) {
    if (schema.generation == model::Generation::process)
        return schema.tenant_code ? LockLayout::per_address : LockLayout::failover_masters;
    return marker_directory ? LockLayout::per_address : LockLayout::global;
}

std::string lock_path(LockLayout layout, const model::MasterAddress& address) {
    switch (layout) {
        case LockLayout::failover_masters:
            return std::string{path::failover_masters_lock} + "/" + address.text;
        case LockLayout::per_address:
            return std::string{path::master_failover_lock} + "/" + address.text;
        case LockLayout::global:
            break;
    }
    return std::string{path::master_failover_lock};
}

bool contradicts(LockLayout layout, const model::LockTraces& traces) {
    return (traces.mutex_in_global && layout != LockLayout::global) ||
           (traces.mutex_per_address && layout != LockLayout::per_address) ||
           (traces.mutex_in_failover_masters && layout != LockLayout::failover_masters);
}

bool is_node_name(std::string_view text) {
    if (text.empty() || text == "." || text == "..") return false;
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '/' || byte < 0x20 || byte == 0x7f;
    });
}

void require_node_name(const model::MasterAddress& address) {
    if (is_node_name(address.text)) return;
    throw model::Failure(model::ErrorKind::permanent,
                         "'" + address.text + "' cannot be the name of a master in the registry");
}

}  // namespace dsr::registry
