// SPDX-License-Identifier: Apache-2.0
//
// Checks of network addresses: ZooKeeper's servers, the database's host, where to listen, the mail server, the
// webhook's URL and mail addresses. Each returns the text as it is kept. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/values.hpp"

namespace dsr::config {

/// A list `host:port,host:port`, spaces around the commas removed. IPv6 addresses are in brackets; each server has its
/// port. A chroot (`host:port/path`) is refused in favour of `registry.namespace`.
Checked<std::string> check_connect(std::string_view text);

/// A list `http://host:port,https://host:port` of etcd's members, spaces around the commas removed. No path, no user.
Checked<std::string> check_endpoints(std::string_view text);

/// The members of a checked list.
std::vector<std::string> endpoints_of(std::string_view endpoints);

/// The checked list in the form that libzookeeper 3.8 takes: IPv6 addresses without brackets, which it does not resolve
/// (it splits at the last colon).
std::string zookeeper_hosts(std::string_view connect);

/// `address:port` to listen on; an IPv6 address is in brackets. A name is refused, because it may resolve to another
/// address later.
Checked<std::string> check_listen(std::string_view text);

/// Whether only this machine reaches that checked address.
bool listens_on_loopback(std::string_view listen);

/// A host name, an address, or the absolute path of a folder with a server's socket.
Checked<std::string> check_host(std::string_view text);

/// One `host:port`, of a mail server.
Checked<std::string> check_mail_server(std::string_view text);

/// A host name or address, an IPv6 address without brackets.
bool is_host(std::string_view text);

/// Whether this host, with or without brackets, is this machine by its name or address alone: localhost, 127.0.0.0/8,
/// ::1.
bool is_loopback(std::string_view host);

/// `https://host[:port]/...`, or http for a loopback host; no user or password in it. The fault never contains the
/// text.
Checked<std::string> check_webhook_url(std::string_view text);

/// `http(s)://host[:port][/path]` of a web application: no user, query or fragment, at
/// most 1000 bytes. A slash at the end is removed.
Checked<std::string> check_page_url(std::string_view text);

/// One address, `name@domain`, without a display name: nothing that could end a header line or an SMTP command.
Checked<std::string> check_mail_address(std::string_view text);

/// One or more addresses, separated by commas; spaces around the commas are removed.
Checked<std::string> check_mail_addresses(std::string_view text);

}  // namespace dsr::config
