// SPDX-License-Identifier: Apache-2.0
// The daemon's log: text for people, one JSON object a line for programs, entries with fields for systemd's journal.
// Written to standard error, or to the journal behind it, so that standard output contains only a command's result.
// Loggers are thread-safe.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "ops/sweep_tag.hpp"

namespace dsr::ops {

enum class LogForm { text, json, journald };

/// An unregistered logger, and the tag that adds the sweep to its lines.
struct Logging {
    std::shared_ptr<spdlog::logger> logger;
    std::shared_ptr<SweepTag> tag;
};

/// Repeated warnings are summarised.
Logging make_logging(spdlog::level::level_enum level, LogForm form);

/// The format of lines, text or json; also for tests.
std::unique_ptr<spdlog::formatter> make_formatter(LogForm form, std::shared_ptr<const SweepTag> tag);

}  // namespace dsr::ops
