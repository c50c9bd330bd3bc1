// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::sweeper_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;
using fakes::StoreMoment;
using fakes::StoreOperation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

SweepBench with_orphans(int count, Policy policy = at_once(), SchemaFacts schema = schema_3_1()) {
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= count; ++id) bench.add(row(id, dead));
    return bench;
}

Guard only_hold(const SweepReport& report) {
    REQUIRE(report.holds.size() == 1);
    CHECK(report.outcome == SweepReport::Outcome::held);
    return report.holds[0].guard;
}

}  // namespace

TEST_CASE("orphans are handed over once, and the next sweep asks for nothing more") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto bench = with_orphans(3, at_once(), schema);
    bench.add(row(10, alive));
    const auto report = bench.sweep();
    CHECK(report.outcome == SweepReport::Outcome::done);
    CHECK(report.count(Outcome::recovered) == 3);
    for (int id = 1; id <= 3; ++id) CHECK(bench.commands_for(id) == 1);
    CHECK(bench.commands_for(10) == 0);

    const auto second = bench.sweep();
    CHECK(second.actions_total == 0);
    CHECK(second.count(Verdict::pending) == 3);
    CHECK(bench.tables->commands.size() == 3);
}

TEST_CASE("a dry run writes nothing, takes no lock and tells nobody, and says what would be done") {
    auto bench = with_orphans(2);
    bench.registry->hook = [](Operation operation, Moment) { CHECK(operation == Operation::observe); };
    const auto report = bench.sweep(true);
    CHECK(report.count(Outcome::would_recover) == 2);
    CHECK(bench.store->writes.empty());
    CHECK(bench.people.told.empty());
}

TEST_CASE("with no master alive nothing is written but one alert, a master returns and the next sweep acts") {
    SweepBench bench;
    for (int id = 1; id <= 3; ++id) bench.add(row(id, dead));
    bench.cluster->set_marker("x", "0");
    CHECK(only_hold(bench.sweep()) == Guard::no_live_master);
    bench.sweep();
    CHECK(bench.store->writes.empty());
    CHECK(bench.people.told.size() == 1);
    bench.cluster->add_master({alive}, bench.now, 1);
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    REQUIRE(bench.people.told.size() >= 2);
    CHECK(bench.people.told[1].resolves == std::vector<std::string>{"held:no_live_master"});
}

TEST_CASE("a lock held by another leaves the host to the holder and names it") {
    auto bench = with_orphans(2);
    bench.add(row(5, "10.0.0.9:5678"));
    bench.cluster->queue_for("/lock/failover/masters/" + dead, "10.0.0.8");
    const auto report = bench.sweep();
    CHECK(only_hold(report) == Guard::lock_stuck);
    CHECK_THAT(report.holds[0].reason, Catch::Contains("10.0.0.8"));
    CHECK(report.count(Outcome::skipped_lock) == 2);
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE("a master that returns between judging and acting keeps its rows") {
    auto bench = with_orphans(2);
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::after) bench.cluster->add_master({dead}, noon, 2);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 2);
    CHECK(bench.store->writes.empty());
}

TEST_CASE("the last living master goes between judging and acting") {
    auto bench = with_orphans(2);
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::after) bench.cluster->remove_master({alive});
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 2);
    CHECK(bench.store->writes.empty());
}

TEST_CASE("rows that change between judging and locking are dropped one by one") {
    auto bench = with_orphans(5);
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::begin_failover || moment != StoreMoment::before) return;
        bench.tables->instances.at(1).row.host = alive;
        bench.tables->instances.at(2).row.state = 7;
        bench.tables->add_command(3);
        bench.tables->instances.erase(4);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::skipped_changed) == 4);
    CHECK(bench.commands_for(5) == 1);
    CHECK(bench.commands_for(3) == 1);
}

