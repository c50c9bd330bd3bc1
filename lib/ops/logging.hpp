// SPDX-License-Identifier: Apache-2.0
// The daemon's log: text for a person, one JSON object a line for programs. Always to standard error, so that what a
// command prints stays clean. Loggers are thread-safe.
#pragma once

#include <spdlog/logger.h>

#include <memory>

namespace dsr::ops {

enum class LogForm { text, json };

/// A logger of its own, not registered anywhere.
std::shared_ptr<spdlog::logger> make_logger(spdlog::level::level_enum level, LogForm form);

}  // namespace dsr::ops
