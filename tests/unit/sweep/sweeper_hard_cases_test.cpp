// SPDX-License-Identifier: Apache-2.0
// Sweeps in bad company: what happens between judging and acting, one bad neighbour among many, long sweeps, late
// stops.
#include <algorithm>
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "plan/judge.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::sweeper_hard_cases_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;
using fakes::StoreMoment;
using fakes::StoreOperation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string other = "10.0.0.9:5678";
const std::string alive = "10.0.0.8:5678";

void populate(SweepBench& bench, int orphans) {
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= orphans; ++id) bench.add(row(id, dead));
}

}  // namespace

TEST_CASE("tasks of a row that a living master recovered while we queued for its lock are not killed") {
    SweepBench bench;
    populate(bench, 1);
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation != Operation::acquire || moment != Moment::before) return;
        bench.tables->instances.at(1).row.host = alive;
        bench.tables->instances.at(1).row.ownership = owned_since(noon);
        bench.tables->tasks[99].task = {{99}, {1}, 1, "SHELL", "w:1"};
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 1);
    CHECK(bench.killer.asked.empty());
}

TEST_CASE("sweeps that take longer than their interval do not start the grace again each time") {
    Policy policy;
    policy.grace = 150s;
    SweepBench bench(policy);
    populate(bench, 1);
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::unfinished_after && moment == StoreMoment::before) bench.now += 70s;
    };
    std::uint64_t recovered = 0;
    for (int i = 0; i < 6; ++i) {
        recovered += bench.sweep().count(Outcome::recovered);
        bench.now += 60s;
    }
    CHECK(recovered == 1);
}

TEST_CASE("without a journal max_per_sweep bounds what a sweep hands over, not whom it looks at") {
    auto policy = at_once();
    policy.max_per_sweep = 2;
    policy.journal_required = false;
    SweepBench bench(policy);
    bench.tables->journal.exist = false;
    populate(bench, 2);
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    for (int id = 3; id <= 7; ++id) bench.add(row(id, other));
    bench.cluster->queue_for("/lock/failover/masters/" + dead, "x");
    const auto foretold = bench.sweep(true);
    CHECK(foretold.count(Outcome::would_recover) == 2);
    CHECK(foretold.beyond_limit == 5);
    const auto first = bench.sweep();
    CHECK(first.count(Outcome::recovered) == 2);
    CHECK(first.beyond_limit == 3);
    CHECK_FALSE(first.more_than_a_plan);
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("rows that are dropped in one batch do not keep the next ones from their turn") {
    auto policy = at_once();
    policy.batch = 2;
    SweepBench bench(policy);
    populate(bench, 7);
    bool once = true;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (!once || operation != StoreOperation::begin_failover || moment != StoreMoment::before) return;
        once = false;
        bench.tables->instances.at(1).row.host = "10.0.0.99:5678";
        bench.tables->instances.at(2).row.host = "10.0.0.99:5678";
    };
    const auto report = bench.sweep();
    CHECK(report.failure.empty());
    CHECK(report.count(Outcome::skipped_changed) == 2);
    CHECK(report.count(Outcome::recovered) == 5);
}

TEST_CASE("whatever bytes a lock node holds, people are told") {
    SweepBench bench;
    populate(bench, 1);
    bench.cluster->queue_for("/lock/failover/masters/" + dead, "\xff\xfe");
    bench.sweep();
    CHECK(bench.people.told.size() == 2);
}

TEST_CASE("a row that was recovered in place stays recovering when only its state moves") {
    SweepBench bench(at_once(), schema_3_4());
    populate(bench, 1);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->commands.clear();
    auto& recovered = bench.tables->instances.at(1).row;
    recovered.state = state::ready_stop;  // a person pressed stop: an entry of state_history, nothing else
    recovered.ownership.earliest += 1h;
    recovered.ownership.latest += 1h;
    bench.now += 2min;
    CHECK(bench.sweep().count(Outcome::recovered) == 0);
}

TEST_CASE("a command of ours that was thrown out leaves a stranded row, and it is reported") {
    SweepBench bench;
    populate(bench, 1);
    bench.sweep();
    bench.tables->commands.clear();
    bench.now += 60s;
    bench.sweep();
    bench.now += 60s;
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::stranded) == 1);
    CHECK(report.notices.size() == 1);
}

