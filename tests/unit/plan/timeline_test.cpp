// SPDX-License-Identifier: Apache-2.0
#include "plan/timeline.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::timeline_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

AbsentMaster gone(const std::string& address, Instant since) {
    AbsentMaster master;
    master.address = {address};
    master.since = since;
    return master;
}

}  // namespace

TEST_CASE("masters that one view misses are one event, and those that return another") {
    Timeline timeline;
    plan::note_masters(timeline, {live("a:1", noon)}, {}, noon);
    CHECK(timeline.events.empty());
    const std::vector<AbsentMaster> two{gone("b:1", noon + 10s), gone("c:1", noon + 10s)};
    plan::note_masters(timeline, {live("a:1", noon)}, two, noon + 10s);
    plan::note_masters(timeline, {live("a:1", noon)}, two, noon + 20s);
    REQUIRE(timeline.events.size() == 1);
    CHECK(timeline.events[0].kind == TimelineKind::masters_lost);
    CHECK(timeline.events[0].at == noon + 10s);
    CHECK(timeline.events[0].count == 2);
    CHECK(timeline.events[0].masters == std::vector<MasterAddress>{{"b:1"}, {"c:1"}});
    // One returns, the other one is forgotten, because no row names it any more.
    plan::note_masters(timeline, {live("a:1", noon), live("b:1", noon + 25s)}, {}, noon + 30s);
    REQUIRE(timeline.events.size() == 2);
    CHECK(timeline.events[1].kind == TimelineKind::masters_back);
    CHECK(timeline.events[1].masters == std::vector<MasterAddress>{{"b:1"}});
    CHECK(timeline.absent.empty());
}

TEST_CASE("masters that were absent in the first view are not told as lost at a time that was seen") {
    Timeline timeline;
    auto unobserved = gone("c:1", noon - 1h);
    unobserved.witnessed = false;
    plan::note_masters(timeline, {live("a:1", noon)}, {gone("b:1", noon + 10s), unobserved}, noon + 10s);
    REQUIRE(timeline.events.size() == 2);
    CHECK(timeline.events[0].kind == TimelineKind::masters_lost);
    CHECK(timeline.events[0].masters == std::vector<MasterAddress>{{"c:1"}});
    CHECK(timeline.events[0].reason == Timeline::loss_not_observed);
    CHECK(timeline.events[0].at == noon + 10s);
    CHECK(timeline.events[1].masters == std::vector<MasterAddress>{{"b:1"}});
    CHECK(timeline.events[1].reason.empty());
}

TEST_CASE("a hold begins once and ends once, with the time of its begin") {
    Timeline timeline;
    const std::vector<Hold> holds{{Guard::mass_loss, "18 of 30 masters went"},
                                  {Guard::lock_stuck, "one host"},
                                  {Guard::lock_stuck, "another host"}};
    plan::note_holds(timeline, holds, noon);
    plan::note_holds(timeline, holds, noon + 10s);
    REQUIRE(timeline.events.size() == 2);
    CHECK(timeline.events[0].guard == Guard::mass_loss);
    CHECK(timeline.events[0].reason == "18 of 30 masters went");
    plan::note_holds(timeline, {{Guard::lock_stuck, "one host"}}, noon + 60s);
    REQUIRE(timeline.events.size() == 3);
    CHECK(timeline.events[2].kind == TimelineKind::hold_ended);
    CHECK(timeline.events[2].guard == Guard::mass_loss);
    CHECK(timeline.events[2].since == noon);
}

TEST_CASE("the begin of a pause is told by its command, its end by the timeline") {
    Timeline timeline;
    plan::note_holds(timeline, {{Guard::paused, "ada paused"}}, noon);
    CHECK(timeline.events.empty());
    plan::note_holds(timeline, {}, noon + 1h);
    REQUIRE(timeline.events.size() == 1);
    CHECK(timeline.events[0].kind == TimelineKind::hold_ended);
    CHECK(timeline.events[0].since == noon);
}

TEST_CASE("the timeline is bounded in time, number and length") {
    Timeline timeline;
    for (int i = 0; i < 1000; ++i)
        plan::note_holds(
            timeline, i % 2 == 0 ? std::vector<Hold>{{Guard::own_stall, std::string(5000, 'x')}} : std::vector<Hold>{},
            noon + i * 1s);
    CHECK(timeline.events.size() == Timeline::max_events);
    CHECK(timeline.events.back().at == noon + 999s);
    std::vector<AbsentMaster> many;
    for (int i = 0; i < 200; ++i) many.push_back(gone("m-" + std::to_string(i) + ":1", noon));
    plan::note_masters(timeline, {}, many, noon + 1000s);
    for (const auto& event : timeline.events) {
        CHECK(event.reason.size() <= Timeline::max_reason);
        CHECK(event.masters.size() <= Timeline::max_masters);
    }
    plan::trim(timeline, noon + 25h);
    CHECK(timeline.events.empty());
}

}  // namespace dsr::timeline_test
