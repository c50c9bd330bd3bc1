// SPDX-License-Identifier: Apache-2.0
// Network addresses as text, by the grammar of URLs (RFC 3986). Pure; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dsr::base {

/// "host", "host:port", "[v6]:port".
struct HostPort {
    std::string host;                   ///< a name or an address, not empty; IPv6 without brackets
    std::optional<std::uint16_t> port;  ///< 1 to 65535
};

/// Nothing if it has a user or an escape, no host, or an invalid port.
std::optional<HostPort> parse_host_port(std::string_view text);

/// "127.0.0.1:9530" or "[::1]:9530"; an address, no name.
std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

/// Nothing if it is a name.
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

/// Whether only this machine reaches it.
bool is_loopback(const boost::asio::ip::address& address);

}  // namespace dsr::base
