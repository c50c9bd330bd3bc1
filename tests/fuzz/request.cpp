// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a peer sends of a request: the first line is its target, the rest its Host header. Promises: a
// target that is taken apart is valid UTF-8 whose path is its segments, put together and escaped it is taken apart to
// the same, and a Host header names this machine only if it is localhost or a loopback address.
#include <algorithm>
#include <string>
#include <utility>

#include "base/endpoint.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "http/dispatcher.hpp"
#include "http/router.hpp"

namespace {

using dsr::fuzz::require;
using dsr::http::parse_target;

std::string escaped(std::string_view text) {
    std::string all;
    for (const char c : text) all += "%" + dsr::base::hex({&c, 1});
    return all;
}

void check_target(std::string_view text) {
    const auto target = parse_target(text);
    if (!target) return;
    require(text.starts_with('/'), "a target is in origin form");
    std::string path;
    std::string again;
    for (const auto& segment : target->segments) {
        path += "/" + segment;
        again += "/" + escaped(segment);
    }
    require(path == target->path, "a path is its segments");
    require(!dsr::base::find_invalid_utf8(path), "a path is UTF-8");
    require(std::ranges::none_of(path, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }),
            "a path has no control character");
    std::string separator = "?";
    for (const auto& [name, value] : target->query) {
        require(!dsr::base::find_invalid_utf8(name) && !dsr::base::find_invalid_utf8(value), "a query is UTF-8");
        again += std::exchange(separator, "&") + escaped(name) + "=" + escaped(value);
    }
    const auto escaped_target = parse_target(again);
    require(escaped_target && escaped_target->segments == target->segments && escaped_target->query == target->query,
            "a target that is escaped as a whole is the same");
}

void check_host(std::string_view text) {
    const auto named = dsr::base::parse_host_port(text);
    const bool own = dsr::http::is_own_host(text, "10.1.2.3");
    require(!own || named, "a host that is this machine can be read");
    if (!named) return;
    require(!named->host.empty() && text.find(named->host) != std::string_view::npos, "a host stands in the text");
    require(named->port != 0, "a port is not 0");
    const auto address = dsr::base::parse_address(named->host);
    const bool local = address ? dsr::base::is_loopback(*address) || address == dsr::base::parse_address("10.1.2.3")
                               : dsr::base::lower(named->host) == "localhost";
    require(own == local, "only localhost, a loopback address or the address to listen on is this machine");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto data = dsr::fuzz::text(bytes, size);
    const auto line = std::min(data.find('\n'), data.size());
    check_target(data.substr(0, line));
    check_host(data.substr(std::min(line + 1, data.size())));
    return 0;
}
