// SPDX-License-Identifier: Apache-2.0
#include "config/channel_checks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/hosts.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

namespace dsr::config {

namespace {

bool is_port(std::string_view text) {
    const auto parsed = parse_integer(text);
    const auto* number = std::get_if<std::int64_t>(&parsed);
    return number != nullptr && *number >= 1 && *number <= 65535;
}

// "host", "host:port", "[address]:port"; `host` gets only the host.
bool split_authority(std::string_view authority, std::string_view& host) {
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    host = authority.substr(0, has_port ? colon : std::string_view::npos);
    if (has_port && !is_port(authority.substr(colon + 1))) return false;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return is_host(host);
}

}  // namespace

Checked<std::string> check_webhook_url(std::string_view text) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
        return Fault{"has a space, a control character or a letter beyond ASCII in it; percent-encode it"};
    const bool encrypted = lower(text.substr(0, 8)) == "https://";
    if (!encrypted && lower(text.substr(0, 7)) != "http://") return Fault{"does not begin with https://"};
    text.remove_prefix(encrypted ? 8 : 7);
    const auto authority = text.substr(0, text.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos)
        return Fault{"has a user or password before its host (user:password@host); sign with secret_file instead"};
    std::string_view host;
    if (!split_authority(authority, host)) return Fault{"names no host, or no valid port, behind https://"};
    if (!encrypted && !is_loopback(host))
        return Fault{"is http to another machine: alerts and tokens would cross the network in the clear; use https"};
    return (encrypted ? "https://" : "http://") + std::string{text};
}

Checked<std::string> check_mail_address(std::string_view text) {
    constexpr std::string_view never = "<>()[]:;,\\\"";
    const auto at = text.find('@');
    const bool sound = at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
                       text.size() <= 254 && is_host(text.substr(at + 1)) &&
                       std::all_of(text.begin(), text.end(), [&](char c) {
                           return c > ' ' && c <= '~' && never.find(c) == std::string_view::npos;
                       });
    if (!sound) return Fault{shown(text) + " is not a mail address of the form name@domain"};
    return std::string{text};
}

Checked<std::string> check_mail_addresses(std::string_view text) {
    std::string list;
    for (const auto part : base::split(text, ',')) {
        const auto address = check_mail_address(base::trimmed(part, " "));
        if (const auto* fault = fault_of(address)) return *fault;
        list += (list.empty() ? "" : ",") + std::get<std::string>(address);
    }
    return list;
}

}  // namespace dsr::config
