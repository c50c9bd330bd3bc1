// SPDX-License-Identifier: Apache-2.0
// Where the messages of this module go: a function that the caller injects, so that the module needs no logging
// library.
#pragma once

#include <functional>
#include <string>

namespace dsr::registry {

enum class LogLevel { error, warning, info, debug };

/// Called from the sweep's thread and from a registry client's own threads: it must be thread-safe.
using Log = std::function<void(LogLevel, const std::string&)>;

}  // namespace dsr::registry
