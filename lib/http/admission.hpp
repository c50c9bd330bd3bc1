// SPDX-License-Identifier: Apache-2.0
// Decides which new connection gets a place and which one is closed for it. The Unix socket has places of its own, so
// that the network cannot block this machine's command line. Pure; any thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "http/limits.hpp"

namespace dsr::http {

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
