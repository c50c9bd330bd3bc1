// SPDX-License-Identifier: Apache-2.0
// Worlds whose masters register with etcd, and with JDBC: in the database itself.
#pragma once

#include <vector>

#include "explorer/worlds.hpp"

namespace dsr::explorer {

std::vector<World> registry_worlds();
/// In which something breaks: no rule is for that yet.
std::vector<World> open_worlds();
/// A world drawn from a seed: either registry, up to three masters, three workflows and two daemons.
World drawn_registry_world(std::uint64_t seed);
std::vector<Planted> registry_mistakes();

}  // namespace dsr::explorer
