// SPDX-License-Identifier: Apache-2.0
#include "worker/address_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/zookeeper_process.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

TEST_CASE("who listens accepts; who refuses, or does not answer, proves nothing") {
    boost::asio::io_context io;
    const tcp::acceptor listening(io, {boost::asio::ip::address_v4::loopback(), 0});
    const model::MasterAddress there{"127.0.0.1:" + std::to_string(listening.local_endpoint().port())};
    const model::MasterAddress by_name{"localhost:" + std::to_string(listening.local_endpoint().port())};
    const std::vector<model::MasterAddress> asked{
        there,       by_name,          {"127.0.0.1:" + std::to_string(support::free_port())},
        {"no port"}, {"127.0.0.1:no"}, {"x..:1"}};
    const auto begin = std::chrono::steady_clock::now();
    CHECK(worker::accepting(asked, 2s) == std::set{there, by_name});
    CHECK(worker::accepting({}, 2s).empty());
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("a full queue of connections does not answer, and is not waited for longer than told") {
    boost::asio::io_context io;
    tcp::acceptor full(io, tcp::v4());
    full.bind({boost::asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    const model::MasterAddress address{"127.0.0.1:" + std::to_string(full.local_endpoint().port())};
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.emplace_back(io);
        waiting.back().open(tcp::v4());
        waiting.back().non_blocking(true);
        boost::system::error_code in_progress;
        waiting.back().connect(full.local_endpoint(), in_progress);
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(worker::accepting(std::vector{address}, 200ms).empty());
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}
