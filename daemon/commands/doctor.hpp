// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd doctor`: everything that must hold before one lets the daemon act, with a remedy for what does not.
// Writes nothing; with --send one test alert to each channel. Main thread; blocks.
#pragma once

#include <spdlog/logger.h>

#include <ostream>

#include "commands/output.hpp"
#include "config/config.hpp"
#include "exit_code.hpp"

namespace dsr {

struct DoctorCommand {
    Output output;
    bool send = false;  ///< send a test alert to each channel
};

/// Prints each check, and last whether shadow or act is advised. Exit::held if a check failed.
Exit run_doctor(const config::Config& config, spdlog::logger& log, const DoctorCommand& command, std::ostream& out);

}  // namespace dsr
