// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/jdbc_url.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/hosts.hpp"
#include "config/text.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool encoded =
            text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        out += encoded ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
        if (encoded) i += 2;
    }
    return out;
}

Checked<JdbcHost> parse_host(std::string_view text) {
    const auto bracket = text.rfind(']');
    const auto colon = text.rfind(':');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    auto host = text.substr(0, has_port ? colon : text.size());
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto port =
        has_port ? base::parse_number<std::uint16_t>(text.substr(colon + 1)) : std::optional<std::uint16_t>{0};
    if (!is_host(host) || !port || (has_port && *port == 0))
        return Fault{"its host " + shown(text) + " is not host:port"};
    return JdbcHost{std::string{host}, *port};
}

}  // namespace

Checked<JdbcUrl> parse_jdbc_url(std::string_view url) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> schemes{
        {{"jdbc:postgresql:", "postgresql"}, {"jdbc:mysql:", "mysql"}, {"jdbc:mariadb:", "mysql"}}};
    const auto* const scheme =
        std::find_if(schemes.begin(), schemes.end(), [&](const auto& s) { return url.starts_with(s.first); });
    if (scheme == schemes.end())
        return Fault{"is not jdbc:postgresql://, jdbc:mysql:// or jdbc:mariadb://; other databases are not supported"};
    JdbcUrl parsed{std::string{scheme->second}, {}, {}, {}};
    auto rest = url.substr(scheme->first.size());
    const auto question = std::min(rest.find('?'), rest.size());
    if (question < rest.size()) {
        for (const auto option : base::split(rest.substr(question + 1), '&')) {
            const auto equals = std::min(option.find('='), option.size());
            if (option.empty()) continue;
            const auto value = equals < option.size() ? option.substr(equals + 1) : std::string_view{};
            parsed.options.insert_or_assign(base::lower(percent_decoded(option.substr(0, equals))),
                                            percent_decoded(value));
        }
    }
    rest = rest.substr(0, question);
    // jdbc:mysql:loadbalance://, jdbc:mysql:replication://, jdbc:mariadb:sequential://
    if (const auto slashes = rest.find("//"); slashes != std::string_view::npos) {
        rest.remove_prefix(slashes + 2);
        const auto slash = std::min(rest.find('/'), rest.size());
        const auto authority = rest.substr(0, slash);
        if (authority.find_first_of("()@") != std::string_view::npos)
            return Fault{"describes its hosts in a form that is not read here (parentheses or a user)"};
        for (const auto part : base::split(authority, ',')) {
            if (authority.empty()) break;
            auto host = parse_host(base::trimmed(part));
            if (const auto* fault = fault_of(host)) return *fault;
            parsed.hosts.push_back(std::get<JdbcHost>(std::move(host)));
        }
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    parsed.database = percent_decoded(rest);
    return parsed;
}

}  // namespace dsr::config::dolphinscheduler
