// SPDX-License-Identifier: Apache-2.0
#include "worker/address_probe.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/zookeeper_process.hpp"

namespace dsr::address_probe_test {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

TEST_CASE("an address that accepts is told, and one that refuses or does not answer proves nothing") {
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

}  // namespace dsr::address_probe_test
