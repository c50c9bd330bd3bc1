// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd test-alert`: sends one alert to each configured channel, to test the channels.
#pragma once

#include <spdlog/logger.h>

#include <iosfwd>

#include "config/config.hpp"
#include "exit_code.hpp"

namespace dsr {

/// Prints a line for each channel. Exit::nothing_left only if all sent it, Exit::held if one failed, Exit::usage if
/// there is none.
Exit run_test_alert(const config::Config& config, spdlog::logger& log, std::ostream& out);

}  // namespace dsr
