// SPDX-License-Identifier: Apache-2.0
// Asking the daemon that runs beside: the one place where the command line speaks HTTP. Blocks, bounded; main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "answer/json.hpp"
#include "config/config.hpp"

namespace dsr {

/// A name for the cluster that this configuration is for, without any of it: several daemons may run on one machine,
/// and only that of this cluster is to answer.
std::string cluster_of(const config::Config& config);

/// The body that a daemon at http.socket or http.listen answered with a 2xx; nothing when none of this cluster answers
/// there, or when it takes no change for want of a token. `body`: null sends none. Throws model::Failure with the
/// sentence of an error answer: refused for 4xx, retry for the rest.
std::optional<answer::Json> ask_daemon(const config::Config& config, std::string_view method, const std::string& path,
                                       const answer::Json& body = nullptr);

/// `ds-reconcilerd health`: 0 when the daemon says that it works, else 1; prints why.
int run_health(const config::Config& config, std::ostream& out);

}  // namespace dsr