TEST_CASE("a lost answer to commit is read again, never repeated") {
    auto bench = with_orphans(3);
    SECTION("it was done") {
        bench.store->hook = [](StoreOperation operation, StoreMoment moment) {
            if (operation == StoreOperation::commit && moment == StoreMoment::after)
                throw Failure(ErrorKind::unknown_outcome, "the answer was lost");
        };
        CHECK(bench.sweep().count(Outcome::recovered) == 3);
        bench.store->hook = nullptr;
        bench.sweep();
        CHECK(bench.tables->commands.size() == 3);
    }
    SECTION("it was not done") {
        bench.store->hook = [](StoreOperation operation, StoreMoment moment) {
            if (operation == StoreOperation::commit && moment == StoreMoment::before)
                throw Failure(ErrorKind::unknown_outcome, "the answer was lost");
        };
        CHECK(bench.sweep().count(Outcome::unknown) == 3);
        CHECK(bench.tables->commands.empty());
        bench.store->hook = nullptr;
        CHECK(bench.sweep().count(Outcome::recovered) == 3);
        CHECK(bench.tables->commands.size() == 3);
    }
    SECTION("and the database is gone: unknown now, seen as it is by the next sweep") {
        bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
            if (operation == StoreOperation::commit && moment == StoreMoment::after) {
                bench.store->out_of_reach = "down";
                throw Failure(ErrorKind::unknown_outcome, "the answer was lost");
            }
        };
        CHECK(bench.sweep().count(Outcome::unknown) == 3);
        bench.store->hook = nullptr;
        bench.store->out_of_reach.clear();
        bench.sweep();
        CHECK(bench.tables->commands.size() == 3);
    }
}

TEST_CASE("one row that cannot be written does not keep the others from being recovered") {
    auto bench = with_orphans(9);
    std::set<std::int64_t> poisoned{4};
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::fail_over || moment != StoreMoment::before) return;
        if (bench.tables->locked.contains(4)) throw Failure(ErrorKind::conflict, "row 4 breaks a rule");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 8);
    CHECK(report.count(Outcome::failed) == 1);
    CHECK(bench.commands_for(4) == 0);
    CHECK(report.actions_total == 9);
}

TEST_CASE("a database that goes in mid-sweep ends the sweep, every planned row is told of") {
    auto policy = at_once();
    policy.batch = 2;
    auto bench = with_orphans(6, policy);
    int commits = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::commit && moment == StoreMoment::after && ++commits == 2)
            bench.store->out_of_reach = "connection refused";
    };
    const auto report = bench.sweep();
    CHECK(report.outcome == SweepReport::Outcome::failed);
    CHECK_THAT(report.failure, Catch::Contains("connection refused"));
    CHECK(report.count(Outcome::recovered) == 4);
    CHECK(report.count(Outcome::failed) == 2);
    CHECK(bench.tables->commands.size() == 4);
}

TEST_CASE("a lock lost between batches is queued for again") {
    auto policy = at_once();
    policy.batch = 2;
    auto bench = with_orphans(6, policy);
    int acquired = 0;
    int commits = 0;
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::after) ++acquired;
    };
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::commit && moment == StoreMoment::after && ++commits == 1)
            bench.registry->lose_session();
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 6);
    CHECK(acquired == 2);
    CHECK(bench.tables->commands.size() == 6);
}

TEST_CASE("the lock is let go after failover.lock_hold and queued for again") {
    auto policy = at_once();
    policy.batch = 1;
    policy.lock_hold = 20s;
    auto bench = with_orphans(4, policy);
    int acquired = 0;
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::after) ++acquired;
    };
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::commit && moment == StoreMoment::after) bench.now += 10s;
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 4);
    CHECK(acquired == 2);
    CHECK(bench.cluster->locks["/lock/failover/masters/" + dead].empty());
}

TEST_CASE("a request to stop ends the sweep after the running batch") {
    auto policy = at_once();
    policy.batch = 2;
    auto bench = with_orphans(6, policy);
    std::stop_source stop;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::commit && moment == StoreMoment::after) stop.request_stop();
    };
    const auto report = bench.sweep(false, stop.get_token());
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(report.count(Outcome::skipped_changed) == 4);
}

