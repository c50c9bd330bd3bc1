// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_proxy.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace dsr::support {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::int32_t number_at(const std::vector<unsigned char>& frame, std::size_t at) {
    if (frame.size() < at + 4) return 0;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(frame[at]) << 24 |
                                     static_cast<std::uint32_t>(frame[at + 1]) << 16 |
                                     static_cast<std::uint32_t>(frame[at + 2]) << 8 | frame[at + 3]);
}

}  // namespace

/// One client's connection and ours to the server.
class ZookeeperProxy::Link : public std::enable_shared_from_this<Link> {
public:
    Link(ZookeeperProxy& proxy, tcp::socket client) : proxy_(proxy), client_(std::move(client)), server_(proxy.io_) {}

    void start() {
        error_code error;
        server_.connect(proxy_.server_, error);
        if (error) return;
        pump(client_, server_, true);
        pump(server_, client_, false);
    }

    void close() {
        error_code ignored;
        client_.close(ignored);
        server_.close(ignored);
        proxy_.awaited_ -= std::exchange(awaited_, 0);
    }

private:
    struct Pump {
        std::vector<unsigned char> frame;
        bool first = true;
    };

    void pump(tcp::socket& from, tcp::socket& to, bool requests) {
        read_length(from, to, requests, std::make_shared<Pump>());
    }

    void read_length(tcp::socket& from, tcp::socket& to, bool requests, std::shared_ptr<Pump> pump) {
        pump->frame.resize(4);
        boost::asio::async_read(
            from, boost::asio::buffer(pump->frame),
            [this, self = shared_from_this(), &from, &to, requests, pump](error_code error, std::size_t) {
                if (error) return close();
                read_body(from, to, requests, pump);
            });
    }

    void read_body(tcp::socket& from, tcp::socket& to, bool requests, std::shared_ptr<Pump> pump) {
        const auto length = static_cast<std::size_t>(number_at(pump->frame, 0));
        pump->frame.resize(4 + length);
        boost::asio::async_read(
            from, boost::asio::buffer(pump->frame.data() + 4, length),
            [this, self = shared_from_this(), &from, &to, requests, pump](error_code error, std::size_t) {
                if (error || is_to_be_lost(*pump, requests)) return close();
                if (requests) await(*pump, 1);
                write(from, to, requests, pump);
            });
    }

    void write(tcp::socket& from, tcp::socket& to, bool requests, std::shared_ptr<Pump> pump) {
        boost::asio::async_write(
            to, boost::asio::buffer(pump->frame),
            [this, self = shared_from_this(), &from, &to, requests, pump](error_code error, std::size_t) {
                if (error) return close();
                if (!requests) await(*pump, -1);
                pump->first = false;
                read_length(from, to, requests, pump);
            });
    }

    /// Counts a request, or its answer; pings and events of watches have negative numbers.
    void await(const Pump& pump, int change) {
        if (pump.first || number_at(pump.frame, 4) <= 0) return;
        awaited_ += change;
        proxy_.awaited_ += change;
    }

    bool is_to_be_lost(const Pump& pump, bool requests) {
        if (pump.first) return false;  // the greeting has no header
        const auto xid = number_at(pump.frame, 4);
        if (!requests) {
            if (!doomed_xid_ || *doomed_xid_ != xid) return false;
            ++proxy_.lost_;
            return true;
        }
        auto operation = number_at(pump.frame, 8);
        if (operation == 0) return false;
        if (auto wanted = operation; proxy_.lose_request_of_.compare_exchange_strong(wanted, 0)) {
            ++proxy_.lost_;
            return true;
        }
        if (proxy_.lose_answer_of_.compare_exchange_strong(operation, 0)) doomed_xid_ = xid;
        return false;
    }

    ZookeeperProxy& proxy_;
    tcp::socket client_;
    tcp::socket server_;
    std::optional<std::int32_t> doomed_xid_;
    int awaited_ = 0;
};

ZookeeperProxy::ZookeeperProxy(const std::string& server)
    : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {
    const auto colon = server.rfind(':');
    server_ = {boost::asio::ip::make_address(server.substr(0, colon)),
               static_cast<boost::asio::ip::port_type>(std::stoi(server.substr(colon + 1)))};
    accept();
    thread_ = std::thread([this] { io_.run(); });
}

ZookeeperProxy::~ZookeeperProxy() {
    io_.stop();
    thread_.join();
}

std::string ZookeeperProxy::address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void ZookeeperProxy::cut() {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
        for (const auto& link : links_)
            if (const auto alive = link.lock()) alive->close();
        links_.clear();
        done.set_value();
    });
    done.get_future().wait();
}

void ZookeeperProxy::accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket client) {
        if (error) return;
        if (!refusing_) {
            const auto link = std::make_shared<Link>(*this, std::move(client));
            links_.push_back(link);
            link->start();
        }
        accept();
    });
}

}  // namespace dsr::support
