// SPDX-License-Identifier: Apache-2.0
// Asking the daemon that runs beside: the one place where the command line speaks HTTP. Blocks, bounded; main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "query/json.hpp"

namespace dsr {

/// A name for the cluster that this configuration is for, without any of it: several daemons may run on one machine,
/// and only that of this cluster is to answer.
std::string cluster_of(const config::Config& config);

/// What a daemon answers to a GET, asked without a token: at http.socket, or at http.listen where that is on loopback.
/// Nothing when none of this cluster answers there. Throws model::Failure with the sentence of an error answer: refused
/// for 4xx, retry for the rest.
std::optional<query::Json> ask_daemon(const config::Config& config, const std::string& path);

/// What a daemon answers to a POST with the token of http.token_file. Without `url` only http.socket is asked, and only
/// where the process that listens there is one of root, of this process's user or of the daemon's; nothing when there
/// is none of this cluster, or no token is configured. With `url` ("http://127.0.0.1:9530") the token goes there,
/// whoever listens, and no answer is a Failure(retry). Throws as ask_daemon.
std::optional<query::Json> tell_daemon(const config::Config& config, const std::string& path, const query::Json& body,
                                       const std::string& url);

/// `ds-reconcilerd health`: 0 when the daemon says that it works, else 1; prints why.
int run_health(const config::Config& config, std::ostream& out);

}  // namespace dsr
