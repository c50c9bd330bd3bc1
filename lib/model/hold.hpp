// SPDX-License-Identifier: Apache-2.0
// Why a sweep, or one host of it, writes nothing although there is work. The names are visible to users: never rename
// one.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"

namespace dsr::model {

enum class Guard {
    registry_not_fresh,
    no_live_master,
    mass_loss,
    paused,
    own_stall,
    clock,
    unknown_schema,
    unknown_layout,
    not_leader,
    lock_stuck,
    disabled,
    no_journal,
    unproven_cluster,
    database_went_back,
};

inline constexpr std::size_t guard_count = 14;
inline constexpr std::array<std::string_view, guard_count> guard_names{
    "registry_not_fresh", "no_live_master",    "mass_loss",  "paused",     "own_stall", "clock",
    "unknown_schema",     "unknown_layout",    "not_leader", "lock_stuck", "disabled",  "no_journal",
    "unproven_cluster",   "database_went_back"};
static_assert(base::names_each<Guard>(guard_names));

constexpr std::string_view name(Guard guard) {
    return guard_names[static_cast<std::size_t>(guard)];
}

/// One guard that holds now.
struct Hold {
    Guard guard = Guard::registry_not_fresh;
    std::string reason;  ///< a sentence: what holds, and what lifts it
    bool operator==(const Hold&) const = default;
};

}  // namespace dsr::model
