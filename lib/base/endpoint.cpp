// SPDX-License-Identifier: Apache-2.0
#include "base/endpoint.hpp"

#include <boost/url/parse.hpp>

#include "base/text.hpp"

namespace dsr::base {

namespace asio = boost::asio;

std::optional<HostPort> parse_host_port(std::string_view text) {
    const auto authority = boost::urls::parse_authority(text);
    if (!authority || authority->has_userinfo()) return std::nullopt;
    const std::string host(std::string_view(authority->encoded_host_address()));
    if (host.empty() || host.find('%') != std::string::npos) return std::nullopt;
    if (authority->port().empty()) return HostPort{host, std::nullopt};
    // Boost 1.81 takes 95300 for a port: it checks only part of the range.
    const auto port = parse_number<std::uint16_t>(std::string_view(authority->port()));
    if (!port || *port == 0) return std::nullopt;
    return HostPort{host, port};
}

std::optional<asio::ip::tcp::endpoint> parse_endpoint(std::string_view text) {
    const auto parsed = parse_host_port(text);
    if (!parsed || !parsed->port) return std::nullopt;
    const auto address = parse_address(parsed->host);
    if (!address) return std::nullopt;
    return asio::ip::tcp::endpoint(*address, *parsed->port);
}

std::optional<asio::ip::address> parse_address(std::string_view text) {
    boost::system::error_code failed;
    auto address = asio::ip::make_address(std::string(text), failed);
    return failed ? std::nullopt : std::optional(address);
}

bool is_loopback(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

}  // namespace dsr::base
