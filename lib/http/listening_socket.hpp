// SPDX-License-Identifier: Apache-2.0
// Opens the server's listening sockets. Any thread; does not block.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <string>
#include <variant>

namespace dsr::http {

/// A file descriptor of its own; closed with it.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();

    [[nodiscard]] int get() const { return fd_; }
    int release() {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }

private:
    int fd_;
};

/// The socket, or a sentence: what fails and what to do.
using Opened = std::variant<Descriptor, std::string>;

Opened listen_tcp(const boost::asio::ip::tcp::endpoint& endpoint);

/// A socket file for its owner and group. Replaces one that a dead process left; fails if a process listens on it or
/// the file is no socket.
Opened listen_unix(const std::filesystem::path& path);

/// Removes the socket file, unless a process listens on it.
void remove_socket(const std::filesystem::path& path);

}  // namespace dsr::http
