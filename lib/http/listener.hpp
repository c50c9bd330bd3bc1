// SPDX-License-Identifier: Apache-2.0
// Opens a listening socket and accepts its connections, and retries as long as the place is not available. Lives on the
// io_context's thread; does not block.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <memory>
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

class Listener : public std::enable_shared_from_this<Listener> {
public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    using Open = std::function<Opened()>;
    using Take = std::function<void(Socket)>;

    /// `name`: the place, for the log.
    Listener(boost::asio::io_context& io, spdlog::logger& log, std::string name,
             const boost::asio::generic::stream_protocol& protocol, Open open, Take take);

    void start();
    void stop();

private:
    void accept();
    void later(std::chrono::milliseconds wait, void (Listener::*again)());

    spdlog::logger& log_;
    std::string name_;
    boost::asio::generic::stream_protocol protocol_;
    Open open_;
    Take take_;
    boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol> acceptor_;
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds wait_{1'000};
    std::string last_error_;  ///< as it was last logged
    bool stopped_ = false;
};

}  // namespace dsr::http
