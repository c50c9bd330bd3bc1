// SPDX-License-Identifier: Apache-2.0
#include "http/limits.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>

#include "base/endpoint.hpp"

namespace dsr::http {

namespace asio = boost::asio;

namespace {

/// How many connections beyond the limit get a refusal at once.
constexpr std::size_t refused_at_once = 16;

std::string network_of(const asio::ip::address& address) {
    if (base::is_loopback(address)) return {};
    if (address.is_v4()) return address.to_string();
    if (address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

Admission admit(std::span<const Seat> seats, const Caller& newcomer, const Limits& limits) {
    const std::size_t places = newcomer.local_socket ? limits.local_connections : limits.connections;
    const Seat* oldest = nullptr;
    const Seat* oldest_of_network = nullptr;
    std::size_t taken = 0;
    std::size_t taken_by_network = 0;
    const auto older = [](const Seat& seat, const Seat* than) {
        return seat.expendable_since && (than == nullptr || *seat.expendable_since < *than->expendable_since);
    };
    for (const auto& seat : seats) {
        if (seat.caller->local_socket != newcomer.local_socket) continue;
        ++taken;
        if (older(seat, oldest)) oldest = &seat;
        if (newcomer.network.empty() || seat.caller->network != newcomer.network) continue;
        ++taken_by_network;
        if (older(seat, oldest_of_network)) oldest_of_network = &seat;
    }
    const bool network_full = taken_by_network >= limits.per_peer;
    if (!network_full && taken < places) return {};
    if (const auto* evicted = network_full ? oldest_of_network : oldest)
        return {Admission::Answer::serve, evicted->connection};
    const bool told_enough = taken >= places + refused_at_once || taken_by_network >= limits.per_peer + refused_at_once;
    return {told_enough ? Admission::Answer::drop : Admission::Answer::refuse, {}};
}

Caller caller_of(const asio::generic::stream_protocol::socket& socket) {
    boost::system::error_code gone;
    const auto peer = socket.remote_endpoint(gone);
    if (gone) return {};
    if (peer.protocol().family() == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, peer.data(), std::min(sizeof address, peer.size()));
        return {false, network_of(asio::ip::address_v4(ntohl(address.sin_addr.s_addr)))};
    }
    if (peer.protocol().family() == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, peer.data(), std::min(sizeof address, peer.size()));
        asio::ip::address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
        return {false, network_of(asio::ip::address_v6(bytes))};
    }
    return {};
}

}  // namespace dsr::http
