// SPDX-License-Identifier: Apache-2.0
// The TaskKiller port: one suite for the fake that sweeps are tested with and for the real one, over TCP.
#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "support/sweep_bench.hpp"
#include "support/worker_stand_in.hpp"
#include "worker/tcp_task_killer.hpp"

namespace dsr::task_killer_contract {

using namespace dsr::worker;
using namespace std::chrono_literals;
using test::WorkerStandIn;

namespace {

struct FakeWorld {
    test::FakeKiller killer;
    model::WorkerAddress kills{"kills:1"};
    model::WorkerAddress nobody{"nobody:1"};

    void prepare(model::TaskInstanceId at_nobody) { killer.answers[at_nobody] = KillAnswer::unreachable; }
    TaskKiller& port() { return killer; }
};

struct RealWorld {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::thread loop{[this] { io.run(); }};
    WorkerStandIn worker{WorkerStandIn::Manner::kills};
    TcpTaskKiller killer{io};
    model::WorkerAddress kills{worker.address()};
    model::WorkerAddress nobody{"127.0.0.1:1"};

    ~RealWorld() {
        io.stop();
        loop.join();
    }
    void prepare(model::TaskInstanceId) {}
    TaskKiller& port() { return killer; }
};

}  // namespace

TEMPLATE_TEST_CASE("each request has its answer, in order", "[worker]", FakeWorld, RealWorld) {
    TestType world;
    world.prepare({2});
    const std::vector<KillRequest> requests{{world.kills, {1}}, {world.nobody, {2}}, {world.kills, {3}}};
    CHECK(world.port().kill({18, 19}, requests, 5s, {}) ==
          std::vector{KillAnswer::killed, KillAnswer::unreachable, KillAnswer::killed});
}

TEMPLATE_TEST_CASE("no request has no answer", "[worker]", FakeWorld, RealWorld) {
    TestType world;
    CHECK(world.port().kill({18, 19}, {}, 5s, {}).empty());
}

}  // namespace dsr::task_killer_contract
