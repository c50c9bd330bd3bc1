// SPDX-License-Identifier: Apache-2.0
// A worker that speaks DolphinScheduler's frames on a loopback port, as far as a test lets it. Runs on its own thread.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "worker/kill_frame.hpp"

namespace dsr::test {

class WorkerStandIn {
public:
    enum class Manner { kills, fails, keeps_silent, hangs_up, talks_nonsense };

    explicit WorkerStandIn(Manner manner)
        : manner_(manner), acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {
        accept();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~WorkerStandIn() {
        io_.stop();
        thread_.join();
    }
    WorkerStandIn(const WorkerStandIn&) = delete;
    WorkerStandIn& operator=(const WorkerStandIn&) = delete;

    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    [[nodiscard]] int kills() const { return kills_; }

private:
    struct Peer {
        explicit Peer(boost::asio::io_context& io) : socket(io) {}
        boost::asio::ip::tcp::socket socket;
        std::array<char, 4096> buffer{};
        std::string bytes;
        std::string answer;
    };

    void accept() {
        auto peer = std::make_shared<Peer>(io_);
        acceptor_.async_accept(peer->socket, [this, peer](const boost::system::error_code& error) {
            if (error) return;
            if (manner_ != Manner::hangs_up) read(peer);
            accept();
        });
    }

    void read(const std::shared_ptr<Peer>& peer) {
        peer->socket.async_read_some(boost::asio::buffer(peer->buffer),
                                     [this, peer](const boost::system::error_code& error, std::size_t size) {
                                         if (error) return;
                                         peer->bytes.append(peer->buffer.data(), size);
                                         answer(peer);
                                     });
    }

    void answer(const std::shared_ptr<Peer>& peer) {
        for (auto parse = worker::parse_frame(peer->bytes); parse.status == worker::FrameParse::Status::complete;
             parse = worker::parse_frame(peer->bytes)) {
            peer->bytes.erase(0, parse.consumed);
            const auto task = nlohmann::json::parse(parse.frame.body).at("taskInstanceId").get<std::int64_t>();
            ++kills_;
            if (manner_ == Manner::talks_nonsense) peer->answer += "HTTP/1.1 400 Bad Request\r\n\r\n";
            if (manner_ != Manner::kills && manner_ != Manner::fails) continue;
            const auto body = nlohmann::json{{"taskInstanceId", task},
                                             {"status", manner_ == Manner::kills ? "SUCCESS" : "FAILURE"},
                                             {"appIds", nlohmann::json::array()}}
                                  .dump();
            auto frame = worker::encode_kill_request({19, 20}, 99, {task});
            const auto request_body = nlohmann::json{{"taskInstanceId", task}}.dump();
            frame.erase(frame.size() - request_body.size() - 4);
            for (int shift = 24; shift >= 0; shift -= 8)
                frame.push_back(static_cast<char>((body.size() >> shift) & 0xFFU));
            peer->answer += frame + body;
        }
        if (peer->answer.empty()) return read(peer);
        boost::asio::async_write(peer->socket, boost::asio::buffer(peer->answer),
                                 [this, peer](const boost::system::error_code& error, std::size_t) {
                                     peer->answer.clear();
                                     if (!error) read(peer);
                                 });
    }

    Manner manner_;
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<int> kills_{0};
    std::thread thread_;
};

}  // namespace dsr::test
