// SPDX-License-Identifier: Apache-2.0
//
// YAML, through yaml-cpp's event interface: its node interface resolves aliases, forgets tags and lets keys stand
// twice.
#pragma once

#include <string_view>

#include "config/tree_builder.hpp"

namespace dsr::config {

/// Feeds `builder` the one document in `text`, which is valid UTF-8. Throws StopReading.
void read_yaml(std::string_view text, TreeBuilder& builder);

}  // namespace dsr::config
