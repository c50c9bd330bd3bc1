// SPDX-License-Identifier: Apache-2.0
//
// YAML through yaml-cpp's event interface. Its node interface resolves aliases, drops tags and accepts duplicate keys.
#pragma once

#include <string_view>

#include "config/tree_builder.hpp"

namespace dsr::config {

/// Passes the one document in `text`, which is valid UTF-8, to `builder`. Throws StopReading.
void read_yaml(std::string_view text, TreeBuilder& builder);

}  // namespace dsr::config
