// SPDX-License-Identifier: Apache-2.0
// The daemon's log: text for a person, one JSON object a line for programs, entries with fields for systemd's journal.
// To standard error, or to the journal behind it, so that what a command prints stays clean. Loggers are thread-safe.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "ops/sweep_tag.hpp"

namespace dsr::ops {

enum class LogForm { text, json, journald };

/// A logger of its own, not registered anywhere, and the tag by which its lines get their sweep.
struct Logging {
    std::shared_ptr<spdlog::logger> logger;
    std::shared_ptr<SweepTag> tag;
};

/// Repeated warnings are summed up.
Logging make_logging(spdlog::level::level_enum level, LogForm form);

/// How lines look in the form text or json; for tests as well.
std::unique_ptr<spdlog::formatter> make_formatter(LogForm form, std::shared_ptr<const SweepTag> tag);

}  // namespace dsr::ops
