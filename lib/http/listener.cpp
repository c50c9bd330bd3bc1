// SPDX-License-Identifier: Apache-2.0
#include "http/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <system_error>

namespace dsr::http {

using base::FileDescriptor;

namespace {

constexpr std::chrono::milliseconds max_wait{60'000};

std::string because(int code) {
    return std::generic_category().message(code);
}

FileDescriptor socket_of(int family) {
    return FileDescriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), max_path));
    return address;
}

bool is_socket(const std::string& path) {
    struct ::stat found {};
    return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

/// Whether a process listens there. A full queue (EAGAIN) counts as listening.
bool is_served(const sockaddr_un& address) {
    const auto probe = socket_of(AF_UNIX);
    if (!probe.is_open()) return true;
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
           errno != ECONNREFUSED;
}

bool bind_unix(const FileDescriptor& socket, const sockaddr_un& address) {
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Opened listen_tcp(const boost::asio::ip::tcp::endpoint& endpoint) {
    std::ostringstream name;
    name << endpoint;
    auto socket = socket_of(endpoint.protocol().family());
    constexpr int on = 1;
    if (!socket.is_open() || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return "cannot make a socket for " + name.str() + ": " + because(errno);
    if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        const int code = errno;
        return "cannot listen on " + name.str() + ": " +
               (code == EADDRINUSE ? "another process listens there; stop it, or choose another http.listen"
                                   : because(code));
    }
    return socket;
}

Opened listen_unix(const std::filesystem::path& path) {
    const auto failed = [&path](const std::string& why) { return "cannot listen on " + path.string() + ": " + why; };
    const auto name = path.string();
    if (name.size() > max_path) return failed("a socket's path has at most " + std::to_string(max_path) + " bytes");
    const auto address = address_of(name);

    auto socket = socket_of(AF_UNIX);
    // The file is created with this mode, independent of the umask: others must never be able to connect.
    if (!socket.is_open() || ::fchmod(socket.get(), 0600) != 0) return failed(because(errno));
    if (!bind_unix(socket, address)) {
        if (errno != EADDRINUSE) return failed(because(errno));
        if (!is_socket(name)) return failed("a file that is not a socket exists there; it is left alone");
        if (is_served(address)) return failed("another process listens there; stop it, or choose another http.socket");
        ::unlink(name.c_str());
        if (!bind_unix(socket, address)) return failed(because(errno));
    }
    if (::chmod(name.c_str(), 0660) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) return failed(because(errno));
    return socket;
}

void remove_socket(const std::filesystem::path& path) {
    const auto name = path.string();
    if (name.size() <= max_path && is_socket(name) && !is_served(address_of(name))) ::unlink(name.c_str());
}

Listener::Listener(boost::asio::io_context& io, spdlog::logger& log, std::string name,
                   const boost::asio::generic::stream_protocol& protocol, Open open, Take take)
    : log_(log),
      name_(std::move(name)),
      protocol_(protocol),
      open_(std::move(open)),
      take_(std::move(take)),
      acceptor_(io),
      timer_(io) {}

void Listener::start() {
    auto opened = open_();
    boost::system::error_code failed;
    std::string problem;
    if (auto* socket = std::get_if<base::FileDescriptor>(&opened)) {
        acceptor_.assign(protocol_, socket->get(), failed);
        if (!failed) socket->release();
        problem = failed.message();
    } else {
        problem = std::get<std::string>(opened);
        failed = boost::asio::error::address_in_use;
    }
    if (failed) {
        if (problem != last_error_) log_.error("http: {}; retried until it works, sweeps continue", problem);
        last_error_ = problem;
        later(wait_, &Listener::start);
        wait_ = std::min(wait_ * 2, max_wait);
        return;
    }
    log_.info("http: listening on {}", name_);
    accept();
}

void Listener::stop() {
    stopped_ = true;
    timer_.cancel();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

void Listener::accept() {
    acceptor_.async_accept([self = shared_from_this()](const boost::system::error_code& error, Socket socket) {
        if (self->stopped_) return;
        if (error) {
            // Usually out of descriptors: an immediate retry is useless.
            self->log_.warn("http: no connection could be accepted on {}: {}", self->name_, error.message());
            return self->later(std::chrono::milliseconds{1'000}, &Listener::accept);
        }
        self->take_(std::move(socket));
        self->accept();
    });
}

void Listener::later(std::chrono::milliseconds wait, void (Listener::*again)()) {
    timer_.expires_after(wait);
    timer_.async_wait([self = shared_from_this(), again](const boost::system::error_code& error) {
        if (!error && !self->stopped_) ((*self).*again)();
    });
}

}  // namespace dsr::http
