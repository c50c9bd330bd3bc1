// SPDX-License-Identifier: Apache-2.0
// Queries the running daemon; the only part of the command line that uses HTTP. Blocks, with a timeout; main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "commands/configuration.hpp"
#include "config/config.hpp"
#include "query/json.hpp"

namespace dsr {

/// A daemon that the command line names, instead of the configuration.
struct NamedDaemon {
    std::string url;         ///< "http://HOST:PORT" or "unix:PATH"; empty: none is named
    std::string token_file;  ///< empty: questions go without a token, changes with http.token_file's
};

/// Adds --url and --token-file. `what` is the help of --url. Returns the option --url.
CLI::Option* add_named_daemon(CLI::App& command, NamedDaemon& named, const std::string& what);

/// A name for the cluster of this configuration that does not reveal it: several daemons may run on one machine, and
/// only that of this cluster must answer.
std::string cluster_of(const config::Config& config);

struct DaemonAnswer {
    std::optional<query::Json> json;
    std::string why_none{};    ///< "no daemon answers at ...", if there is no answer
    bool is_excluded = false;  ///< there is none because of the configuration
};

/// The answer to a GET without a token: at http.socket, or at http.listen if that is on loopback. None if no daemon of
/// this cluster answers there. Throws model::Failure with the sentence of an error answer: permanent for 4xx, retry for
/// the rest.
DaemonAnswer ask_daemon(const config::Config& config, const std::string& path);

/// The answer of the daemon that is named, of any cluster, to a GET with the token of its file. Needs no configuration.
/// Throws as ask_daemon, and Failure(retry) if none answers.
query::Json ask_named_daemon(const NamedDaemon& named, const std::string& path);

/// The answer to a POST. Without `named` only http.socket is used, with the token of http.token_file, and only if the
/// listening process belongs to root, to this process's user or to the daemon's; none if there is none of this cluster,
/// or no token is configured. If one is named the token goes there, over TCP to any listener; a missing answer is a
/// Failure(retry); with a token file no configuration is loaded, and the daemon may be of any cluster. Throws as
/// ask_daemon, and InvalidConfiguration.
DaemonAnswer tell_daemon(const Configuration& configuration, const NamedDaemon& named, const std::string& path,
                         const query::Json& body);

/// `ds-reconcilerd health`: 0 if the daemon reports that it works, else 1; prints why.
int run_health(const Configuration& configuration, const NamedDaemon& named, std::ostream& out);

}  // namespace dsr
