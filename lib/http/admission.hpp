// SPDX-License-Identifier: Apache-2.0
// Which newcomer gets one of the server's places, and who loses one for it. The Unix socket has places of its own, so
// that the network cannot keep this machine's command line out. Pure; any thread.
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

/// Whose connection it is.
struct Caller {
    bool local_socket = false;
    std::string network{};  ///< the address of an IPv4 peer, the /64 of an IPv6 one; empty on loopback
};

/// A place that is taken.
struct Seat {
    std::weak_ptr<Connection> connection;
    const Caller* caller;  ///< not null
    std::optional<std::chrono::steady_clock::time_point> expendable_since;
};

struct Admission {
    enum class Answer {
        serve,
        refuse,  ///< tell the newcomer that all places are taken
        drop,    ///< too many are being told that already: close without an answer
    };
    Answer answer = Answer::serve;
    std::weak_ptr<Connection> evicted;  ///< to be closed first; expired when none
};

Admission admit(std::span<const Seat> seats, const Caller& newcomer, const Limits& limits);

/// The other end of a connected TCP socket.
Caller caller_of(const boost::asio::generic::stream_protocol::socket& socket);

}  // namespace dsr::http
