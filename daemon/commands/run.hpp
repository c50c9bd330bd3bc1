// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd run`: the daemon. The main thread runs signals, timers and kill messages; one worker thread runs
// sweeps.
#pragma once

#include <functional>

#include "config/config.hpp"
#include "config/load.hpp"
#include "exit_code.hpp"
#include "ops/logging.hpp"

namespace dsr {

/// Reads the configuration again, on SIGHUP.
using Reload = std::function<config::LoadResult()>;

/// Returns after SIGTERM or SIGINT.
Exit run_daemon(config::Config config, const ops::Logging& logging, const Reload& reload);

}  // namespace dsr
