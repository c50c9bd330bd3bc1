// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd run`: the daemon. The main thread runs signals, timers and kill messages; one worker thread runs
// sweeps.
#pragma once

#include <functional>
#include <optional>

#include "config/config.hpp"
#include "exit_code.hpp"
#include "ops/logging.hpp"

namespace dsr {

/// Reloads the configuration on SIGHUP. Nothing if the new one is invalid (already reported).
using Reload = std::function<std::optional<config::Config>()>;

/// Returns after SIGTERM or SIGINT.
Exit run_daemon(config::Config config, const ops::Logging& logging, const Reload& reload);

}  // namespace dsr
