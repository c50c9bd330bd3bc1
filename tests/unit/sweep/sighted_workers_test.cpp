// SPDX-License-Identifier: Apache-2.0
// Tasks of orphans on workers that are not registered any more: which of those workers are asked to kill, and when.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

namespace dsr::sighted_workers_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";
const std::string lost_worker = "10.0.1.1:1234";

/// A cluster of two masters and one worker, seen whole by one sweep at noon. Each row has one task on the
/// worker, submitted a minute before noon: task 100 + id.
SweepBench seen_whole(int rows, Policy policy = at_once()) {
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.cluster->add_worker({lost_worker}, noon - 2h, 5);
    for (int id = 1; id <= rows; ++id) {
        bench.add(row(id, dead));
        auto& task = bench.tables->tasks[100 + id];
        task.task = {{100 + id}, {id}, 1, "SHELL", lost_worker};
        task.submitted_at = noon - 1min;
    }
    CHECK(bench.sweep().count(Verdict::owned) == static_cast<std::uint64_t>(rows));
    return bench;
}

/// The master and the worker lose their registrations.
void lose_both(SweepBench& bench) {
    bench.cluster->remove_master({dead});
    bench.cluster->remove_worker({lost_worker});
    bench.now += 1min;
}

std::vector<TaskInstanceId> tasks(std::initializer_list<std::int64_t> ids) {
    std::vector<TaskInstanceId> result;
    for (const auto id : ids) result.push_back({id});
    return result;
}

}  // namespace

TEST_CASE("a worker that lost its registration after the task was submitted is asked to kill it") {
    auto bench = seen_whole(2);
    lose_both(bench);
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
    CHECK(bench.killer.asked == tasks({101, 102}));
    CHECK(bench.killer.calls.size() == 1);
    CHECK(bench.tables->tasks.at(101).state == 8);
}

TEST_CASE("an address that the registry never showed, not since the submission or not for a day, is never asked") {
    auto bench = seen_whole(1);
    auto& task = bench.tables->tasks.at(101);
    const auto [host, submitted, later] =
        GENERATE(table<std::optional<std::string>, std::optional<Instant>, Milliseconds>({
            {"10.0.1.2:1234", noon - 1min, 0ms},
            {"110.0.1.1:1234", noon - 1min, 0ms},
            {dead, noon - 1min, 0ms},
            {std::nullopt, noon - 1min, 0ms},
            {"", noon - 1min, 0ms},
            {lost_worker, noon + 1us, 0ms},
            {lost_worker, std::nullopt, 0ms},
            {lost_worker, noon - 1min, 24h},
        }));
    task.task.host = host;
    task.submitted_at = submitted;
    lose_both(bench);
    if (later > 0ms) {
        bench.now += later;
        bench.sweep();  // held: the sweep comes late
        bench.now += 1min;
    }
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.killer.asked.empty());
    CHECK(task.state == 8);
}

TEST_CASE("an unregistered worker that cannot be reached keeps no row back, and is tried once in a sweep") {
    auto policy = at_once();
    policy.batch = 1;
    auto bench = seen_whole(3, policy);
    lose_both(bench);
    bench.killer.unreachable.insert({lost_worker});
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    CHECK(bench.killer.calls.size() == 1);
}

TEST_CASE("unregistered workers are asked once in a sweep and before any failover lock is taken") {
    auto policy = at_once();
    policy.batch = 1;
    auto bench = seen_whole(3, policy);
    lose_both(bench);
    int locks = 0;
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::before) ++locks;
    };
    bench.killer.on_kill = [&] { CHECK(locks == 0); };
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    CHECK(bench.killer.asked == tasks({101, 102, 103}));
    CHECK(bench.killer.calls.size() == 1);
    CHECK(locks > 0);
}

TEST_CASE("a master that registers again before its workers are asked keeps its tasks") {
    auto bench = seen_whole(1);
    lose_both(bench);
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::registered && moment == Moment::before)
            bench.cluster->add_master({dead}, noon + 30s, 3);
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 1);
    CHECK(bench.killer.asked.empty());
}

TEST_CASE("what the registry showed of workers outlives a restart of the daemon") {
    auto bench = seen_whole(1);
    bench.restart();
    lose_both(bench);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.killer.asked == tasks({101}));
}

TEST_CASE("live tasks by policy on workers that are not registered: hold keeps no row back, mark does not ask") {
    auto policy = at_once();
    policy.live_worker_tasks = GENERATE(LiveWorkerTasks::hold, LiveWorkerTasks::mark);
    auto bench = seen_whole(1, policy);
    lose_both(bench);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.killer.asked.empty());
}

TEST_CASE("a registered worker that cannot be reached is tried once in a sweep, however many batches name it") {
    auto policy = at_once();
    policy.batch = 1;
    auto bench = seen_whole(3, policy);
    bench.cluster->remove_master({dead});
    bench.now += 1min;
    bench.killer.unreachable.insert({lost_worker});
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::failed) == 3);
    CHECK(bench.killer.calls.size() == 1);
    bench.sweep();
    bench.sweep();
    CHECK(bench.killer.calls.size() == 3);
    CHECK(bench.sweep().count(Verdict::ambiguous) == 3);
}

}  // namespace dsr::sighted_workers_test
