// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/builders.hpp"
#include "sweep/scheduler.hpp"

namespace dsr::wait_after_test {

using namespace dsr::model;
using namespace std::chrono_literals;
using sweep::Cadence;
using sweep::wait_after;
using test::noon;

TEST_CASE("a quiet sweep waits the interval, give or take the jitter") {
    const Cadence cadence;
    CHECK(wait_after({}, cadence, 0, 0.5, noon) == 60s);
    CHECK(wait_after({}, cadence, 0, 0.0, noon) == 54s);
    CHECK(wait_after({}, cadence, 0, 0.9999999, noon) == 66s);
}

TEST_CASE("failures back off to the interval") {
    SweepReport failed;
    failed.outcome = SweepReport::Outcome::failed;
    const Cadence cadence;
    CHECK(wait_after(failed, cadence, 1, 0.5, noon) == 5s);
    CHECK(wait_after(failed, cadence, 2, 0.5, noon) == 10s);
    CHECK(wait_after(failed, cadence, 5, 0.5, noon) == 60s);
    CHECK(wait_after(failed, cadence, 1000, 0.5, noon) == 60s);
}

TEST_CASE("the end of a grace brings the next sweep forward") {
    SweepReport waiting;
    waiting.next_action_at = noon + 20s;
    CHECK(wait_after(waiting, {}, 0, 0.5, noon) == 20s + 10ms);
    waiting.next_action_at = noon - 5s;
    CHECK(wait_after(waiting, {}, 0, 0.5, noon) == 100ms);
    waiting.next_action_at = noon + 2h;
    CHECK(wait_after(waiting, {}, 0, 0.5, noon) == 60s);
}

TEST_CASE("what shadow mode noted brings the next sweep forward too") {
    SweepReport noted;
    noted.look_again_at = noon + 35s;
    CHECK(wait_after(noted, {}, 0, 0.5, noon) == 35s + 10ms);
    noted.next_action_at = noon + 20s;
    CHECK(wait_after(noted, {}, 0, 0.5, noon) == 20s + 10ms);
    noted.next_action_at = noon + 50s;
    CHECK(wait_after(noted, {}, 0, 0.5, noon) == 35s + 10ms);
}

TEST_CASE("more than one plan holds goes on at once, as long as it gets somewhere") {
    SweepReport more;
    more.beyond_limit = 1;
    more.more_than_a_plan = true;
    CHECK(wait_after(more, {}, 0, 0.5, noon) == 60s);
    more.add({{1}, {"a:1"}, Verdict::orphan, Outcome::recovered, ""});
    CHECK(wait_after(more, {}, 0, 0.5, noon) == 0s);
    more.more_than_a_plan = false;  // left by failover.max_per_sweep: that is meant to throttle
    CHECK(wait_after(more, {}, 0, 0.5, noon) == 60s);
}

TEST_CASE("a hint waits for others, and longer after each sweep that could have caused it or recovered nothing") {
    const Cadence cadence;
    CHECK(sweep::wait_after_hint(cadence, 0) == 1s);
    CHECK(sweep::wait_after_hint(cadence, 1) == 2s);
    CHECK(sweep::wait_after_hint(cadence, 5) == 32s);
    CHECK(sweep::wait_after_hint(cadence, 6) == 60s);
    CHECK(sweep::wait_after_hint(cadence, 1'000'000) == 60s);
}

TEST_CASE("a sweep is no reason for its hint when it wrote no fence, and acted on nothing or recovered something") {
    SweepReport report;
    CHECK_FALSE(sweep::may_have_caused_hint(report));
    report.add({{1}, {"a:1"}, Verdict::orphan, Outcome::failed, "poison"});
    CHECK(sweep::may_have_caused_hint(report));
    report.add({{2}, {"a:1"}, Verdict::orphan, Outcome::recovered, ""});
    CHECK_FALSE(sweep::may_have_caused_hint(report));
    report.fences = 1;
    CHECK(sweep::may_have_caused_hint(report));
}

}  // namespace dsr::wait_after_test
