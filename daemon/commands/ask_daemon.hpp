// SPDX-License-Identifier: Apache-2.0
// Queries the running daemon; the only part of the command line that uses HTTP. Blocks, with a timeout; main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "query/json.hpp"

namespace dsr {

/// A name for the cluster of this configuration that does not reveal it: several daemons may run on one machine, and
/// only that of this cluster must answer.
std::string cluster_of(const config::Config& config);

/// The daemon's answer to a GET without a token: at http.socket, or at http.listen if that is on loopback. Nothing if
/// none of this cluster answers there. Throws model::Failure with the sentence of an error answer: permanent for 4xx,
/// retry for the rest.
std::optional<query::Json> ask_daemon(const config::Config& config, const std::string& path);

/// The daemon's answer to a POST with the token of http.token_file. Without `url` only http.socket is used, and only if
/// the listening process belongs to root, to this process's user or to the daemon's; nothing if there is none of this
/// cluster, or no token is configured. With `url` ("http://127.0.0.1:9530") the token goes there, to any listener, and
/// a missing answer is a Failure(retry). Throws as ask_daemon.
std::optional<query::Json> tell_daemon(const config::Config& config, const std::string& path, const query::Json& body,
                                       const std::string& url);

/// `ds-reconcilerd health`: 0 if the daemon reports that it works, else 1; prints why.
int run_health(const config::Config& config, std::ostream& out);

}  // namespace dsr
