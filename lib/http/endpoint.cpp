// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.hpp"

#include <strings.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <string>
#include <utility>

namespace dsr::http {

namespace asio = boost::asio;

namespace {

/// "host", "host:port", "[v6]", "[v6]:port": host without brackets, and the port's text.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text) {
    std::string_view host = text;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        rest = text.substr(colon);
    }
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    if (!rest.empty()) rest.remove_prefix(1);
    const bool digits = std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (host.empty() || !digits) return std::nullopt;
    return std::pair{host, rest};
}

std::optional<asio::ip::address> parse_address(std::string_view text) {
    boost::system::error_code failed;
    auto address = asio::ip::make_address(std::string(text), failed);
    return failed ? std::nullopt : std::optional(address);
}

}  // namespace

std::optional<asio::ip::tcp::endpoint> parse_endpoint(std::string_view text) {
    const auto parts = split(text);
    if (!parts) return std::nullopt;
    const auto address = parse_address(parts->first);
    std::uint16_t port = 0;
    const auto* end = parts->second.data() + parts->second.size();
    const auto [stopped, failed] = std::from_chars(parts->second.data(), end, port);
    if (!address || failed != std::errc{} || stopped != end || port == 0) return std::nullopt;
    if (address->is_v6() != text.starts_with('[')) return std::nullopt;
    return asio::ip::tcp::endpoint(*address, port);
}

bool is_loopback(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

bool is_own_host(std::string_view host, std::string_view listen_address) {
    const auto parts = split(host);
    if (!parts) return false;
    const auto name = parts->first;
    constexpr std::string_view local = "localhost";
    if (name.size() == local.size() && ::strncasecmp(name.data(), local.data(), local.size()) == 0) return true;
    const auto address = parse_address(name);
    if (!address) return false;
    return is_loopback(*address) || address == parse_address(listen_address);
}

}  // namespace dsr::http
