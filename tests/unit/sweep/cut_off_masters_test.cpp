// SPDX-License-Identifier: Apache-2.0
// Registries whose masters do not stop when they are cut off: an address that is missing but accepts connections is
// left alone.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/judging.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::cut_off_masters_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string third = "10.0.0.9:5678";

/// `dead` was seen registered, and is missing since; it owns a row.
SweepBench lost(bool masters_stop, SchemaFacts schema = schema_3_1(), Policy policy = at_once()) {
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.registry->masters_stop = masters_stop;
    bench.add(row(1, dead));
    bench.sweep();
    bench.now += 30s;
    bench.cluster->remove_master({dead});
    return bench;
}

}  // namespace

TEST_CASE("rows of an absent master that accepts connections are those of a zombie, and nothing is written") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto bench = lost(false, schema);
    bench.cluster->marker_directory = true;
    bench.accepting = {dead};
    for (int i = 0; i < 3; ++i) {
        const auto report = bench.sweep();
        CHECK(report.count(Verdict::zombie) == 1);
        CHECK(report.actions_total == 0);
        REQUIRE_FALSE(report.notices.empty());
        CHECK_THAT(report.notices[0].judgement.reason,
                   Catch::Contains("accepts connections") && Catch::Contains("ds-reconcilerd release 1"));
        bench.now += 1min;
    }
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.cluster->fences.empty());

    bench.accepting.clear();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
}

namespace {

DatabaseSession session_from(const std::string& client, std::chrono::microseconds idle) {
    return {4711, client, "PostgreSQL JDBC Driver", idle};
}

/// `dead` is missing, and its grace is over at the next sweep.
SweepBench missing(bool masters_stop, SchemaFacts schema = schema_3_1()) {
    auto policy = at_once();
    policy.grace = 30s;
    auto bench = lost(masters_stop, schema, policy);
    bench.sweep();
    bench.now += 30s;
    return bench;
}

std::function<DatabaseSessions()> shows(DatabaseSession session) {
    return [session] { return DatabaseSessions{"10.0.0.77", {session}}; };
}

}  // namespace

TEST_CASE("rows of an absent master with an active database session are those of a zombie, and nothing is written") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto bench = missing(false, schema);
    bench.cluster->marker_directory = true;
    bench.store->sessions = shows(session_from("10.0.0.7", 1s));
    for (int i = 0; i < 3; ++i) {
        const auto report = bench.sweep();
        CHECK(report.count(Verdict::zombie) == 1);
        CHECK(report.cut_off == SweepReport::CutOff{.accepting = 0, .with_session = 1});
        CHECK(report.actions_total == 0);
        REQUIRE_FALSE(report.notices.empty());
        CHECK_THAT(report.notices[0].judgement.reason,
                   Catch::Contains("active session from its address (10.0.0.7, session 4711, application "
                                   "'PostgreSQL JDBC Driver', last active 1 s ago)") &&
                       Catch::Contains("ds-reconcilerd release 1"));
        bench.now += 1min;
    }
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.cluster->fences.empty());

    SECTION("until the session ends") {
        bench.store->sessions = nullptr;
    }
    SECTION("until it was inactive for a minute") {
        bench.store->sessions = shows(session_from("10.0.0.7", 1min));
    }
    SECTION("until an operator releases the row") {
        bench.journal->note(
            {0, bench.now, ControlAction::release, WorkflowInstanceId{1}, std::nullopt, "ops", "an API"});
    }
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
}

TEST_CASE("a session that becomes active between judgement and writing is respected") {
    auto bench = missing(false);
    bench.registry->hook = [&](fakes::Operation operation, fakes::Moment) {
        if (operation == fakes::Operation::acquire) bench.store->sessions = shows(session_from("10.0.0.7", 0s));
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE(
    "sessions are not looked for where masters stop themselves, or reach the registry whenever they do the database") {
    const bool in_database = GENERATE(false, true);
    auto bench = missing(!in_database);
    bench.cluster->in_database = in_database;
    if (in_database) bench.store->registry = bench.cluster;
    int asked = 0;
    bench.store->sessions = [&] { return ++asked, DatabaseSessions{"", {session_from("10.0.0.7", 0s)}}; };
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(asked == 0);
}

TEST_CASE("a database that fails when asked for sessions loses no loss") {
    auto bench = lost(false);
    bench.store->sessions = []() -> DatabaseSessions { throw Failure(ErrorKind::retry, "the database is down"); };
    CHECK(bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(bench.commands_for(1) == 0);
    bench.store->sessions = nullptr;
    const auto report = bench.sweep();
    CHECK(report.lost_masters == std::vector{MasterAddress{dead}});
    CHECK(report.count(Outcome::recovered) == 1);
}

TEST_CASE("an address that refuses is handed over, asked when judged and before writing") {
    auto bench = lost(false);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.probed == std::vector{dead, dead});
}

TEST_CASE("an address that begins to accept between judgement and writing is left alone") {
    auto bench = lost(false);
    bench.registry->hook = [&](fakes::Operation operation, fakes::Moment) {
        if (operation == fakes::Operation::acquire) bench.accepting = {dead};
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE("nobody connects where masters stop themselves") {
    auto bench = lost(true);
    bench.accepting = {dead};
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.probed.empty());
}

TEST_CASE("a master that may have been cut off before the first look is connected to as well") {
    auto policy = at_once();
    policy.grace = GENERATE(0s, 30s);
    SweepBench bench(policy, schema_3_1());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.registry->masters_stop = false;
    bench.add(row(1, third));
    const auto sweeps = [&] {
        for (int i = 0; i < 3; ++i) {
            bench.sweep();
            bench.now += 20s;
        }
    };
    SECTION("while it accepts, nothing is written") {
        bench.accepting = {third};
        sweeps();
        CHECK_FALSE(bench.probed.empty());
        CHECK(bench.commands_for(1) == 0);
        bench.accepting.clear();
        sweeps();
        CHECK(bench.commands_for(1) == 1);
    }
    SECTION("one that refuses is recovered") {
        sweeps();
        CHECK_FALSE(bench.probed.empty());
        CHECK(bench.commands_for(1) == 1);
    }
}

}  // namespace dsr::cut_off_masters_test
