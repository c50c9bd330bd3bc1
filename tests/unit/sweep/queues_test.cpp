// SPDX-License-Identifier: Apache-2.0
// What a sweep tells of DolphinScheduler's own queues, in which it changes nothing.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::queues_test {

using dsr::fakes::StoreMoment;
using dsr::fakes::StoreOperation;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

SchemaFacts with_serial_queue() {
    auto facts = schema_3_4();
    facts.serial_queue = true;
    return facts;
}

/// The rows 5 and 6 of one queue, of the instances 10 and 11; of another definition the row 7, which runs.
SweepBench serial(int state_of_head) {
    SweepBench bench(at_once(), with_serial_queue());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(10, alive, state_of_head));
    bench.add(row(11, alive, state::serial_wait));
    bench.add(row(12, alive));
    bench.tables->serial_commands = {{5, 9001, 1, 10, 1}, {6, 9001, 1, 11, 0}, {7, 9002, 1, 12, 1}};
    return bench;
}

std::vector<std::int64_t> stuck(const SweepReport& report) {
    std::vector<std::int64_t> rows;
    REQUIRE(report.queues);
    for (const auto& queue : report.queues->stuck) rows.push_back(queue.serial_command);
    return rows;
}

std::vector<std::string> told(const SweepBench& bench, const std::string& prefix) {
    std::vector<std::string> summaries;
    for (const auto& alert : bench.people.told) {
        if (alert.key.starts_with(prefix)) summaries.push_back(alert.summary);
    }
    return summaries;
}

/// A command that a person's start wrote.
void add_start(SweepBench& bench, std::optional<Instant> updated_at = {}) {
    bench.tables->add_command(0);
    if (updated_at) bench.tables->commands.back().columns["update_time"] = bench.tables->zone.wall(*updated_at);
}

SweepReport after(SweepBench& bench, std::chrono::seconds time) {
    bench.now += time;
    return bench.sweep();
}

}  // namespace

TEST_CASE("a serial queue whose launched head failed or is gone is told of once two sweeps saw it") {
    auto bench = serial(state::failure);
    std::string reason = "workflow instance 10 of that row is in state 6 (FAILURE)";
    SECTION("failed") {}
    SECTION("gone") {
        bench.tables->instances.erase(10);
        reason = "workflow instance 10 of that row does not exist";
    }
    SECTION("claimed without a command, which cannot be repaired") {
        bench.tables->instances.at(10).row.state = state::failover;
        reason = "workflow instance 10 of that row is claimed for failover (18) without a command";
    }
    CHECK(stuck(bench.sweep()).empty());
    CHECK(told(bench, "stuck_queues:").empty());
    const auto report = after(bench, 20s);
    REQUIRE(stuck(report) == std::vector<std::int64_t>{5});
    CHECK(report.queues->stuck_total == 1);
    CHECK(report.queues->stuck[0].waiting == 1);
    CHECK(report.queues->stuck[0].statement == "delete from t_ds_serial_command where id = 5;");
    CHECK_THAT(report.queues->stuck[0].reason, Catch::Contains(reason));
    REQUIRE(told(bench, "stuck_queues:5:1").size() == 1);
    CHECK_THAT(told(bench, "stuck_queues:5:1")[0], Catch::Contains("delete from t_ds_serial_command where id = 5;"));
    CHECK(bench.tables->serial_commands.size() == 3);
    CHECK(bench.store->writes.empty());
}

TEST_CASE("a serial queue that goes on is not told of") {
    SECTION("its head runs") {
        auto bench = serial(state::running_execution);
        bench.sweep();
        CHECK(stuck(after(bench, 20s)).empty());
    }
    SECTION("its head waits to be launched") {
        auto bench = serial(state::failure);
        bench.tables->serial_commands[0].state = 0;
        bench.sweep();
        CHECK(stuck(after(bench, 20s)).empty());
    }
    SECTION("its head is claimed, and a command for it waits") {
        auto bench = serial(state::failover);
        bench.tables->add_command(10);
        bench.sweep();
        CHECK(stuck(after(bench, 20s)).empty());
    }
    SECTION("it was stuck in sweeps that do not follow each other") {
        auto bench = serial(state::failure);
        bench.sweep();
        bench.tables->instances.at(10).row.state = state::running_execution;
        CHECK(stuck(after(bench, 20s)).empty());
        bench.tables->instances.at(10).row.state = state::failure;
        CHECK(stuck(after(bench, 20s)).empty());
    }
}

TEST_CASE("each version of a definition has a queue of its own") {
    auto bench = serial(state::running_execution);
    bench.tables->serial_commands[1] = {6, 9001, 2, 99, 1};
    bench.sweep();
    CHECK(stuck(after(bench, 20s)) == std::vector<std::int64_t>{6});
}

