// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <sys/socket.h>

#include <sstream>

#include "base/endpoint.hpp"

namespace dsr::http {

namespace asio = boost::asio;

Server::Server(asio::io_context& io, spdlog::logger& log, const Dispatcher& dispatcher, const Limits& limits)
    : io_(io), log_(log), dispatcher_(dispatcher), limits_(limits), timeout_(io) {}

Server::~Server() {
    listen({});
    for (const auto& connection : all()) connection->close();
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
    from.open_reading = base::is_loopback(endpoint.address());
    from.listen_address = endpoint.address().to_string();
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
    auto caller = from.local_socket ? Caller{true, {}} : caller_of(socket);
    std::vector<Seat> seats;
    seats.reserve(connections_.size());
    for (const auto& [key, held] : connections_)
        seats.push_back({held.connection, &held.caller, held.connection->expendable_since()});
    const auto admission = admit(seats, caller, limits_);
    if (admission.answer == Admission::Answer::drop) return;
    if (const auto evicted = admission.evicted.lock()) evicted->close();
    auto connection = std::make_shared<Connection>(std::move(socket), from, dispatcher_, limits_,
                                                   [this](Connection* gone_one) { gone(gone_one); });
    connections_.emplace(connection.get(), Held{connection, std::move(caller)});
    if (admission.answer == Admission::Answer::serve) {
        connection->start();
    } else {
        connection->turn_away();
    }
}

void Server::gone(Connection* connection) {
    connections_.erase(connection);
    if (quiet_ && connections_.empty()) std::exchange(quiet_, nullptr)();
}

std::vector<std::shared_ptr<Connection>> Server::all() const {
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, held] : connections_) all.push_back(held.connection);
    return all;
}

void Server::finish_all() {
    for (const auto& connection : all()) connection->finish();
}

void Server::end_streams_of_tokens() {
    for (const auto& connection : all()) connection->end_stream_of_token();
}

void Server::stop(std::function<void()> quiet) {
    listen({});
    finish_all();
    if (connections_.empty()) return quiet();
    quiet_ = std::move(quiet);
    timeout_.expires_after(std::chrono::seconds{1});
    timeout_.async_wait([this](const boost::system::error_code& error) {
        if (!error && quiet_) std::exchange(quiet_, nullptr)();
    });
}

}  // namespace dsr::http
