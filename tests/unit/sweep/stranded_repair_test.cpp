// SPDX-License-Identifier: Apache-2.0
// Rows that are claimed and have no command: repaired once, in the state that they had, or reported.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::stranded_repair_test {

using dsr::fakes::StoreMoment;
using dsr::fakes::StoreOperation;
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

SweepBench with_claimed(SchemaFacts schema, int state_of_row, Policy policy = soon(), int rows = 1) {
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    const bool process = schema.generation == Generation::process;
    for (int id = 1; id <= rows; ++id)
        bench.add(row(id, process ? claimed_host_text : dead, process ? state_of_row : state::failover));
    bench.sweep();
    bench.now += 20s;
    CHECK(bench.sweep().actions_total == 0);
    bench.now += 20s;
    return bench;
}

/// From now on: before, nothing is committed; after, it is, and the answer is lost.
void on_commit(SweepBench& bench, StoreMoment when, ErrorKind error_kind) {
    bench.store->hook = [when, error_kind](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::commit && moment == when) throw Failure(error_kind, "cut off");
    };
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
            {70, 1, 2, R"({"commandType":"RECOVER_TOLERANCE_FAULT","workflowExecutionStatus":"READY_PAUSE"})", "boom",
             bench.now});
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        REQUIRE(bench.tables->commands.size() == 1);
        CHECK_THAT(bench.tables->commands[0].columns.at("command_param"), Catch::Contains("READY_PAUSE"));
    }
    SECTION("which is of an earlier claim, no recovery, or without a time: reported, never guessed") {
        const auto param = R"({"commandType":"RECOVER_TOLERANCE_FAULT","workflowExecutionStatus":"READY_PAUSE"})";
        SECTION("before the ownership began") {
            bench.tables->error_commands.push_back({70, 1, 2, param, "boom", noon - 3h});
        }
        SECTION("a person's start") {
            bench.tables->error_commands.push_back({70, 1, 0, param, "boom", bench.now});
        }
        SECTION("a time that cannot be read") {
            bench.tables->error_commands.push_back({70, 1, 2, param, "boom"});
        }
        const auto report = bench.sweep();
        CHECK(report.actions_total == 0);
        REQUIRE(report.notices.size() == 1);
        CHECK_THAT(report.notices[0].judgement.reason, Catch::Contains("neither"));
        CHECK(bench.tables->commands.empty());
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

TEST_CASE("a repair whose commit failed is tried again by the next sweep") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    on_commit(bench, StoreMoment::before, ErrorKind::retry);
    const auto failed = bench.sweep();
    CHECK(failed.count(Outcome::failed) == 1);
    CHECK_THAT(failed.actions.at(0).reason, Catch::Contains("cut off"));
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.tables->journal.entries.empty());
    bench.store->hook = nullptr;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
}

TEST_CASE("a repair whose answer to commit was lost is looked up in the journal, never repeated on a guess") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    SECTION("written: it counts as recovered, and has one command") {
        on_commit(bench, StoreMoment::after, ErrorKind::unknown_outcome);
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
    }
    SECTION("not written: unknown, until the next sweep sees that there is nothing") {
        on_commit(bench, StoreMoment::before, ErrorKind::unknown_outcome);
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::unknown) == 1);
        CHECK_THAT(report.actions.at(0).reason, Catch::Contains("cut off"));
        bench.store->hook = nullptr;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
    }
    bench.store->hook = nullptr;
    bench.now += 20s;
    bench.sweep();
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.tables->journal.entries.size() == 1);
}

TEST_CASE("one stranded row that cannot be written does not keep the others from being repaired") {
    auto bench = with_claimed(schema_3_1(), state::running_execution, soon(), 9);
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::repair || moment != StoreMoment::before) return;
        if (bench.tables->locked.contains(4)) throw Failure(ErrorKind::conflict, "row 4 breaks a rule");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 8);
    CHECK(report.count(Outcome::failed) == 1);
    CHECK(report.actions_total == 9);
    CHECK(bench.commands_for(4) == 0);
    CHECK(bench.tables->journal.entries.size() == 8);
}

TEST_CASE("a fault of every repair is not tried row by row for long") {
    auto bench = with_claimed(schema_3_1(), state::running_execution, soon(), 100);
    int tried = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::repair || moment != StoreMoment::before) return;
        ++tried;
        throw Failure(ErrorKind::conflict, "no row can be written");
    };
    CHECK(bench.sweep().count(Outcome::failed) == 100);
    CHECK(tried > 1);
    CHECK(tried < 30);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a stranded row that got its command while we came to it is left alone, and it is said why") {
    auto bench = with_claimed(schema_3_1(), state::running_execution);
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::lock_claimed && moment == StoreMoment::after) bench.tables->add_command(1);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK_THAT(report.actions.at(0).reason, Catch::StartsWith("now pending: "));
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.tables->journal.entries.empty());
}

TEST_CASE("repairs end between two batches when what allowed them is gone") {
    auto policy = soon();
    policy.batch = 1;
    auto bench = with_claimed(schema_3_1(), state::running_execution, policy, 3);
    std::stop_source stop;
    std::uint64_t holds = 0;
    bool once = true;
    const auto after_first_batch = [&](auto lost) {
        bench.store->hook = [&bench, &once, lost](StoreOperation operation, StoreMoment moment) {
            if (operation != StoreOperation::commit || moment != StoreMoment::after || !once) return;
            once = false;
            lost();
        };
    };
    SECTION("the last master died") {
        after_first_batch([&] { bench.cluster->remove_master({alive}); });
    }
    SECTION("another replica leads") {
        after_first_batch([&] {
            bench.cluster->leaders.clear();
            bench.cluster->enter_line("replica 2");
        });
    }
    SECTION("the mutex is lost with the session") {
        after_first_batch([&] { bench.registry->lose_session(); });
    }
    SECTION("this process was suspended") {
        after_first_batch([&] { bench.now += 1h; });
        holds = 1;
    }
    SECTION("the daemon is asked to stop") {
        after_first_batch([&] { stop.request_stop(); });
    }
    const auto report = bench.sweep(false, stop.get_token());
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.holds.size() == holds);
    CHECK(bench.tables->commands.size() == 1);
    CHECK(bench.tables->journal.entries.size() == 1);
}

}  // namespace dsr::stranded_repair_test