TEST_CASE("what fails for one host does not end the others") {
    SweepBench bench;
    populate(bench, 1);
    bench.add(row(2, other));
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.tables->tasks[99].task = {{99}, {1}, 1, "SHELL", "w:1"};
    bool first = true;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::read || moment != StoreMoment::before || !first) return;
        first = false;
        throw Failure(ErrorKind::retry, "too slow");
    };
    const auto report = bench.sweep();
    CHECK(report.outcome == SweepReport::Outcome::done);
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::failed) == 1);
}

TEST_CASE("a database that goes away at one host ends the sweep, and none of the others counts as done") {
    SweepBench bench;
    populate(bench, 1);
    bench.add(row(2, other));
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::begin_failover || moment != StoreMoment::before) return;
        bench.store->out_of_reach = "connection refused";
        throw Failure(ErrorKind::retry, "cut off");
    };
    const auto cut_off = bench.sweep();
    CHECK(cut_off.outcome == SweepReport::Outcome::failed);
    CHECK_THAT(cut_off.failure, Catch::Contains("connection refused"));
    CHECK(cut_off.count(Outcome::failed) == 2);
    bench.store->hook = nullptr;
    bench.store->out_of_reach.clear();
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
}

TEST_CASE("a task whose worker may not understand the kill keeps its row back, and it is said what to do") {
    auto schema = schema_3_1();
    schema.state_history = false;  // older than 3.1, and nobody knows by how much
    schema.version.reset();
    schema.version_text = "unheard of";
    SweepBench bench(at_once(), schema);
    populate(bench, 2);
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.tables->tasks[11].task = {{11}, {1}, 1, "SHELL", "w:1"};
    const auto report = bench.sweep();
    CHECK(bench.killer.asked.empty());
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.commands_for(2) == 1);
    REQUIRE(report.count(Outcome::failed) == 1);
    const auto held_back = std::find_if(report.actions.begin(), report.actions.end(),
                                        [](const Action& action) { return action.outcome == Outcome::failed; });
    CHECK_THAT(held_back->reason, Catch::Contains("'unheard of'; stop the task manually"));
}

TEST_CASE("kills that a request to stop interrupts say nothing about the worker") {
    SweepBench bench;
    populate(bench, 1);
    bench.cluster->add_worker({"w:1"}, noon - 2h, 5);
    bench.tables->tasks[11].task = {{11}, {1}, 1, "SHELL", "w:1"};
    bench.killer.answers[{11}] = worker::KillAnswer::unreachable;
    for (int interrupted = 0; interrupted < plan::max_unreachable_tries + 1; ++interrupted) {
        std::stop_source stop;
        bench.killer.on_kill = [&] { stop.request_stop(); };
        CHECK(bench.sweep(false, stop.get_token()).interrupted);
        CHECK(bench.commands_for(1) == 0);
    }
    bench.killer.on_kill = nullptr;
    bench.killer.answers.clear();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a host that no master can have fails by itself, and makes nothing in the registry") {
    SweepBench bench;
    populate(bench, 1);
    bench.add(row(2, "not/a:node"));
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::failed) == 1);
    CHECK(bench.cluster->locks["/lock/failover/masters/not/a:node"].empty());
}

TEST_CASE("the grace is counted from the answers of the registry, not from the question") {
    Policy policy;
    policy.grace = 150s;
    SweepBench bench(policy);
    populate(bench, 1);
    bool slow = true;
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (slow && operation == Operation::observe && moment == Moment::before) bench.now += 25s;
    };
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.sweep();
    bench.now += 30s;
    bench.cluster->remove_master({dead});
    bench.sweep();
    const auto seen = bench.now;
    slow = false;
    for (const auto after : {60s, 120s, 149s}) {
        bench.now = seen + after;
        CHECK(bench.sweep().count(Outcome::recovered) == 0);
    }
    bench.now = seen + 150s;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a row taken up after its owner was first missed has a grace of its own") {
    Policy policy;
    policy.grace = 150s;
    SweepBench bench(policy);
    populate(bench, 1);
    bench.cluster->add_master({dead}, noon - 3h, 2);
    bench.sweep();
    bench.cluster->remove_master({dead});
    for (int i = 0; i < 3; ++i) {
        bench.now += 60s;
        bench.sweep();
    }
    bench.add(row(2, dead, 1, bench.now - 5s));  // by a zombie, or by one who was back and gone between two views
    bench.now += 60s;
    bench.sweep();
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.commands_for(2) == 0);
}

