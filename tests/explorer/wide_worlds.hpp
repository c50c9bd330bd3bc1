// SPDX-License-Identifier: Apache-2.0
// Worlds whose clocks are set, whose zones differ, whose database forgets, whose rows others than their owners write.
#pragma once

#include <vector>

#include "explorer/world.hpp"

namespace dsr::explorer {

std::vector<World> wide_worlds();

}  // namespace dsr::explorer
