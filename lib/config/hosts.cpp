// SPDX-License-Identifier: Apache-2.0
#include "config/hosts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

bool is_ipv6(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string{text}.c_str(), &address) == 1;
}

bool is_ipv4(std::string_view text) {
    in_addr address{};
    return inet_pton(AF_INET, std::string{text}.c_str(), &address) == 1;
}

// Letters, digits and other characters of DNS and container names. Dots and hyphens alone are no name.
bool is_name(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return std::all_of(
               text.begin(), text.end(),
               [&](char c) { return letters.find(c) != std::string_view::npos || c == '-' || c == '_' || c == '.'; }) &&
           text.find_first_of(letters) != std::string_view::npos;
}

std::optional<std::int64_t> port_of(std::string_view text) {
    const auto parsed = parse_integer(text);
    const auto* number = std::get_if<std::int64_t>(&parsed);
    return number != nullptr && *number >= 1 && *number <= 65535 ? std::optional(*number) : std::nullopt;
}

bool is_bracketed(std::string_view host) {
    return host.starts_with('[') && host.ends_with(']');
}

std::string_view without_brackets(std::string_view host) {
    return is_bracketed(host) ? host.substr(1, host.size() - 2) : host;
}

Checked<std::string> check_server(std::string_view server, const std::string& usual) {
    if (server.empty()) return Fault{"names an empty server; write host:port, several separated by single commas"};
    if (server.find('/') != std::string_view::npos)
        return Fault{shown(server) +
                     " has a path behind the port; write host:port here and the path in registry.namespace"};
    const auto colon = server.rfind(':');
    if (colon == std::string_view::npos || server.ends_with(']'))
        return Fault{shown(server) + " has no port; write host:port (" + usual + ")"};
    const auto host = server.substr(0, colon);
    const auto port = port_of(server.substr(colon + 1));
    if (!port) return Fault{shown(server) + " has no valid port; write host:port with a port from 1 to 65535"};
    if (host.find(':') != std::string_view::npos) {
        if (!is_bracketed(host) || !is_ipv6(without_brackets(host)))
            return Fault{shown(server) + " is not host:port; an IPv6 address stands in brackets, such as [::1]:2181"};
    } else if (!is_name(host)) {
        return Fault{shown(server) + " does not start with a host name or address"};
    }
    return std::string{host} + ":" + std::to_string(*port);
}

// "host", "host:port", "[address]:port"; `host` gets only the host.
bool split_authority(std::string_view authority, std::string_view& host) {
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    host = authority.substr(0, has_port ? colon : std::string_view::npos);
    if (has_port && !port_of(authority.substr(colon + 1))) return false;
    host = without_brackets(host);
    return is_host(host);
}

}  // namespace

Checked<std::string> check_connect(std::string_view text) {
    std::string list;
    for (const auto part : base::split(text, ',')) {
        auto server = check_server(base::trimmed(part), "ZooKeeper usually listens on 2181");
        if (const auto* fault = fault_of(server)) return *fault;
        list += (list.empty() ? "" : ",") + std::get<std::string>(server);
    }
    return list;
}

Checked<std::string> check_endpoints(std::string_view text) {
    std::string list;
    for (const auto part : base::split(text, ',')) {
        const auto endpoint = base::trimmed(part);
        const auto scheme = endpoint.starts_with("http://")    ? std::string_view{"http://"}
                            : endpoint.starts_with("https://") ? std::string_view{"https://"}
                                                               : std::string_view{};
        if (scheme.empty())
            return Fault{shown(endpoint) +
                         " is not http://host:port or https://host:port; several are separated by "
                         "single commas"};
        auto server = endpoint.substr(scheme.size());
        if (server.ends_with('/')) server.remove_suffix(1);
        if (server.find('/') != std::string_view::npos || server.find('@') != std::string_view::npos)
            return Fault{shown(endpoint) + " has a path or a user in it; the user is a key of its own"};
        auto checked = check_server(server, "etcd listens on 2379 as a rule");
        if (const auto* fault = fault_of(checked)) return *fault;
        list += (list.empty() ? "" : ",") + std::string{scheme} + std::get<std::string>(checked);
    }
    return list;
}

