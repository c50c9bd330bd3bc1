// SPDX-License-Identifier: Apache-2.0
// What systemd is told, word by word, and when it is not told that all is well.
#include "ops/service_manager.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "ops/health.hpp"

namespace dsr::service_manager_test {

using namespace dsr::ops;
using namespace std::chrono_literals;

namespace {

struct Told {
    std::vector<std::string> said;
    ServiceManager manager;
    explicit Told(std::optional<std::chrono::microseconds> watchdog)
        : manager([this](const std::string& state) { said.push_back(state); }, watchdog) {}
    std::vector<std::string> take() { return std::exchange(said, {}); }
};

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("the start is over once, and until then the time limit is held off instead of the watchdog") {
    Told told(30s);
    CHECK(told.manager.beat_interval() == 15s);
    told.manager.beat();
    CHECK(told.take() == Messages{"EXTEND_TIMEOUT_USEC=60000000"});
    told.manager.started();
    told.manager.started();
    told.manager.beat();
    CHECK(told.take() == Messages{"READY=1", "WATCHDOG=1"});
}

TEST_CASE("without a watchdog only the start is held off") {
    Told told(std::nullopt);
    told.manager.beat();
    CHECK(told.take() == Messages{"EXTEND_TIMEOUT_USEC=60000000"});
    told.manager.started();
    told.take();
    told.manager.beat();
    CHECK(told.take().empty());
}

TEST_CASE("a status stays one assignment, whatever a server's error text has in it") {
    Told told(1s);
    told.manager.status("sweep failed: first\nREADY=1\nthird");
    CHECK(told.take() == Messages{"STATUS=sweep failed: first READY=1 third"});
}

TEST_CASE("a reload does not end the start, nor does it follow the end") {
    Told told(1s);
    told.manager.reloading();
    told.manager.reloaded();
    CHECK(told.take().empty());
    told.manager.started();
    told.take();
    told.manager.reloading();
    REQUIRE(told.said.size() == 1);
    CHECK_THAT(told.take().front(), Catch::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
    told.manager.stopping();
    told.manager.reloaded();
    told.manager.beat();
    CHECK(told.take() == Messages{"STOPPING=1", "WATCHDOG=1"});
}

TEST_CASE("alive while sweeps end or something moves") {
    Liveness::Clock::time_point now{1h};
    Liveness liveness([&] { return now; });
    liveness.sweep_interval(60s);
    now += 130s;
    CHECK(liveness.stuck().empty());
    now += 1s;
    CHECK_FALSE(liveness.stuck().empty());
    liveness.moved();
    CHECK(liveness.stuck().empty());
    now += 131s;
    CHECK_FALSE(liveness.stuck().empty());
    liveness.sweep_ended();
    CHECK(liveness.stuck().empty());
}

}  // namespace dsr::service_manager_test
