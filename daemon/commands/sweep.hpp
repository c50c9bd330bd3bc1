// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd sweep`: one sweep, or with --wait several until every orphan is judged, then exit.
#pragma once

#include "commands/ask_daemon.hpp"
#include "commands/configuration.hpp"
#include "commands/output.hpp"
#include "config/config.hpp"
#include "exit_code.hpp"
#include "ops/logging.hpp"

namespace dsr {

struct SweepCommand {
    bool dry_run = false;
    Output output{};
    bool wait = false;
    bool remote = false;   ///< by the running daemon
    NamedDaemon daemon{};  ///< that daemon; by default the one at http.socket
};

/// Makes the running daemon sweep. Throws model::Failure, also if none answers.
Exit run_remote_sweep(const Configuration& configuration, const NamedDaemon& daemon);

/// Prints the last sweep's report to standard output.
Exit run_sweep(const config::Config& config, const ops::Logging& logging, const SweepCommand& command);

}  // namespace dsr