TEST_CASE("marker cleanup ends with a request to stop, and its failure does not undo the sweep") {
    SweepBench bench(at_once(), schema_3_4());
    populate(bench, 1);
    for (int i = 1; i <= 2500; ++i)
        bench.cluster->set_marker("10.9.0.1:5678-1-" + std::to_string(i), std::to_string(epoch_ms(noon - 24h * 8)));
    SECTION("stop") {
        std::stop_source stop;
        bench.registry->hook = [&](Operation operation, Moment) {
            if (operation == Operation::remove_markers) stop.request_stop();
        };
        CHECK(bench.sweep(false, stop.get_token()).markers.removed == 1000);
    }
    SECTION("failure") {
        int removals = 0;
        bench.registry->hook = [&](Operation operation, Moment moment) {
            if (operation == Operation::remove_markers && moment == Moment::before && ++removals == 3)
                throw Failure(ErrorKind::retry, "cut off");
        };
        const auto report = bench.sweep();
        CHECK(report.outcome == SweepReport::Outcome::done);
        CHECK(report.count(Outcome::recovered) == 1);
        CHECK(report.markers.removed == 2000);
        CHECK(report.markers.kept == 500);
    }
}

TEST_CASE("a request to stop ends the splitting of a batch that fails") {
    SweepBench bench;
    populate(bench, 64);
    bench.tables->locked.insert(64);
    std::stop_source stop;
    int attempts = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::lock || moment != StoreMoment::before) return;
        ++attempts;
        stop.request_stop();
    };
    const auto report = bench.sweep(false, stop.get_token());
    CHECK(attempts == 1);
    CHECK(report.interrupted);
    CHECK(report.actions_total == 64);
}

TEST_CASE("a fault of every row is not tried row by row") {
    auto policy = at_once();
    policy.batch = 100;
    SweepBench bench(policy);
    populate(bench, 500);
    int attempts = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::lock || moment != StoreMoment::before) return;
        ++attempts;
        throw Failure(ErrorKind::permanent, "permission denied for table t_ds_command");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::failed) == 500);
    CHECK(attempts < 40);
}

TEST_CASE("a channel that was down is told as soon as it is back, and once") {
    struct Table final : alert::AlertChannel {
        int told = 0;
        bool down = true;
        [[nodiscard]] std::string name() const override { return "table"; }
        void send(const alert::Alert&, Instant) override {
            if (down) throw Failure(ErrorKind::retry, "down");
            ++told;
        }
    } table;
    SweepBench bench;
    bench.channels.push_back(&table);
    bench.restart();
    populate(bench, 1);
    bench.sweep();
    CHECK(bench.people.told.size() == 2);
    table.down = false;
    bench.now += 60s;
    bench.sweep();
    CHECK(table.told == 2);
    bench.now += 60s;
    bench.sweep();
    CHECK(table.told == 2);
    CHECK(bench.people.told.size() == 2);
}

TEST_CASE("a reload with another zone proves it anew, with another registry nobody counts as lost") {
    SweepBench bench;
    populate(bench, 0);
    bench.add(row(1, alive, 1, noon - 3h));
    bench.add_fresh_row(2, alive);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    bench.add(row(3, alive, 1, noon - 3h));
    bench.tables->instances.at(2).start_time.reset();
    const sweep::Sweeper before = *bench.sweeper;
    SECTION("the same database") {
        bench.sweeper->inherit(before, {.registry = true, .database = true});
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
    }
    SECTION("another zone") {
        bench.tables->journal.persisted_zone = "Asia/Shanghai";  // what the journal has speaks of the old one
        bench.sweeper->inherit(before, {.registry = true, .database = false});
        CHECK(bench.sweep().count(Verdict::ambiguous) == 1);
    }
    SECTION("another registry") {
        bench.cluster->remove_master({alive});
        bench.cluster->add_master({other}, noon - 2h, 4);
        bench.sweeper->inherit(before, {.registry = false, .database = true});
        const auto report = bench.sweep(true);
        CHECK(report.lost_masters == std::vector<MasterAddress>{{alive}});  // an owner nobody sees, not a loss
        CHECK_FALSE(report.all_masters_lost_once);
    }
}

