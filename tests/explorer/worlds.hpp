// SPDX-License-Identifier: Apache-2.0
// The worlds that are explored: each small enough for every interleaving within a bound.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/world.hpp"

namespace dsr::explorer {

/// Worlds in which every rule is in force: nothing may break in any of them.
std::vector<World> sound_worlds();

/// A world drawn from a seed: any release, up to three masters, four workflows and two daemons, any events.
World drawn_world(std::uint64_t seed);

/// A world for one rule: with the rule nothing breaks; without it that does which it is for.
struct Planted {
    std::string mistake;
    World sound;
    World broken;
    Breach breach = Breach::lost;
    /// Takes somebody else at work in the database while our transaction is open: on SQLite nobody can be.
    bool needs_two_writers = false;
};
/// The sound world, and that world with its rule taken out.
Planted planted(const std::string& mistake, World sound, Breach breach, const std::function<void(World&)>& take_out);
std::vector<Planted> planted_mistakes();

/// Of all the above, by name.
std::optional<World> world_named(const std::string& name);

}  // namespace dsr::explorer
