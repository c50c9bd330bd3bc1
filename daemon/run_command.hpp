// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd run`: the daemon. The main thread runs signals, timers and kill messages; one worker thread runs
// sweeps.
#pragma once

#include <functional>
#include <optional>

#include "config/config.hpp"
#include "ops/logging.hpp"
#include "report.hpp"

namespace dsr {

/// Loads the configuration anew; called at SIGHUP. Nothing when the new one is wrong (it has said so).
using Reload = std::function<std::optional<config::Config>()>;

/// Returns when SIGTERM or SIGINT was handled.
Exit run_daemon(config::Config config, const ops::Logging& logging, const Reload& reload);

}  // namespace dsr
