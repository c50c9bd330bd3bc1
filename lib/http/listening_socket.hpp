// SPDX-License-Identifier: Apache-2.0
// Opens the server's listening sockets. Any thread; does not block.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <string>
#include <variant>

#include "base/file_descriptor.hpp"

namespace dsr::http {

/// The socket, or a sentence: what fails and what to do.
using Opened = std::variant<base::FileDescriptor, std::string>;

Opened listen_tcp(const boost::asio::ip::tcp::endpoint& endpoint);

/// A socket file for its owner and group. Replaces one that a dead process left; fails if a process listens on it or
/// the file is no socket.
Opened listen_unix(const std::filesystem::path& path);

/// Removes the socket file, unless a process listens on it.
void remove_socket(const std::filesystem::path& path);

}  // namespace dsr::http