std::vector<std::string> endpoints_of(std::string_view endpoints) {
    std::vector<std::string> all;
    for (const auto part : base::split(endpoints, ',')) all.emplace_back(part);
    return all;
}

std::string zookeeper_hosts(std::string_view connect) {
    std::string hosts{connect};
    std::erase_if(hosts, [](char c) { return c == '[' || c == ']'; });
    return hosts;
}

Checked<std::string> check_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    const auto host = text.substr(0, colon);
    if (colon == std::string_view::npos || !(is_bracketed(host) ? is_ipv6(without_brackets(host)) : is_ipv4(host)))
        return Fault{shown(text) + " is not address:port, such as 127.0.0.1:9530 or [::1]:9530"};
    const auto port = port_of(text.substr(colon + 1));
    if (!port) return Fault{shown(text) + " has no valid port; write address:port with a port from 1 to 65535"};
    return std::string{host} + ":" + std::to_string(*port);
}

bool listens_on_loopback(std::string_view listen) {
    return is_loopback(listen.substr(0, listen.rfind(':')));
}

Checked<std::string> check_mail_server(std::string_view text) {
    if (text.empty()) return Fault{"is empty; leave it out for no e-mail"};
    if (text.find_first_of(",/") != std::string_view::npos) return Fault{shown(text) + " is not one host:port"};
    return check_server(text, "mail servers usually listen on 587 or 465");
}

bool is_host(std::string_view text) {
    return is_ipv6(text) || is_name(text);
}

bool is_loopback(std::string_view host) {
    host = without_brackets(host);
    in_addr v4{};
    if (inet_pton(AF_INET, std::string{host}.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
    in6_addr v6{};
    if (inet_pton(AF_INET6, std::string{host}.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
    return base::lower(host) == "localhost";
}

Checked<std::string> check_host(std::string_view text) {
    const bool socket_folder = text.starts_with('/');
    if (socket_folder || is_ipv6(text) || is_name(text)) return std::string{text};
    if (text.find(',') != std::string_view::npos) {
        return Fault{shown(text) + " names several hosts; one is supported"};
    }
    if (text.find(':') != std::string_view::npos) {
        return Fault{shown(text) + " is not a host name or address; the port is a key of its own"};
    }
    return Fault{shown(text) + " is not a host name or address"};
}

Checked<std::string> check_page_url(std::string_view text) {
    constexpr std::string_view never = "\"'<>\\^`{|}?#";
    const bool plain = text.size() <= 1000 && std::all_of(text.begin(), text.end(), [&](char c) {
                           return c > ' ' && c <= '~' && never.find(c) == std::string_view::npos;
                       });
    const auto colon = text.find("://");
    const auto scheme = base::lower(text.substr(0, colon));
    if (!plain || colon == std::string_view::npos || (scheme != "https" && scheme != "http"))
        return Fault{shown(text) + " is not an address of the form https://host/path, without query or fragment"};
    const auto rest = text.substr(colon + 3);
    std::string_view host;
    if (!split_authority(rest.substr(0, rest.find('/')), host))
        return Fault{shown(text) + " names no host, has no valid port, or has a user before its host"};
    auto url = scheme + "://" + std::string{rest};
    while (url.ends_with('/')) url.pop_back();
    return url;
}

Checked<std::string> check_webhook_url(std::string_view text) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
        return Fault{"contains a space, a control character or a non-ASCII character; percent-encode it"};
    const bool encrypted = base::lower(text.substr(0, 8)) == "https://";
    if (!encrypted && base::lower(text.substr(0, 7)) != "http://") return Fault{"does not begin with https://"};
    text.remove_prefix(encrypted ? 8 : 7);
    const auto authority = text.substr(0, text.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos)
        return Fault{"has a user or password before its host (user:password@host); sign with secret_file instead"};
    std::string_view host;
    if (!split_authority(authority, host)) return Fault{"names no host, or no valid port, behind https://"};
    if (!encrypted && !is_loopback(host))
        return Fault{"is http to another machine: alerts and tokens would cross the network unencrypted; use https"};
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
