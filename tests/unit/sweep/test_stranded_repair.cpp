// SPDX-License-Identifier: Apache-2.0
// Rows that are claimed and have no command: repaired once, in the state that they had, or reported.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

Policy soon() {
    auto policy = at_once();
    policy.grace = 30s;
    return policy;
}

SweepBench with_claimed(SchemaFacts schema, int state_of_row) {
    SweepBench bench(soon(), schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    const bool process = schema.generation == Generation::process;
    bench.add(row(1, process ? claimed_host_text : dead, process ? state_of_row : state::failover));
    bench.sweep();
    bench.now += 20s;
    CHECK(bench.sweep().actions_total == 0);
    bench.now += 20s;
    return bench;
}

}  // namespace

TEST_CASE("G1: a claimed row without a command is given one, in the state it is in") {
    auto bench = with_claimed(schema_3_1(), state::ready_stop);
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.tables->instances.at(1).row.state == state::ready_stop);
    REQUIRE(bench.tables->journal.entries.size() == 1);
    CHECK(bench.tables->journal.entries[0].kind == EntryKind::repair);
    CHECK(bench.tables->journal.entries[0].verdict == Verdict::stranded);
}

TEST_CASE("G2: the state before 18 comes from the error command") {
    auto bench = with_claimed(schema_3_4(), 0);
    SECTION("which tells it") {
        bench.tables->error_commands.push_back(
            {70, 1, 2, R"({"commandType":"RECOVER_TOLERANCE_FAULT","workflowExecutionStatus":"READY_PAUSE"})", "boom"});
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        REQUIRE(bench.tables->commands.size() == 1);
        CHECK_THAT(bench.tables->commands[0].columns.at("command_param"), Catch::Contains("READY_PAUSE"));
    }
    SECTION("which does not exist: reported, never guessed") {
        const auto report = bench.sweep();
        CHECK(report.actions_total == 0);
        REQUIRE(report.notices.size() == 1);
        CHECK_THAT(report.notices[0].judgement.reason, Catch::Contains("neither"));
        CHECK(bench.tables->commands.empty());
        CHECK(bench.tables->journal.entries.empty());
    }
}

TEST_CASE("G2: the state before 18 comes from the journal") {
    SweepBench bench(soon(), schema_3_4());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead, state::ready_pause));
    bench.sweep();
    bench.now += 40s;
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->commands.clear();  // somebody deleted it
    bench.sweep();
    bench.now += 40s;
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    CHECK_THAT(bench.tables->commands.at(0).columns.at("command_param"), Catch::Contains("READY_PAUSE"));
    CHECK(bench.tables->journal.entries.at(1).kind == EntryKind::repair);
}

TEST_CASE("a repair is not repaired") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->commands.clear();
    for (int i = 0; i < 5; ++i) {
        bench.now += 50s;
        CHECK(bench.sweep().actions_total == 0);
    }
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("another replica that holds the mutex keeps us from repairing") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    fakes::FakeRegistry other(bench.cluster, "replica 2");
    auto attempt = other.acquire_own("stranded", 1s, {});
    REQUIRE(attempt.lock);
    CHECK(bench.sweep().actions_total == 0);
    attempt.lock.reset();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a definition that is gone makes a stranded row unrecoverable") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    bench.tables->all_definitions_exist = false;
    bench.tables->definitions.clear();
    CHECK(bench.sweep().count(Verdict::unrecoverable) == 1);
    CHECK(bench.tables->commands.empty());
}
