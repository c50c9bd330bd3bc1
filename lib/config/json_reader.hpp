// SPDX-License-Identifier: Apache-2.0
//
// JSON, strictly (RFC 8259), through nlohmann's event interface. Not through the YAML reader: yaml-cpp 0.7 refuses
// valid JSON, such as a line break before a colon or the surrogate pair of an emoji.
#pragma once

#include <string_view>

#include "config/tree_builder.hpp"

namespace dsr::config {

/// Feeds `builder` the value in `text`. Throws StopReading.
void read_json(std::string_view text, TreeBuilder& builder);

}  // namespace dsr::config
