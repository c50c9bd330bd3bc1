// SPDX-License-Identifier: Apache-2.0
//
// Writes the value of a key in YAML, so that the loader reads the same value back.
#pragma once

#include <string>
#include <string_view>

#include "config/key.hpp"

namespace dsr::config {

/// `value` is the written form of the key without quotes (a default, a sample, the result of `render`). Quoted if YAML
/// would read it otherwise.
std::string written(const Key& key, std::string_view value);

}  // namespace dsr::config