TEST_CASE("tasks on registered workers are killed first in 3.1, and their rows wait while a worker cannot be reached") {
    auto bench = with_orphans(3);
    const std::string worker = "10.0.1.1:1234";
    bench.cluster->add_worker({worker}, noon - 2h, 5);
    const auto add_task = [&](std::int64_t id, std::int64_t instance, const std::string& host) {
        bench.tables->tasks[id].task = {{id}, {instance}, 1, "SHELL", host};
    };
    add_task(11, 1, worker);
    add_task(12, 2, worker);
    add_task(13, 3, "10.0.1.9:1234");
    bench.killer.answers[{12}] = worker::KillAnswer::unreachable;

    const auto report = bench.sweep();
    CHECK(bench.killer.asked == std::vector<TaskInstanceId>{{11}, {12}});
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(report.count(Outcome::failed) == 1);
    CHECK(bench.commands_for(2) == 0);
    CHECK(bench.tables->tasks.at(12).state == 1);
    CHECK(bench.tables->tasks.at(13).state == 8);

    bench.sweep();
    bench.sweep();
    CHECK(bench.killer.asked.size() == 4);
    const auto given_up = bench.sweep();
    CHECK(bench.killer.asked.size() == 4);
    CHECK(given_up.count(Verdict::ambiguous) == 1);
    CHECK(bench.commands_for(2) == 0);
}

TEST_CASE("what a silent worker or a failed kill means: go on as a master does") {
    auto bench = with_orphans(2);
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.tables->tasks[11].task = {{11}, {1}, 1, "SHELL", "w:1"};
    bench.tables->tasks[12].task = {{12}, {2}, 1, "SHELL", "w:1"};
    bench.killer.answers[{11}] = worker::KillAnswer::silent;
    bench.killer.answers[{12}] = worker::KillAnswer::not_killed;
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
}

TEST_CASE("live tasks by policy: hold waits, mark does not ask") {
    auto policy = at_once();
    policy.live_worker_tasks = GENERATE(LiveWorkerTasks::hold, LiveWorkerTasks::mark);
    auto bench = with_orphans(2, policy);
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.tables->tasks[11].task = {{11}, {1}, 1, "SHELL", "w:1"};
    const auto report = bench.sweep();
    CHECK(bench.killer.asked.empty());
    const bool hold = policy.live_worker_tasks == LiveWorkerTasks::hold;
    CHECK(report.count(Outcome::recovered) == (hold ? 1 : 2));
    CHECK(bench.commands_for(1) == (hold ? 0 : 1));
}

TEST_CASE("an unknown schema is held by name, a database that does not let us in fails the sweep") {
    auto bench = with_orphans(1);
    SECTION("schema") {
        bench.store->hook = [](StoreOperation operation, StoreMoment moment) {
            if (operation == StoreOperation::inspect && moment == StoreMoment::before)
                throw Failure(ErrorKind::permanent, "t_ds_command.command_param is missing");
        };
        const auto report = bench.sweep();
        CHECK(only_hold(report) == Guard::unknown_schema);
        CHECK_THAT(report.holds[0].reason, Catch::Contains("command_param"));
    }
    SECTION("login") {
        bench.store->hook = [](StoreOperation operation, StoreMoment moment) {
            if (operation == StoreOperation::ping && moment == StoreMoment::before)
                throw Failure(ErrorKind::permanent, "password authentication failed");
        };
        const auto report = bench.sweep();
        CHECK(report.outcome == SweepReport::Outcome::failed);
        CHECK_FALSE(report.registry_reached.has_value());
    }
    SECTION("registry") {
        bench.registry->out_of_reach = "no ZooKeeper answers";
        const auto report = bench.sweep();
        CHECK(report.outcome == SweepReport::Outcome::failed);
        CHECK_THAT(report.failure, Catch::Contains("no ZooKeeper answers"));
        CHECK(report.registry_reached == false);
        bench.registry->out_of_reach.clear();
        CHECK(bench.sweep(true).registry_reached == true);
    }
    CHECK(bench.store->writes.empty());
}

TEST_CASE("the grace runs over sweeps, and starts again when every master vanished at once") {
    Policy policy;
    policy.grace = 150s;
    auto bench = with_orphans(2, policy);
    bench.cluster->add_master({dead}, noon - 3h, 2);
    CHECK(bench.sweep().count(Verdict::owned) == 2);
    bench.cluster->remove_master({dead});
    bench.now += 60s;
    CHECK(bench.sweep().count(Verdict::waiting) == 2);
    bench.now += 60s;
    bench.sweep();
    bench.now += 60s;
    CHECK(bench.sweep().count(Verdict::waiting) == 2);
    bench.now += 30s;
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
}

