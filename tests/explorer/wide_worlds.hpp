// SPDX-License-Identifier: Apache-2.0
// Worlds whose clocks are set, whose zones differ, whose database forgets, whose rows others than their owners write.
#pragma once

#include <cstdint>
#include <vector>

#include "explorer/worlds.hpp"

namespace dsr::explorer {

std::vector<World> wide_worlds();
std::vector<Planted> wide_mistakes();

/// drawn_world() of that seed with some of it besides.
World drawn_wide_world(std::uint64_t seed);

}  // namespace dsr::explorer
