// SPDX-License-Identifier: Apache-2.0
// Releases of workflow instances: bound, refused, used, expired.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

namespace dsr::releases_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

void tell(SweepBench& bench, ControlAction action, std::optional<WorkflowInstanceId> instance = std::nullopt) {
    ControlNote note;
    note.at = bench.now;
    note.action = action;
    note.instance = instance;
    note.who = "kim";
    note.why = "looked at it";
    bench.journal->note(note);
}

const ControlNote& note(const SweepBench& bench, std::size_t position = 0) {
    REQUIRE(bench.tables->journal.notes.size() > position);
    return bench.tables->journal.notes[position];
}

/// Instance 1 is quarantined: three masters went under it.
SweepBench with_quarantined(Policy policy = at_once()) {
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    for (int loss = 0; loss < 3; ++loss) {
        REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
        bench.take_up("10.0.1." + std::to_string(loss) + ":5678");  // which is gone at once
        bench.now += 20s;
    }
    REQUIRE(bench.sweep().count(Verdict::quarantined) == 1);
    bench.now += 20s;
    return bench;
}

}  // namespace

TEST_CASE("a release that is given while no daemon runs is bound by the next sweep, or refused") {
    auto bench = with_quarantined();
    bench.add(row(2, alive));
    for (const int id : {1, 2, 99}) tell(bench, ControlAction::release, WorkflowInstanceId{id});
    CHECK(note(bench).terms->state == ReleaseState::unbound);
    bench.restart();
    bench.now += 20s;
    SECTION("a dry run settles nothing, and foresees it") {
        const auto report = bench.sweep(true);
        CHECK(report.ended_releases.empty());
        CHECK(report.count(Outcome::would_recover) == 1);
        CHECK(note(bench).terms->state == ReleaseState::unbound);
    }
    SECTION("and is used in the same sweep") {
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::recovered) == 1);
        CHECK(note(bench).terms->state == ReleaseState::used);
        CHECK(note(bench).terms->gate == "not_quarantined");
        REQUIRE(report.ended_releases.size() == 2);
        CHECK(report.ended_releases[0] == note(bench, 1));
        CHECK(note(bench, 1).terms->state == ReleaseState::refused);
        CHECK(note(bench, 1).action == ControlAction::ended_release);
        CHECK_THAT(note(bench, 1).terms->why, Catch::Contains("owned"));
        CHECK_THAT(note(bench, 2).terms->why, Catch::Contains("no workflow instance 99"));
        CHECK_THAT(bench.people.told.back().summary, Catch::Contains("99") && Catch::Contains("refused"));
        bench.now += 20s;
        CHECK(bench.sweep().ended_releases.empty());
    }
}

TEST_CASE("a release that was given before the row was taken up is refused") {
    auto bench = with_quarantined();
    tell(bench, ControlAction::release, WorkflowInstanceId{1});
    bench.now += 20s;
    bench.tables->instances.at(1).row.ownership = owned_since(bench.now);
    bench.now += 20s;
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::quarantined) == 1);
    REQUIRE(report.ended_releases.size() == 1);
    CHECK_THAT(report.ended_releases[0].terms->why, Catch::Contains("after the release was given"));
}

TEST_CASE("a release that no sweep used expires, and only time between sweeps that nothing held counts") {
    auto policy = at_once();
    policy.release_valid = 60s;
    auto bench = with_quarantined(policy);
    bench.tables->all_definitions_exist = false;  // which stops it as well, further on
    bench.tables->definitions.clear();
    tell(bench, ControlAction::release, WorkflowInstanceId{1});
    const auto next = [&] {
        bench.now += 20s;
        return bench.sweep();
    };
    CHECK(next().count(Verdict::unrecoverable) == 1);
    CHECK(note(bench).terms->state == ReleaseState::bound);
    CHECK(note(bench).terms->spent == 0s);
    next();
    CHECK(note(bench).terms->spent == 20s);
    tell(bench, ControlAction::pause);
    for (int held = 0; held < 4; ++held) CHECK(next().outcome == SweepReport::Outcome::held);
    tell(bench, ControlAction::resume);
    CHECK(next().outcome == SweepReport::Outcome::done);
    CHECK(note(bench).terms->spent == 20s);
    bench.restart();
    next();
    CHECK(note(bench).terms->spent == 20s);
    CHECK(next().ended_releases.empty());
    CHECK(note(bench).terms->spent == 40s);
    CHECK(note(bench).terms->state == ReleaseState::bound);
    REQUIRE(next().ended_releases.size() == 1);
    CHECK(note(bench).terms->state == ReleaseState::expired);
    CHECK(note(bench).action == ControlAction::ended_release);
    CHECK_THAT(note(bench).terms->why, Catch::Contains("failover.release_valid"));
    CHECK_THAT(bench.people.told.back().summary, Catch::Contains("expired"));
    CHECK(next().count(Verdict::quarantined) == 1);
}

TEST_CASE("a release is not for a later loss") {
    auto bench = with_quarantined();
    tell(bench, ControlAction::pause);
    tell(bench, ControlAction::release, WorkflowInstanceId{1});
    bench.now += 20s;
    bench.sweep();
    REQUIRE(note(bench, 1).terms->state == ReleaseState::bound);
    bench.now += 20s;
    bench.tables->instances.at(1).row.ownership = owned_since(bench.now);
    tell(bench, ControlAction::resume);
    bench.now += 20s;
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::quarantined) == 1);
    REQUIRE(report.ended_releases.size() == 1);
    CHECK(note(bench, 1).terms->state == ReleaseState::expired);
}

TEST_CASE("what is done by a release from an answer is done once, also after the release ended") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    const auto fail = [&] {
        const auto command = bench.tables->commands.at(0);
        bench.tables->commands.clear();
        bench.tables->error_commands.push_back({command.id, command.instance, 2, std::nullopt, "poison", bench.now});
        bench.now += 20s;
    };
    fail();
    REQUIRE(bench.sweep().count(Verdict::failed) == 1);
    tell(bench, ControlAction::release, WorkflowInstanceId{1});
    bench.now += 20s;
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.tables->journal.entries.back().releases == 1);
    CHECK(note(bench).terms->state == ReleaseState::used);
    CHECK(note(bench).action == ControlAction::release);  // it goes on counting
    fail();
    CHECK(bench.sweep().count(Verdict::failed) == 1);
    CHECK(bench.tables->commands.empty());
}

}  // namespace dsr::releases_test
