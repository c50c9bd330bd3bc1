// SPDX-License-Identifier: Apache-2.0
#include "ops/health.hpp"

#include <catch2/catch.hpp>

namespace dsr::health_test {

using namespace dsr::ops;
using namespace std::chrono_literals;

TEST_CASE("stuck: no sweep ended in two periods, and nothing moved") {
    Pulse pulse{.interval = 60s, .since_started = 100s, .since_sweep_ended = {}, .since_moved = {}};
    CHECK(stuck(pulse).empty());
    pulse.since_started = 131s;
    CHECK_FALSE(stuck(pulse).empty());
    pulse.since_moved = 5s;
    CHECK(stuck(pulse).empty());
    pulse.since_moved = 131s;
    CHECK_FALSE(stuck(pulse).empty());
    pulse.since_sweep_ended = 10s;
    CHECK(stuck(pulse).empty());
}

TEST_CASE("ready: the last sweep saw the registry and the database") {
    std::optional<model::SweepReport> last;
    CHECK_FALSE(unready(last).empty());
    last.emplace();
    CHECK(unready(last).empty());
    last->holds.push_back({model::Guard::paused, ""});
    CHECK(unready(last).empty());
    last->holds.push_back({model::Guard::registry_not_fresh, "no session"});
    CHECK_THAT(unready(last), Catch::Contains("no session"));
    last->holds.clear();
    last->outcome = model::SweepReport::Outcome::failed;
    last->failure = "the database is unreachable";
    CHECK_THAT(unready(last), Catch::Contains("unreachable"));
}

}  // namespace dsr::health_test
