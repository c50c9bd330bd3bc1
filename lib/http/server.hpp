// SPDX-License-Identifier: Apache-2.0
// The HTTP server: its listeners and connections. Lives on the io_context's thread; it never blocks, throws into the
// io_context, or exceeds its limits.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "http/connection.hpp"
#include "http/dispatcher.hpp"
#include "http/limits.hpp"
#include "http/listener.hpp"

namespace dsr::http {

/// Where to listen; absent: nowhere.
struct Places {
    std::optional<boost::asio::ip::tcp::endpoint> tcp;
    std::filesystem::path socket;

    friend bool operator==(const Places&, const Places&) = default;
};

class Server {
public:
    /// `dispatcher` must outlive it.
    Server(boost::asio::io_context& io, spdlog::logger& log, const Dispatcher& dispatcher, const Limits& limits);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens only there from now on; connections elsewhere end after their current response.
    void listen(const Places& places);
    /// Closes the streams of events that were authorised by a token.
    void end_streams_of_tokens();
    /// Accepts no further request. `quiet` is called once no response is under way, after a second at the latest.
    void stop(std::function<void()> quiet);

private:
    void listen_tcp_at(const boost::asio::ip::tcp::endpoint& endpoint);
    void listen_unix_at(const std::filesystem::path& path);
    void take(Listener::Socket socket, const Arrival& from);
    void gone(Connection* connection);
    void finish_all();
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const;

    boost::asio::io_context& io_;
    spdlog::logger& log_;
    const Dispatcher& dispatcher_;
    const Limits limits_;
    Places places_;
    std::shared_ptr<Listener> tcp_;
    std::shared_ptr<Listener> unix_;
    struct Held {
        std::shared_ptr<Connection> connection;
        Caller caller;
    };

    std::unordered_map<Connection*, Held> connections_;
    boost::asio::steady_timer timeout_;
    std::function<void()> quiet_;
};

}  // namespace dsr::http
