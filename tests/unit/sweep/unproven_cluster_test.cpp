// SPDX-License-Identifier: Apache-2.0
// The registry of one cluster and the database of another: every workflow that runs looks lost.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

namespace dsr::unproven_cluster_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

const std::string alive = "10.0.0.8:5678";
const std::string elsewhere = "10.9.0.1:5678";

/// A daemon that never ran before, in a registry with one master, and rows that masters of another registry run.
SweepBench unproven(Policy policy = at_once()) {
    SweepBench bench(policy);
    bench.tables->journal.persisted.reset();
    bench.tables->journal.identity.clear();
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 20; ++id) bench.add(row(id, elsewhere));
    return bench;
}

void finished(SweepBench& bench, std::int64_t id, const std::string& host, Instant at) {
    auto& added = bench.tables->add(row(id, host, 7, at));
    added.start_time = bench.tables->zone.wall(at);
}

bool held(const SweepReport& report) {
    CAPTURE(report.failure);
    CHECK(report.failure.empty());
    return std::ranges::any_of(report.holds, [](const Hold& hold) { return hold.guard == Guard::unproven_cluster; });
}

std::string reason(const SweepReport& report) {
    REQUIRE(report.holds.size() == 1);
    return report.holds[0].reason;
}

ControlNote release(Instant at) {
    ControlNote note;
    note.at = at;
    note.action = ControlAction::release_cluster;
    note.who = "ops@host";
    note.why = "checked";
    return note;
}

}  // namespace

TEST_CASE("rows that run in another cluster are not handed over") {
    auto bench = unproven();
    CHECK(held(bench.sweep()));
    CHECK(bench.tables->commands.empty());
    REQUIRE(bench.people.told.size() == 2);  // the absent owner, and the guard
    CHECK_THAT(bench.people.told[1].key, Contains("unproven_cluster"));

    // The other cluster goes on. A workflow of ours, were there one, would not outweigh that.
    bench.now += 1min;
    bench.add_fresh_row(30, elsewhere);
    CHECK_THAT(reason(bench.sweep()), Contains("workflow instance 30") && Contains(elsewhere));
    bench.restart();
    bench.now += 1min;
    finished(bench, 31, alive, noon);
    CHECK_THAT(reason(bench.sweep()), Contains("workflow instance 30"));
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("one sweep is enough where a recent row names a registered master") {
    auto bench = unproven();
    finished(bench, 25, alive, noon - 1h);
    CHECK(bench.sweep(true).count(Outcome::would_recover) == 20);
    bench.restart();
    CHECK(bench.sweep().count(Outcome::recovered) == 20);
}

TEST_CASE("a database without unfinished workflows holds nothing") {
    SweepBench bench;
    bench.tables->journal.persisted.reset();
    bench.cluster->add_master({alive}, noon - 2h, 1);
    finished(bench, 1, elsewhere, noon - 1h);
    CHECK_FALSE(held(bench.sweep()));
}

TEST_CASE("a workflow that starts, or is taken up, between two sweeps ends the hold") {
    auto bench = unproven();
    bench.add(row(22, ""));
    CHECK(held(bench.sweep()));
    bench.now += 1min;
    SECTION("it starts") {
        bench.add_fresh_row(30, alive);
        CHECK(bench.sweep().count(Outcome::recovered) == 20);
    }
    SECTION("it is taken up: the sweep after that acts") {
        auto& taken = bench.tables->instances.at(22).row;
        taken.host = alive;
        taken.ownership = owned_since(bench.now - 10s);
        bench.sweep();
        CHECK(bench.sweep().count(Outcome::recovered) == 20);
    }
}

TEST_CASE("the proof outlives a restart and masters that come back at new addresses") {
    auto bench = unproven();
    finished(bench, 25, alive, noon - 1h);
    bench.sweep();
    CHECK_FALSE(bench.tables->journal.identity.empty());
    bench.tables->commands.clear();
    for (int id = 41; id <= 43; ++id) bench.add(row(id, alive));
    bench.tables->instances.erase(25);
    bench.cluster->remove_master({alive});
    bench.now += 1min;
    bench.cluster->add_master({"10.0.7.1:5678"}, bench.now, 2);
    bench.restart();
    const auto report = bench.sweep();
    CHECK_FALSE(held(report));
    for (int id = 41; id <= 43; ++id) CHECK(bench.commands_for(id) == 1);
}

TEST_CASE("a release is bound to the registry that the next sweep sees") {
    auto bench = unproven();
    CHECK(held(bench.sweep()));
    bench.journal->note(release(bench.now));
    CHECK(bench.sweep().count(Outcome::recovered) == 20);
    bench.tables->commands.clear();
    bench.restart();
    CHECK_FALSE(held(bench.sweep()));
    bench.cluster->identity = "another registry";
    CHECK(held(bench.sweep()));
    bench.restart();
    CHECK(held(bench.sweep()));
}

TEST_CASE("another database is another pair") {
    auto bench = unproven();
    finished(bench, 25, alive, noon - 1h);
    CHECK_FALSE(held(bench.sweep()));
    bench.tables->commands.clear();
    bench.tables->instances.erase(25);
    bench.tables->journal.identity = "another database";
    CHECK(held(bench.sweep()));
}

TEST_CASE("what a daemon learnt before it knew of the proof counts, if it was of this registry") {
    auto bench = unproven();
    bench.tables->journal.identity = "d1";
    auto entry = entry_for(row(99, "10.0.0.9:5678"), noon - 3h);
    entry.receipt = Receipt::recovered;
    entry.taken_by = "10.0.0.7:5678";
    bench.tables->journal.entries.push_back(entry);
    PersistedState learnt;
    learnt.membership.last_view = noon - 1min;
    MasterPresence presence;
    presence.since = presence.last_counted = noon - 2h;
    presence.session_id = bench.cluster->masters.at({alive}).session_id;
    learnt.membership.present[{alive}] = presence;
    learnt.membership.absent[{"10.0.0.7:5678"}] = missing(noon - 10min);
    SECTION("the session of a master is the one that was remembered") {
        bench.tables->journal.persisted = learnt;
        CHECK_FALSE(held(bench.sweep()));
    }
    SECTION("it is another: only the name is the same") {
        learnt.membership.present.at({alive}).session_id += 1;
        bench.tables->journal.persisted = learnt;
        CHECK(held(bench.sweep()));
    }
    SECTION("the member was never seen") {
        learnt.membership.absent.at({"10.0.0.7:5678"}).witnessed = false;
        bench.tables->journal.persisted = learnt;
        CHECK(held(bench.sweep()));
    }
}

TEST_CASE("masters that came and went while this daemon was stalled disprove nothing") {
    auto bench = unproven();
    finished(bench, 25, alive, noon - 1h);
    CHECK_FALSE(held(bench.sweep()));
    bench.now += 3h;
    bench.add_fresh_row(30, "10.0.0.6:5678");
    CHECK_FALSE(held(bench.sweep()));
    bench.now += 1min;
    bench.add_fresh_row(31, "10.0.0.6:5678");
    CHECK(held(bench.sweep()));
}

}  // namespace dsr::unproven_cluster_test
