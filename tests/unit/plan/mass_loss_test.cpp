// SPDX-License-Identifier: Apache-2.0
#include "plan/mass_loss.hpp"

#include <catch2/catch.hpp>

#include "plan/guards.hpp"
#include "support/builders.hpp"

namespace dsr::mass_loss_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const Policy policy;  // grace 150 s, window 10 m

/// `stayed` masters that have been there for a day.
Snapshot cluster(int stayed) {
    std::vector<LiveMaster> masters;
    for (int i = 0; i < stayed; ++i) masters.push_back(live("stayed-" + std::to_string(100 + i) + ":1", noon - 24h));
    auto snapshot = snapshot_of(std::move(masters), policy);
    for (auto& [address, presence] : snapshot.membership.present) presence.since = noon - 24h;
    return snapshot;
}

void lose(Snapshot& snapshot, const std::string& host, Instant at) {
    snapshot.membership.absent[{host}] = missing(at);
}

void add(Snapshot& snapshot, const std::string& host, Instant registered) {
    auto& masters = snapshot.registry.masters;
    const auto master = live(host, registered);
    masters.insert(std::lower_bound(masters.begin(), masters.end(), master,
                                    [](const auto& x, const auto& y) { return x.address < y.address; }),
                   master);
    snapshot.membership.present[{host}] = {.since = registered,
                                           .last_counted = noon,
                                           .views = 5,
                                           .startup_time = registered,
                                           .process_id = 1,
                                           .session_id = 1};
}

}  // namespace

TEST_CASE("how many must go at once") {
    struct Case {
        int lost;
        int stayed;
        bool holds;
    };
    const auto loss = GENERATE(values<Case>({
        {2, 0, false},  // two of two: a small cluster that stops
        {2, 1, false},
        {3, 0, true},
        {3, 2, true},   // 60 %
        {3, 3, false},  // 50 %
        {6, 5, false},  // 54.5 %
        {11, 9, true},  // 55 %
        {11, 10, false},
    }));
    CAPTURE(loss.lost, loss.stayed);
    auto snapshot = cluster(loss.stayed);
    for (int i = 0; i < loss.lost; ++i) lose(snapshot, "lost-" + std::to_string(i) + ":1", noon - 1min);
    const auto held = plan::mass_loss(snapshot, noon);
    CHECK(held.has_value() == loss.holds);
    if (held) {
        CHECK(held->guard == Guard::mass_loss);
        CHECK_THAT(held->reason, Catch::Contains("release mass-loss"));
    }
}

TEST_CASE("all losses of a burst are counted, not only as many as hold") {
    auto snapshot = cluster(11);
    for (int i = 0; i < 19; ++i) lose(snapshot, "lost-" + std::to_string(i) + ":1", noon - 1min + i * 1s);
    lose(snapshot, "before:1", noon - 1h);
    const auto held = plan::mass_loss(snapshot, noon);
    REQUIRE(held);
    CHECK_THAT(held->reason,
               Catch::StartsWith("19 of 30 masters were lost within 10 m 00 s, the last at " + rfc3339(noon - 42s)));
}

TEST_CASE("only losses within the window count together, and only those that were witnessed") {
    auto snapshot = cluster(0);
    lose(snapshot, "a:1", noon - 11min);
    lose(snapshot, "b:1", noon - 6min);
    lose(snapshot, "c:1", noon - 1min);
    CHECK(plan::mass_loss(snapshot, noon));
    SECTION("one of them just outside") {
        lose(snapshot, "a:1", noon - 11min - 1us);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("in the order of their times, not of their names") {
        lose(snapshot, "a:1", noon - 1min);
        lose(snapshot, "b:1", noon - 30min);
        lose(snapshot, "c:1", noon - 29min);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("after one that went long before") {
        lose(snapshot, "d:1", noon - 9h);
        CHECK(plan::mass_loss(snapshot, noon));
    }
    SECTION("who registered in the moment of the last loss was there") {
        for (int i = 0; i < 2; ++i) add(snapshot, "stayed-" + std::to_string(i) + ":1", noon - 24h);
        CHECK(plan::mass_loss(snapshot, noon));
        add(snapshot, "then:1", noon - 1min);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("one is only named by rows") {
        snapshot.membership.absent[{"b:1"}].witnessed = false;
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("one came back") {
        snapshot.membership.absent.erase({"c:1"});
        add(snapshot, "c:1", noon - 10s);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("the absences started again: the losses are as old as they were") {
        for (auto& [address, absence] : snapshot.membership.absent) absence.since = noon;
        const auto held = plan::mass_loss(snapshot, noon);
        REQUIRE(held);
        CHECK_THAT(held->reason, Catch::Contains("the last at " + rfc3339(noon - 1min)));
    }
    SECTION("our session changed since: those that stayed are still those that stayed") {
        for (int i = 0; i < 7; ++i) add(snapshot, "stayed-" + std::to_string(i) + ":1", noon - 24h);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
        for (auto& [address, presence] : snapshot.membership.present) presence.since = noon;
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("a view that is not fresh says nothing") {
        snapshot.registry.fresh = false;
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
}

TEST_CASE("it lifts once a newer master is there and twice the grace is over") {
    auto snapshot = cluster(0);
    const auto last = noon - 300s;  // twice the grace
    for (const auto* host : {"a:1", "b:1", "c:1"}) lose(snapshot, host, last);
    CHECK(plan::mass_loss(snapshot, noon + 24h));
    SECTION("the first one back after a total loss") {
        add(snapshot, "d:1", last + 1s);
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
        CHECK(plan::mass_loss(snapshot, noon - 1us));
    }
    SECTION("where the registry tells no times, one that may have been there before is no sign") {
        add(snapshot, "d:1", last + 1s);
        auto& master = snapshot.registry.masters[0];
        master.registered_after = Instant{};
        CHECK(plan::mass_loss(snapshot, noon + 24h));
        master.registered_after = last;
        CHECK(plan::mass_loss(snapshot, noon + 24h));
        master.registered_after = last + 1us;
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
    }
    SECTION("a master that was there before is no sign") {
        add(snapshot, "d:1", last);
        CHECK(plan::mass_loss(snapshot, noon + 24h));
    }
    SECTION("a person") {
        snapshot.control.mass_loss_release = last - 1us;
        CHECK(plan::mass_loss(snapshot, noon));
        snapshot.control.mass_loss_release = last;
        CHECK_FALSE(plan::mass_loss(snapshot, noon));
        // What goes after the release is another matter.
        for (const auto* host : {"e:1", "f:1", "g:1"}) lose(snapshot, host, last + 1min);
        CHECK(plan::mass_loss(snapshot, noon));
    }
}

}  // namespace dsr::mass_loss_test
