// SPDX-License-Identifier: Apache-2.0
// What whole sweeps do when database.time_zone is not, or not any more, the zone that masters write in.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

namespace dsr::zone_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

/// A row that a master took up at `time`, written in the wall clock of `jvm`.
void take_up(SweepBench& bench, std::int64_t id, const std::string& host, Instant time, const Zone& jvm) {
    auto& added = bench.tables->add(row(id, host, state::running_execution, time));
    added.start_time = jvm.wall(time);
    added.row.ownership = ownership_time({added.start_time, {}, {}}, ColumnPrecision::microseconds, bench.tables->zone,
                                         bench.tables->facts.generation);
}

void tell(SweepBench& bench, ControlAction action) {
    ControlNote note;
    note.at = bench.now;
    note.action = action;
    bench.journal->note(note);
}

}  // namespace

TEST_CASE("a zone that fits in winter proves nothing of a master that starts in summer") {
    SweepBench bench;
    bench.tables->zone = Zone("Europe/London");
    const Zone jvm("UTC");
    bench.cluster->add_master({alive}, bench.now - 1h, 1);
    take_up(bench, 1, alive, bench.now, jvm);
    bench.sweep();
    REQUIRE(bench.tables->journal.persisted->zone.proofs.size() == 1);
    bench.tables->instances.at(1).row.state = 7;

    bench.now = *jvm.instant("2027-07-01 12:00:00");
    bench.restart();
    bench.cluster->masters.clear();
    bench.cluster->add_master({alive}, bench.now, 2);
    bench.now += 10min;
    take_up(bench, 2, alive, bench.now, jvm);  // reads an hour early, before the startup
    bench.now += 1min;
    for (int i = 0; i < 3; ++i) {
        const auto report = bench.sweep();
        CHECK(report.count(Verdict::ambiguous) == 1);
        CHECK(report.count(Outcome::recovered) == 0);
        bench.now += 1min;
    }
    CHECK(bench.commands_for(2) == 0);
}

TEST_CASE("a new row that contradicts the zone holds that very sweep, until three that fit or a person") {
    SweepBench bench;
    const Zone utc("UTC");
    const Zone shanghai("Asia/Shanghai");
    bench.tables->zone = shanghai;
    bench.cluster->add_master({alive}, bench.now - 1h, 1);
    bench.cluster->add_master({dead}, bench.now - 1h, 3);
    take_up(bench, 1, alive, bench.now, shanghai);
    CHECK(bench.sweep().holds.empty());
    CHECK(bench.tables->journal.persisted->zone.proofs.size() == 1);
    bench.cluster->remove_master({dead});

    // Upgraded under the running daemon: from now on the JVM runs on UTC.
    bench.now += 1min;
    take_up(bench, 2, alive, bench.now, utc);
    bench.add(row(3, dead));
    const auto report = bench.sweep();
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::clock);
    CHECK(report.count(Verdict::orphan) + report.count(Verdict::waiting) == 1);
    CHECK(bench.commands_for(3) == 0);
    CHECK(bench.tables->journal.persisted->zone.proofs.empty());
    bench.tables->instances.at(2).row.state = 7;

    SECTION("it stands with nothing new, and after a restart") {
        bench.now += 1min;
        CHECK(bench.sweep().holds.size() == 1);
        bench.restart();
        bench.now += 1min;
        CHECK(bench.sweep().holds.size() == 1);
    }
    SECTION("three that fit") {
        for (int i = 0; i < 3; ++i) {
            bench.now += 1min;
            take_up(bench, 10 + i, alive, bench.now, shanghai);
            CHECK(bench.sweep().holds.empty() == (i == 2));
        }
        CHECK(bench.commands_for(3) == 1);
        CHECK(bench.tables->journal.persisted->zone.proofs.size() == 1);
    }
    SECTION("a person") {
        bench.now += 1min;
        tell(bench, ControlAction::release_clock);
        CHECK(bench.sweep().holds.empty());
        CHECK(bench.commands_for(3) == 1);
        CHECK(bench.tables->journal.persisted->zone.proofs.empty());
        bench.now += 1min;
        take_up(bench, 20, alive, bench.now, utc);
        CHECK(bench.sweep().holds.size() == 1);
    }
}

TEST_CASE(
    "rows that were there before the daemon started contradict nothing, and a view that is not fresh loses none") {
    SweepBench bench;
    bench.cluster->add_master({alive}, bench.now - 1h, 1);
    take_up(bench, 1, alive, bench.now - 9h, Zone("UTC"));
    CHECK(bench.sweep().holds.empty());

    bench.now += 1min;
    take_up(bench, 2, alive, bench.now - 3h, Zone("UTC"));
    bench.registry->out_of_reach = "cut off";
    bench.sweep();
    bench.registry->out_of_reach.clear();
    bench.now += 1min;
    CHECK(bench.sweep().holds.size() == 1);
}

}  // namespace dsr::zone_test
