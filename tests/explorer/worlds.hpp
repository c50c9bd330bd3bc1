// SPDX-License-Identifier: Apache-2.0
// The worlds that are explored: each small enough for every interleaving within a bound.
#pragma once

#include <cstdint>
#include <vector>

#include "explorer/world.hpp"

namespace dsr::explorer {

/// Worlds in which every rule is in force: nothing may break in any of them.
std::vector<World> sound_worlds();

/// A world drawn from a seed: any release, up to three masters, four workflows and two daemons, any fate.
World drawn_world(std::uint64_t seed);

// Worlds for one rule each. With the rule nothing breaks; without it the breach that it is for does.
World recovered_in_place();
World taken_up_after_restart();
World lock_held_by_a_staller();
World marker_of_a_restarted_master();
World stranded_and_two_daemons();

}  // namespace dsr::explorer
