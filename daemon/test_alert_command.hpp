// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd test-alert`: one alert to each configured channel, so that a wrong one is found before it matters.
#pragma once

#include <spdlog/logger.h>

#include <iosfwd>

#include "config/config.hpp"
#include "report.hpp"

namespace dsr {

/// Prints a line for each channel. Exit::nothing_left only when all were told, Exit::held when one was not,
/// Exit::usage when there is none.
Exit run_test_alert(const config::Config& config, spdlog::logger& log, std::ostream& out);

}  // namespace dsr
