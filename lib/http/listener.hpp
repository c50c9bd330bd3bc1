// SPDX-License-Identifier: Apache-2.0
// Accepts connections at one place, and retries as long as that place is not available. Lives on the io_context's
// thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "http/listening_socket.hpp"

namespace dsr::http {

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
