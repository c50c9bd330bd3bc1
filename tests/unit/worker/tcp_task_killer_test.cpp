// SPDX-License-Identifier: Apache-2.0
#include "worker/tcp_task_killer.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "support/worker_stand_in.hpp"

namespace dsr::tcp_task_killer_test {

using namespace dsr::worker;
using namespace std::chrono_literals;
using test::WorkerStandIn;

namespace {

/// The daemon's main thread in small.
struct MainLoop {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread{[this] { io.run(); }};
    ~MainLoop() {
        io.stop();
        thread.join();
    }
};

std::string closed_port() {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
}

std::vector<KillAnswer> kill(std::vector<KillRequest> requests, model::Milliseconds wait, std::stop_token stop = {}) {
    MainLoop loop;
    TcpTaskKiller killer(loop.io);
    return killer.kill({18, 19}, requests, wait, stop);
}

}  // namespace

TEST_CASE("kills of several workers go side by side and are answered in order") {
    WorkerStandIn kills(WorkerStandIn::Manner::kills);
    WorkerStandIn fails(WorkerStandIn::Manner::fails);
    const auto answers = kill(
        {{{kills.address()}, {1}}, {{fails.address()}, {2}}, {{kills.address()}, {3}}, {{closed_port()}, {4}}}, 5s);
    CHECK(answers ==
          std::vector{KillAnswer::killed, KillAnswer::not_killed, KillAnswer::killed, KillAnswer::unreachable});
    CHECK(kills.kills() == 2);
}

TEST_CASE("a worker that took the message and says nothing does not know the task") {
    WorkerStandIn silent(WorkerStandIn::Manner::keeps_silent);
    CHECK(kill({{{silent.address()}, {1}}}, 200ms) == std::vector{KillAnswer::silent});
    CHECK(silent.kills() == 1);
}

TEST_CASE("who hangs up, speaks another language, or has no such address is out of reach") {
    WorkerStandIn hangs_up(WorkerStandIn::Manner::hangs_up);
    WorkerStandIn nonsense(WorkerStandIn::Manner::talks_nonsense);
    CHECK(kill({{{hangs_up.address()}, {1}},
                {{nonsense.address()}, {2}},
                {{"no-port"}, {3}},
                {{"nowhere.invalid:1"}, {4}}},
               5s) == std::vector(4, KillAnswer::unreachable));
}

TEST_CASE("a request to stop ends the wait") {
    WorkerStandIn silent(WorkerStandIn::Manner::keeps_silent);
    std::stop_source stop;
    std::jthread stopper([&] {
        while (silent.kills() == 0) std::this_thread::yield();
        stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(kill({{{silent.address()}, {1}}}, 60s, stop.get_token()) == std::vector{KillAnswer::unreachable});
    CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("nothing to kill asks nobody") {
    CHECK(kill({}, 1s).empty());
}

}  // namespace dsr::tcp_task_killer_test
