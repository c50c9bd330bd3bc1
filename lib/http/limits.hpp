// SPDX-License-Identifier: Apache-2.0
// Limits on the resources of the HTTP side.
#pragma once

#include <chrono>
#include <cstddef>

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
    std::chrono::milliseconds stalled{
        2'000};                      ///< a response that is not taken for so long may be given up for a newcomer
    std::size_t streams = 24;        ///< of these, those that follow events
    std::size_t queued_events = 32;  ///< for one slow reader; then it is closed
    std::size_t queued_bytes = std::size_t{256} * 1024;
};

}  // namespace dsr::http