TEST_CASE("every master gone within one view is not believed at once") {
    auto bench = with_orphans(1);
    bench.sweep(true);
    bench.cluster->remove_master({alive});
    bench.now += 60s;
    const auto report = bench.sweep();
    CHECK(only_hold(report) == Guard::registry_not_fresh);
    CHECK(report.count(Verdict::unknown) == 1);
    const auto told_before = bench.people.told.size();
    bench.now += 60s;
    CHECK(only_hold(bench.sweep()) == Guard::no_live_master);
    CHECK(told_before == 0);
    CHECK(bench.people.told.size() == 1);
}

TEST_CASE("a master restarted at its address: only what an earlier incarnation owned moves") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    SweepBench bench(at_once(), schema);
    const auto startup = noon - 10min;
    bench.cluster->add_master({dead}, startup, 2);
    bench.add(row(1, dead, 1, startup - 1min));
    bench.add(row(2, dead, 1, startup + 1min));
    CHECK(bench.sweep().count(Verdict::ambiguous) == 1);  // no row proves the zone yet
    bench.add_fresh_row(3, dead);
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.tables->commands.size() == 1);
}

TEST_CASE("old markers are removed, those that still mean something stay") {
    auto bench = with_orphans(1, at_once(), schema_3_4());
    const auto old = std::to_string(epoch_ms(noon - 24h * 8));
    const auto live_startup = std::to_string(epoch_ms(noon - 2h));
    bench.cluster->set_marker("10.0.0.1:5678-1-2", old);
    bench.cluster->set_marker(alive + "-" + live_startup + "-1", old);
    bench.cluster->set_marker(dead + "-unknown-unknown", old);
    bench.cluster->set_marker("10.0.0.2:5678-unknown-unknown", old);
    bench.cluster->set_marker("10.0.0.3:5678-1-2", std::to_string(epoch_ms(noon)));
    bench.cluster->set_marker("nonsense", "soon");
    const auto report = bench.sweep();
    CHECK(report.markers.seen == 6);
    CHECK(report.markers.removed == 2);
    CHECK(report.markers.kept == 4);
    CHECK(report.markers.malformed == 1);
    CHECK_FALSE(bench.cluster->markers.contains("10.0.0.1:5678-1-2"));
    CHECK_FALSE(bench.cluster->markers.contains("10.0.0.2:5678-unknown-unknown"));
    CHECK(bench.cluster->markers.contains(dead + "-unknown-unknown"));
}

TEST_CASE("a row that a build recovers in place is not handed over a second time in one run") {
    // Not told by the schema here, and without a journal: the ledger alone must hold.
    auto policy = at_once();
    policy.journal_required = false;
    auto bench = with_orphans(1, policy, schema_3_4());
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->commands.clear();
    bench.tables->instances.at(1).row.state = 1;
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::recovering) == 1);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("without a journal claimed rows without a command are reported, not touched") {
    auto policy = at_once();
    policy.journal_required = false;
    auto bench = with_orphans(0, policy);
    bench.tables->journal.exist = false;
    bench.add(row(1, "NULL"));
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::stranded) == 1);
    REQUIRE(report.notices.size() == 1);
    CHECK(report.notices[0].id.value == 1);
    CHECK(bench.store->writes.empty());
}

TEST_CASE("each lost master is told once") {
    auto bench = with_orphans(1);
    bench.cluster->add_master({"10.0.0.9:5678"}, noon - 2h, 9);
    bench.sweep();
    REQUIRE(bench.people.told.size() == 2);  // the dead owner, and what was done
    bench.now += 30s;
    bench.cluster->remove_master({"10.0.0.9:5678"});
    bench.sweep();
    bench.now += 30s;
    bench.sweep();
    REQUIRE(bench.people.told.size() == 3);
    CHECK(bench.people.told[2].key == "lost_master:10.0.0.9:5678");
}

}  // namespace dsr::sweeper_test
