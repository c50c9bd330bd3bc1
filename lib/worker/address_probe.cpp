// SPDX-License-Identifier: Apache-2.0
#include "worker/address_probe.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace dsr::worker {
namespace {

namespace asio = boost::asio;
using model::MasterAddress;

/// One attempt to connect. Keeps itself alive until it succeeded, failed or timed out.
class Attempt : public std::enable_shared_from_this<Attempt> {
public:
    Attempt(asio::io_context& io, MasterAddress address, std::set<MasterAddress>& accepting)
        : resolver_(io), socket_(io), deadline_(io), address_(std::move(address)), accepting_(accepting) {}

    void start(model::Milliseconds wait) {
        const auto colon = address_.text.rfind(':');
        if (colon == std::string::npos) return;
        deadline_.expires_after(wait);
        deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->end();
        });
        resolver_.async_resolve(
            address_.text.substr(0, colon), address_.text.substr(colon + 1),
            [self = shared_from_this()](const boost::system::error_code& error, const auto& endpoints) {
                if (error || self->ended_) return self->end();
                asio::async_connect(self->socket_, endpoints,
                                    [self](const boost::system::error_code& failed, const asio::ip::tcp::endpoint&) {
                                        if (!failed && !self->ended_) self->accepting_.insert(self->address_);
                                        self->end();
                                    });
            });
    }

private:
    void end() {
        ended_ = true;
        deadline_.cancel();
        resolver_.cancel();
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    asio::ip::tcp::resolver resolver_;
    asio::ip::tcp::socket socket_;
    asio::steady_timer deadline_;
    MasterAddress address_;
    std::set<MasterAddress>& accepting_;
    bool ended_ = false;
};

}  // namespace

std::set<MasterAddress> accepting(std::span<const MasterAddress> addresses, model::Milliseconds wait) {
    std::set<MasterAddress> result;
    try {
        asio::io_context io;
        for (const auto& address : addresses) std::make_shared<Attempt>(io, address, result)->start(wait);
        io.run();
    } catch (const std::exception&) {
        // Out of sockets or memory: what accepted so far counts.
    }
    return result;
}

}  // namespace dsr::worker
