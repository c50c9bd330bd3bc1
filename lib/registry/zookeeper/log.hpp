// SPDX-License-Identifier: Apache-2.0
// Passes the output of the ZooKeeper library, normally stderr, to the log of this module.
#pragma once

#include <memory>

#include "registry/log.hpp"

namespace dsr::registry {

/// Sends the library's output to `sink` as long as `sink` lives. The library's callback carries no context, so with
/// several sinks in one process (only in tests) the newest living one gets the lines of all.
void forward_library_log(const std::shared_ptr<const Log>& sink);

/// The callback for zookeeper_init2. One line of the library in the form "time:pid:ZOO_WARN@function@line: text". Its
/// errors become warnings, because this module decides what a lost connection means; its information becomes debug.
void zookeeper_log_line(const char* line) noexcept;

}  // namespace dsr::registry
