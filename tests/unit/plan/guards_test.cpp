// SPDX-License-Identifier: Apache-2.0
#include "plan/guards.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::guards_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

Snapshot quiet() {
    return snapshot_of({live("10.0.0.8:5678", noon - 2h)});
}

ControlNote pause_of(std::optional<Instant> until) {
    ControlNote note;
    note.at = noon - 1h;
    note.action = ControlAction::pause;
    note.until = until;
    note.who = "ops@host";
    note.why = "upgrade";
    return note;
}

}  // namespace

TEST_CASE("a pause holds until it is resumed or its time is over") {
    auto snapshot = quiet();
    CHECK_FALSE(plan::paused(snapshot, noon));
    snapshot.control.pause = pause_of(std::nullopt);
    const auto held = plan::paused(snapshot, noon);
    REQUIRE(held);
    CHECK(held->guard == Guard::paused);
    CHECK_THAT(held->reason, Contains("ops@host") && Contains("upgrade") && Contains("resume"));

    snapshot.control.pause = pause_of(noon + 1us);
    REQUIRE(plan::paused(snapshot, noon));
    CHECK_THAT(plan::paused(snapshot, noon)->reason, Contains("until 2026-11-23T12:00:00.000Z"));
    snapshot.control.pause = pause_of(noon);
    CHECK_FALSE(plan::paused(snapshot, noon));
}

TEST_CASE("a stall of our own holds one sweep") {
    auto snapshot = quiet();
    CHECK_FALSE(plan::own_stall(snapshot));
    SECTION("late") {
        snapshot.late_by = 90s;
        REQUIRE(plan::own_stall(snapshot));
        CHECK(plan::own_stall(snapshot)->guard == Guard::own_stall);
        CHECK_THAT(plan::own_stall(snapshot)->reason, Contains("1 m 30 s"));
        snapshot.registry.fresh = false;  // the registry is what keeps us, and says so itself
        CHECK_FALSE(plan::own_stall(snapshot));
    }
    SECTION("the clock went back") {
        snapshot.clock_went_back = true;
        REQUIRE(plan::own_stall(snapshot));
        CHECK_THAT(plan::own_stall(snapshot)->reason, Contains("set back"));
    }
}

TEST_CASE("a follower holds and names its leader") {
    auto snapshot = quiet();
    CHECK_FALSE(plan::not_leader(snapshot));
    snapshot.leads = false;
    REQUIRE(plan::not_leader(snapshot));
    CHECK(plan::not_leader(snapshot)->guard == Guard::not_leader);
    snapshot.leader = "host-b pid 12";
    CHECK_THAT(plan::not_leader(snapshot)->reason, Contains("host-b pid 12"));
}

TEST_CASE("without a journal nothing is written, unless a person does without") {
    auto snapshot = quiet();
    CHECK_FALSE(plan::no_journal(snapshot));
    snapshot.journal_ready = false;
    snapshot.why_no_journal = "the table ds_reconciler_journal is missing";
    REQUIRE(plan::no_journal(snapshot));
    CHECK(plan::no_journal(snapshot)->guard == Guard::no_journal);
    CHECK_THAT(plan::no_journal(snapshot)->reason, Contains("is missing") && Contains("init-db"));
    snapshot.policy.journal_required = false;
    CHECK_FALSE(plan::no_journal(snapshot));
}

TEST_CASE("a database that lost a commit holds, and the rows concerned are named") {
    auto snapshot = quiet();
    CHECK_FALSE(plan::database_went_back(snapshot));
    snapshot.went_back = WentBack{noon, 17, "sweep-1", {}};
    REQUIRE(plan::database_went_back(snapshot));
    CHECK(plan::database_went_back(snapshot)->guard == Guard::database_went_back);
    CHECK_THAT(plan::database_went_back(snapshot)->reason,
               Contains("entry 17 of sweep sweep-1") && Contains("`ds-reconcilerd release database"));
    for (int id = 1; id <= 25; ++id) snapshot.went_back->rows.push_back({id});
    CHECK_THAT(plan::database_went_back(snapshot)->reason, Contains("1, 2, 3") && Contains("20 and 5 more"));
    CHECK(plan::holds(snapshot, noon).size() == 1);
}

TEST_CASE("clocks that differ by more than guards.clock_skew hold") {
    struct Case {
        std::optional<std::chrono::microseconds> database_ahead;
        std::chrono::microseconds masters;
        bool holds;
    };
    const auto clocks = GENERATE(values<Case>({
        {std::nullopt, 0s, false},
        {60s, 0s, false},
        {60s + 1us, 0s, true},
        {-60s, 0s, false},
        {-60s - 1us, 0s, true},
        {-8h, 0s, true},
        {0s, 60s, false},
        {0s, 60s + 1us, true},
        {std::nullopt, 61s, true},
    }));
    auto snapshot = quiet();
    snapshot.database_ahead = clocks.database_ahead;
    auto& master = snapshot.registry.masters.at(0);
    master.reported_at = master.written_at + clocks.masters;
    const auto held = plan::clock(snapshot, noon);
    CHECK(held.has_value() == clocks.holds);
    if (held) CHECK(held->guard == Guard::clock);
    snapshot.policy.clock_skew = 24h;
    CHECK_FALSE(plan::clock(snapshot, noon));
}

TEST_CASE("every guard that holds is told, each once") {
    auto snapshot = quiet();
    CHECK(plan::holds(snapshot, noon).empty());
    snapshot.leads = false;
    snapshot.control.pause = pause_of(std::nullopt);
    snapshot.late_by = 90s;
    snapshot.database_ahead = 2h;
    snapshot.journal_ready = false;
    snapshot.policy.failover_enabled = false;
    snapshot.layout_contradicted = true;
    std::vector<Guard> names;
    for (const auto& hold : plan::holds(snapshot, noon)) {
        CHECK_FALSE(hold.reason.empty());
        names.push_back(hold.guard);
    }
    CHECK(names == std::vector{Guard::not_leader, Guard::paused, Guard::own_stall, Guard::clock, Guard::unknown_layout,
                               Guard::no_journal, Guard::disabled});
}

}  // namespace dsr::guards_test
