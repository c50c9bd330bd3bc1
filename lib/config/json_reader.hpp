// SPDX-License-Identifier: Apache-2.0
//
// Strict JSON (RFC 8259) through nlohmann's event interface. The YAML reader cannot be used, because yaml-cpp 0.7
// refuses valid JSON, such as a line break before a colon or the surrogate pair of an emoji.
#pragma once

#include <string_view>

#include "config/tree_builder.hpp"

namespace dsr::config {

/// Passes the value in `text` to `builder`. Throws StopReading.
void read_json(std::string_view text, TreeBuilder& builder);

}  // namespace dsr::config