TEST_CASE("a master that is cut off from the registry and writes a task after the plan keeps its row") {
    const auto operation = GENERATE(Operation::acquire, Operation::registered);
    Policy policy;
    policy.grace = 60s;
    policy.confirmations = 1;
    SweepBench bench(policy);
    populate(bench, 2);
    bench.sweep();
    bench.now += 70s;
    bench.registry->hook = [&](Operation at, Moment moment) {
        if (at != operation || moment != Moment::after) return;
        auto& task = bench.tables->tasks[99];
        task.task = {{99}, {1}, 1, "SHELL", "w:1"};
        task.submitted_at = bench.now;
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 0);
    REQUIRE_FALSE(report.actions.empty());
    CHECK_THAT(report.actions.front().reason, Catch::Contains("zombie"));
}

namespace {

/// A build that recovers in place, with a parent (1) and the sub-workflow that it started (2), lost apart.
SweepBench parent_and_child(Policy policy) {
    policy.recovers_in_place = RecoversInPlace::no;
    auto schema = schema_3_4();
    schema.test_flag = true;
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, other));
    bench.add(row(2, dead));
    bench.tables->instances.at(2).row.is_sub_workflow = true;
    bench.tables->parents[2] = 1;
    return bench;
}

}  // namespace

TEST_CASE("a sub-workflow does not go before its parent, whose grace ends later") {
    Policy policy;
    policy.grace = 60s;
    policy.confirmations = 1;
    auto bench = parent_and_child(policy);
    bench.cluster->add_master({other}, noon - 2h, 2);
    bench.sweep();  // the host of the child is missing
    bench.now += 40s;
    bench.cluster->remove_master({other});
    bench.sweep();
    bench.now += 30s;
    auto report = bench.sweep();  // the grace of the child is over, that of the parent is not
    CHECK(report.count(Verdict::waiting) == 2);
    CHECK(report.actions_total == 0);
    bench.now += 40s;
    report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.commands_for(2) == 0);
    bench.take_up(alive);  // the parent, which starts a new sub-workflow
    bench.now += 10s;
    CHECK(bench.sweep().count(Verdict::superseded) == 1);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a parent that is taken up anew while its sub-workflow waits for the lock supersedes it") {
    auto bench = parent_and_child(at_once());
    bench.cluster->add_master({other}, noon - 2h, 2);
    bench.registry->hook = [&](Operation at, Moment moment) {
        if (at != Operation::acquire || moment != Moment::after) return;
        bench.tables->instances.at(1).row.ownership = owned_since(noon - 1s);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Verdict::orphan) == 1);
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a sub-workflow of a parent that a person must settle is left to a person, too") {
    auto bench = parent_and_child(at_once());
    bench.tables->instances.at(1).row.ownership.form = OwnershipTime::Form::unreadable;
    auto report = bench.sweep();
    CHECK(report.count(Verdict::ambiguous) == 2);
    CHECK(report.actions_total == 0);
    bench.tables->instances.at(1).row.state = 6;  // the parent ends: the sub-workflow is judged alone
    bench.now += 20s;
    report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(2) == 1);
}

TEST_CASE("a read before a batch that runs into its limit drops the batch, and not the check") {
    auto policy = at_once();
    policy.batch = 10;
    policy.grace = 60s;
    SweepBench bench(policy);
    populate(bench, 30);
    bench.sweep();
    bench.now += 70s;
    int reads = 0;
    int locks = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (moment != StoreMoment::before) return;
        if (operation == StoreOperation::lock) ++locks;
        if (operation == StoreOperation::task_activity_of && ++reads == 1)
            throw Failure(ErrorKind::retry, "the statement exceeded its time limit");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::failed) == 10);
    CHECK(report.count(Outcome::recovered) == 20);
    CHECK(reads == 3);
    CHECK(locks == 2);
    REQUIRE_FALSE(report.actions.empty());
    CHECK_THAT(report.actions.front().reason, Catch::Contains("could not be read") && Catch::Contains("exceeded its"));
}

TEST_CASE("an owner of no row that a failover selects is no reason to read tasks") {
    auto policy = at_once();
    policy.grace = 60s;
    SweepBench bench(policy);
    populate(bench, 1);
    int reads = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::task_activity_since && moment == StoreMoment::before) ++reads;
    };
    bench.tables->instances.at(1).row.state = 14;
    bench.sweep();
    reads = 0;
    bench.now += 10s;
    bench.sweep();
    CHECK(reads == 0);
    // One that comes into such a state is noticed, and its tasks are looked at from then on.
    bench.tables->instances.at(1).row.state = 1;
    bench.now += 10s;
    bench.sweep();
    bench.now += 10s;
    bench.sweep();
    CHECK(reads == 1);
}

}  // namespace dsr::sweeper_hard_cases_test