TEST_CASE("the age of others' commands counts from when they were first seen, where the zone is not proven") {
    SweepBench bench(at_once(), with_serial_queue());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    add_start(bench, noon - 3h);
    auto report = bench.sweep();
    CHECK(report.queues->others.commands == 1);
    CHECK(report.queues->others.oldest == 1);
    CHECK(report.queues->others.age == 0ms);
    report = after(bench, 9min);
    add_start(bench);
    CHECK(report.queues->others.age == 9min);
    CHECK(report.queues->others.notice.empty());
    report = after(bench, 1min);
    CHECK(report.queues->others.commands == 2);
    CHECK(report.queues->others.oldest == 1);
    CHECK(report.queues->others.age == 10min);
    CHECK_THAT(report.queues->others.notice,
               Catch::Contains(
                   "no master has fetched command 1 in t_ds_command, which this daemon did not write, for 10 m 00 s"));
    CHECK(report.queues->ours.commands == 0);
    CHECK(told(bench, "unfetched:others").size() == 1);
    CHECK(told(bench, "unfetched:ours").empty());
    bench.tables->commands.clear();
    CHECK(after(bench, 1min).queues->others.age == 0ms);
}

TEST_CASE("where the zone is proven, a command that was seen before counts from its update_time") {
    SweepBench bench(at_once(), with_serial_queue());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add_fresh_row(50, alive);
    add_start(bench, noon - 30min);
    // A serial queue launches a command with the time at which it was queued: one look says nothing.
    CHECK(bench.sweep().queues->others.age == 0ms);
    const auto report = after(bench, 1min);
    CHECK(report.queues->others.age == 31min);
    CHECK(told(bench, "unfetched:others").size() == 1);
}

TEST_CASE("a command that this daemon wrote counts as ours, from its entry on, until someone has taken it up") {
    SweepBench bench(at_once(), with_serial_queue());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    REQUIRE(bench.sweep().count(Outcome::recovered) == 1);
    bench.tables->add_command(1);  // of another hand, for the same instance
    auto report = after(bench, 4min);
    CHECK(report.queues->ours.commands == 1);
    CHECK(report.queues->ours.oldest == bench.tables->journal.entries.at(0).command);
    CHECK(report.queues->ours.age == 4min);
    CHECK(report.queues->others.commands == 1);
    CHECK(report.queues->others.age == 0ms);
    report = after(bench, 6min);
    CHECK_THAT(report.queues->ours.notice, Catch::Contains("which this daemon wrote, for 10 m 00 s"));
    CHECK(told(bench, "unfetched:ours").size() == 1);
    bench.restart();  // the journal knows it
    CHECK(after(bench, 1min).queues->ours.age == 11min);
}

TEST_CASE("commands that wait too long are told with what their ids have in common, and with the cure") {
    SweepBench bench(at_once(), with_serial_queue());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (const auto id : {7, 13, 22, 31}) {  // 1 of 3
        add_start(bench);
        bench.tables->commands.back().id = id;
    }
    bench.sweep();
    SECTION("as the ids of one master among more than are registered") {
        const auto notice = after(bench, 10min).queues->others.notice;
        CHECK_THAT(notice, Catch::Contains("leave 1 when their id is divided by 3, as if the masters still knew 3") &&
                               Catch::Contains("start the lost master at its own address") && Catch::Contains("BUSY"));
    }
    SECTION("where they have nothing in common, only with the cure") {
        bench.tables->commands.back().id = 32;
        bench.sweep();
        const auto notice = after(bench, 10min).queues->others.notice;
        CHECK_THAT(notice, !Catch::Contains("divided") && Catch::Contains("start the lost master"));
    }
    SECTION("two are too few") {
        bench.tables->commands.resize(2);
        CHECK_THAT(after(bench, 10min).queues->others.notice, !Catch::Contains("divided"));
    }
    SECTION("with as many masters registered the remainder is nobody's share") {
        bench.cluster->add_master({"10.0.0.9:5678"}, noon - 2h, 1);
        bench.cluster->add_master({"10.0.0.10:5678"}, noon - 2h, 1);
        CHECK_THAT(after(bench, 10min).queues->others.notice, !Catch::Contains("divided"));
    }
}

TEST_CASE("with no master alive that alert says it all") {
    SweepBench bench(at_once(), with_serial_queue());
    add_start(bench);
    bench.sweep();
    const auto report = after(bench, 20min);
    CHECK_FALSE(report.queues->others.notice.empty());
    CHECK(told(bench, "unfetched:").empty());
}

TEST_CASE("queues that cannot be read are told of, and the sweep goes on") {
    auto bench = serial(state::failure);
    bench.add(row(1, dead));
    SECTION("because a right is missing") {
        bench.tables->queues_unread = "t_ds_serial_command does not exist";
        const auto report = bench.sweep();
        CHECK(report.outcome == SweepReport::Outcome::done);
        CHECK(report.queues->unread == "t_ds_serial_command does not exist");
        CHECK(report.count(Outcome::recovered) == 1);
    }
    SECTION("because of an error") {
        bench.store->hook = [](StoreOperation operation, StoreMoment) {
            if (operation == StoreOperation::queues) throw Failure(ErrorKind::retry, "too slow");
        };
        const auto report = bench.sweep();
        CHECK(report.outcome == SweepReport::Outcome::done);
        CHECK_THAT(report.queues->unread, Catch::Contains("too slow"));
        CHECK(report.count(Outcome::recovered) == 1);
    }
}

}  // namespace dsr::queues_test
