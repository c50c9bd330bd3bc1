// SPDX-License-Identifier: Apache-2.0
// Limits on the resources of the HTTP side, and which new connection gets a place and which one is closed for it. The
// Unix socket has places of its own, so that the network cannot block this machine's command line. Pure; any thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace dsr::http {

struct Limits {
    std::size_t header = std::size_t{8} * 1024;
    std::size_t body = std::size_t{16} * 1024;
    std::chrono::milliseconds request{10'000};  ///< from its first byte to its last
    std::chrono::milliseconds idle{30'000};     ///< between two requests, and before the first
    std::chrono::milliseconds write{30'000};    ///< until one response, or one event, is taken
    std::chrono::milliseconds linger{1'000};    ///< for the peer to read a refusal and close
    std::size_t connections = 64;               ///< over TCP
    std::size_t local_connections = 16;         ///< over the Unix socket
    std::size_t per_peer = 32;                  ///< of those over TCP, from one address outside loopback
    /// A response that is not taken for so long may be given up for a new connection.
    std::chrono::milliseconds stalled{2'000};
    std::size_t streams = 24;        ///< of the connections, those that follow events
    std::size_t queued_events = 32;  ///< for one slow reader; then it is closed
    std::size_t queued_bytes = std::size_t{256} * 1024;
};

class Connection;

/// The peer of a connection.
struct Caller {
    bool local_socket = false;
    std::string network{};  ///< the address of an IPv4 peer, the /64 of an IPv6 one; empty on loopback
};

/// A place in use.
struct Seat {
    std::weak_ptr<Connection> connection;
    const Caller* caller;  ///< not null
    std::optional<std::chrono::steady_clock::time_point> expendable_since;
};

/// What becomes of a new connection.
struct Admission {
    enum class Answer {
        serve,
        refuse,  ///< answer that all places are in use
        drop,    ///< too many refusals are under way: close without an answer
    };
    Answer answer = Answer::serve;
    std::weak_ptr<Connection> evicted;  ///< to close first; expired if none
};

Admission admit(std::span<const Seat> seats, const Caller& newcomer, const Limits& limits);

/// The other end of a connected TCP socket.
Caller caller_of(const boost::asio::generic::stream_protocol::socket& socket);

}  // namespace dsr::http
