// SPDX-License-Identifier: Apache-2.0
// Addresses to listen on, and the host names that a browser may use for them. Pure.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string_view>

namespace dsr::http {

/// "127.0.0.1:9530" or "[::1]:9530"; an address, no name.
std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

/// Whether only this machine reaches it.
bool is_loopback(const boost::asio::ip::address& address);

/// Whether a Host header names this machine itself (localhost, a loopback address) or the listen address. A name from
/// foreign DNS that resolves to this machine (DNS rebinding) does not.
bool is_own_host(std::string_view host, std::string_view listen_address);

}  // namespace dsr::http
