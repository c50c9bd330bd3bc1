// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <sys/socket.h>

#include <sstream>
#include <vector>

#include "http/endpoint.hpp"

namespace dsr::http {

namespace asio = boost::asio;

namespace {

/// How many beyond the limit are told so; further ones are closed without a word.
constexpr std::size_t turned_away_at_once = 16;

}  // namespace

Server::Server(asio::io_context& io, spdlog::logger& log, const Dispatcher& dispatcher, const Limits& limits)
    : io_(io), log_(log), dispatcher_(dispatcher), limits_(limits), patience_(io) {}

Server::~Server() {
    listen({});
    std::vector<std::shared_ptr<Connection>> left;
    left.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) left.push_back(connection);
    for (const auto& connection : left) connection->close();
}

void Server::listen(const Places& places) {
    if (places_ == places) return;
    if (places_.tcp != places.tcp) {
        if (tcp_) tcp_->stop();
        tcp_.reset();
        if (places.tcp) listen_tcp_at(*places.tcp);
    }
    if (places_.socket != places.socket) {
        if (unix_) {
            unix_->stop();
            remove_socket(places_.socket);
        }
        unix_.reset();
        if (!places.socket.empty()) listen_unix_at(places.socket);
    }
    places_ = places;
    finish_all();
}

void Server::listen_tcp_at(const asio::ip::tcp::endpoint& endpoint) {
    Arrival from;
    from.open_reading = is_loopback(endpoint.address());
    from.listen_address =
        endpoint.address().is_v6() ? "[" + endpoint.address().to_string() + "]" : endpoint.address().to_string();
    std::ostringstream name;
    name << endpoint;
    tcp_ = std::make_shared<Listener>(
        io_, log_, name.str(), asio::generic::stream_protocol(endpoint.protocol().family(), IPPROTO_TCP),
        [endpoint] { return listen_tcp(endpoint); },
        [this, from](Listener::Socket socket) { take(std::move(socket), from); });
    tcp_->start();
}

void Server::listen_unix_at(const std::filesystem::path& path) {
    Arrival from;
    from.local_socket = true;
    unix_ = std::make_shared<Listener>(
        io_, log_, path.string(), asio::generic::stream_protocol(AF_UNIX, 0), [path] { return listen_unix(path); },
        [this, from](Listener::Socket socket) { take(std::move(socket), from); });
    unix_->start();
}

void Server::take(Listener::Socket socket, const Arrival& from) {
    const bool room = connections_.size() < limits_.connections || close_one_idle();
    if (!room && connections_.size() >= limits_.connections + turned_away_at_once) return;
    auto connection = std::make_shared<Connection>(std::move(socket), from, dispatcher_, limits_,
                                                   [this](Connection* gone_one) { gone(gone_one); });
    connections_.emplace(connection.get(), connection);
    if (room) {
        connection->start();
    } else {
        connection->turn_away();
    }
}

void Server::gone(Connection* connection) {
    connections_.erase(connection);
    if (quiet_ && connections_.empty()) std::exchange(quiet_, nullptr)();
}

bool Server::close_one_idle() {
    std::shared_ptr<Connection> oldest;
    for (const auto& [key, connection] : connections_) {
        const auto since = connection->idle_since();
        if (since && (!oldest || *since < *oldest->idle_since())) oldest = connection;
    }
    if (!oldest) return false;
    oldest->close();
    return true;
}

void Server::finish_all() {
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) connection->finish();
}

void Server::stop(std::function<void()> quiet) {
    listen({});
    finish_all();
    if (connections_.empty()) return quiet();
    quiet_ = std::move(quiet);
    patience_.expires_after(std::chrono::seconds{1});
    patience_.async_wait([this](const boost::system::error_code& error) {
        if (!error && quiet_) std::exchange(quiet_, nullptr)();
    });
}

}  // namespace dsr::http
