// SPDX-License-Identifier: Apache-2.0
#include "support/fake_gateway.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <stdexcept>
#include <utility>

namespace dsr::support {

namespace beast = boost::beast;
namespace http = beast::http;

FakeGateway::FakeGateway(std::function<Answer(const Request&)> answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

FakeGateway::~FakeGateway() {
    stopping_ = true;
    thread_.join();
    close(listener_);
}

std::vector<FakeGateway::Request> FakeGateway::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void FakeGateway::serve() {
    boost::asio::io_context io;
    while (!stopping_) {
        pollfd waiting{listener_, POLLIN, 0};
        if (poll(&waiting, 1, 20) <= 0) continue;
        boost::asio::ip::tcp::socket client(io, boost::asio::ip::tcp::v4(), accept(listener_, nullptr, nullptr));
        try {
            beast::flat_buffer buffer;
            http::request<http::string_body> request;
            http::read(client, buffer, request);
            const Request seen{std::string(request.target()), request.body(),
                               std::string(request[http::field::authorization])};
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(seen);
            }
            const auto answer = answer_(seen);
            if (answer.cut) continue;
            http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
            response.body() = answer.body;
            response.keep_alive(false);
            response.prepare_payload();
            http::write(client, response);
        } catch (const boost::system::system_error&) {
            // The client went away.
        }
    }
}

}  // namespace dsr::support
