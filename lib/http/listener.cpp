// SPDX-License-Identifier: Apache-2.0
#include "http/listener.hpp"

#include <algorithm>

namespace dsr::http {

namespace {

constexpr std::chrono::milliseconds max_wait{60'000};

}  // namespace

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
        if (problem != last_error_) log_.error("http: {}; tried again until it works, sweeps go on", problem);
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
