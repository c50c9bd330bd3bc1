// SPDX-License-Identifier: Apache-2.0
#include "support/database_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace dsr::support {

namespace {

sockaddr_in address_of(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        throw std::runtime_error("not an IPv4 address: " + host);
    return address;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

struct DatabaseProxy::Link {
    int client = -1;
    int server = -1;
    std::optional<Fault> fault;  ///< met already
};

DatabaseProxy::DatabaseProxy(const std::string& server_host, int server_port)
    : server_host_(server_host), server_port_(server_port), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = address_of("127.0.0.1", 0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 8) != 0 || getsockname(listener_, any, &size) != 0) {
        close(listener_);
        throw std::runtime_error("the database proxy cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

DatabaseProxy::~DatabaseProxy() {
    ending_ = true;
    thread_.join();
    close(listener_);
}

void DatabaseProxy::break_next(const std::string& text, Fault fault) {
    const std::lock_guard lock(mutex_);
    text_ = lower(text);
    fault_ = fault;
}

/// False when the link is to be closed.
bool DatabaseProxy::forward(Link& link, bool from_client) {
    std::array<char, 65536> buffer{};
    const auto got = recv(from_client ? link.client : link.server, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
        // Not even the server's hanging up gets through a stall.
        if (from_client || link.fault != Fault::stall) return false;
        close(std::exchange(link.server, -1));
        return true;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (link.fault == Fault::stall) return true;
    if (!from_client) return link.fault != Fault::lose_answer && send_all(link.client, bytes);
    {
        const std::lock_guard lock(mutex_);
        if (!text_.empty() && lower(bytes).find(text_) != std::string::npos) {
            link.fault = fault_;
            text_.clear();
            ++broken_;
        }
    }
    if (link.fault == Fault::lose_request) return false;
    return link.server < 0 || send_all(link.server, bytes);
}

void DatabaseProxy::run() {
    std::vector<Link> links;
    while (!ending_) {
        std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
        for (const Link& link : links) {
            waiting.push_back({link.client, POLLIN, 0});
            waiting.push_back({link.server, POLLIN, 0});
        }
        if (poll(waiting.data(), waiting.size(), 20) <= 0) continue;
        std::vector<Link> alive;
        for (std::size_t i = 0; i < links.size(); ++i) {
            Link link = links[i];
            const bool up = waiting[2 * i + 1].revents == 0 || forward(link, true);
            if (up && (waiting[2 * i + 2].revents == 0 || forward(link, false))) {
                alive.push_back(link);
            } else {
                close(link.client);
                close(link.server);
            }
        }
        links = std::move(alive);
        if (waiting[0].revents == 0) continue;
        Link link{accept(listener_, nullptr, nullptr), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), std::nullopt};
        const auto address = address_of(server_host_, server_port_);
        if (connect(link.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            links.push_back(link);
        } else {
            close(link.client);
            close(link.server);
        }
    }
    for (const Link& link : links) {
        close(link.client);
        close(link.server);
    }
}

}  // namespace dsr::support
