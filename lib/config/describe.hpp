// SPDX-License-Identifier: Apache-2.0
//
// The configuration in effect, for `check-config`.
#pragma once

#include <string>

#include "config/config.hpp"

namespace dsr::config {

/// YAML with every key that applies to this type of database, defaults included. Secrets are comments that say `(set)`
/// or `(not set)`, so the text is a valid configuration again and, if secrets come from files, loads to the same
/// values.
std::string describe(const Config& config);

}  // namespace dsr::config
