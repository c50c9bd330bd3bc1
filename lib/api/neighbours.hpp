// SPDX-License-Identifier: Apache-2.0
// The daemons of other clusters on this machine, found by their sockets: what each answers about its cluster. Lives on
// the io_context's thread and never blocks it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "query/daemon_status.hpp"

namespace dsr::api {

/// The sockets beside `own`: http.sock in a folder whose name begins with "ds-reconciler", as the units make them, in
/// the order of their paths. A folder that cannot be read has none.
std::vector<std::filesystem::path> neighbours_of(const std::filesystem::path& own);

/// "blue" for /run/ds-reconciler-blue/http.sock, else the socket's path.
std::string name_of_socket(const std::filesystem::path& socket);

/// Asks each of them for its status. A daemon of another user than root or this process's is not asked. Calls `done`
/// once, at most `limit` later, with an answer for each, in their order.
void ask_neighbours(boost::asio::io_context& io, const std::vector<std::filesystem::path>& sockets,
                    std::chrono::milliseconds limit, std::function<void(std::vector<query::ClusterAnswer>)> done);

}  // namespace dsr::api
