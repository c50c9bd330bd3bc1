// SPDX-License-Identifier: Apache-2.0
// The state changes of our registry session.
#pragma once

#include <array>
#include <string_view>

#include "base/enumerators.hpp"

namespace dsr::model {

/// The names are visible to users: never rename one.
enum class RegistryLink {
    established,  ///< a new session
    cut_off,      ///< no server answers; the session may still live
    reconnected,  ///< the same session, after it was cut off
    ended,        ///< expired, given up, or closed
};

inline constexpr std::array<std::string_view, 4> registry_link_names{"established", "cut_off", "reconnected", "ended"};
static_assert(base::names_each<RegistryLink>(registry_link_names));
constexpr std::string_view name(RegistryLink link) {
    return registry_link_names[static_cast<std::size_t>(link)];
}

}  // namespace dsr::model
