// SPDX-License-Identifier: Apache-2.0
// What is looked at again before each batch, how long a transaction may take, and locks that stay with another.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::host_turn_test {

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

Policy row_by_row() {
    auto policy = at_once();
    policy.batch = 1;
    return policy;
}

SweepBench with_orphans(int count, Policy policy = row_by_row(), SchemaFacts schema = schema_3_1()) {
    SweepBench bench(policy, schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= count; ++id) bench.add(row(id, dead));
    return bench;
}

/// A later release, whose master was seen alive: its marker is written before the first batch.
SweepBench with_fenced_orphans(int count) {
    SweepBench bench(row_by_row(), schema_3_4());
    bench.cluster->marker_directory = true;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 77);
    for (int id = 1; id <= count; ++id) bench.add(row(id, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    return bench;
}

/// The same where the registry is in the database, and somebody is named for whom a guard refuses.
SweepBench with_orphans_in_database(int count) {
    auto bench = with_fenced_orphans(count);
    bench.cluster->in_database = true;
    bench.store->registry = bench.cluster;
    return bench;
}

void before_first_entry(SweepBench& bench, std::function<void()> change) {
    bench.store->hook = [change = std::move(change), entered = 0](StoreOperation operation,
                                                                  StoreMoment moment) mutable {
        if (operation == StoreOperation::enter && moment == StoreMoment::before && ++entered == 1) change();
    };
}

void after_first_commit(SweepBench& bench, std::function<void()> change) {
    bench.store->hook = [change = std::move(change), commits = 0](StoreOperation operation,
                                                                  StoreMoment moment) mutable {
        if (operation == StoreOperation::commit && moment == StoreMoment::after && ++commits == 1) change();
    };
}

std::string first_reason(const SweepReport& report, Outcome outcome) {
    for (const auto& action : report.actions)
        if (action.outcome == outcome) return action.reason;
    return {};
}

}  // namespace

TEST_CASE("a master that registers again between two batches keeps the rest of its rows") {
    auto bench = with_orphans(3);
    after_first_commit(bench, [&] { bench.cluster->add_master({dead}, bench.now, 78); });
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::skipped_changed) == 2);
    CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("registered again"));
}

TEST_CASE("where the last living master goes between two batches nothing more is handed over") {
    auto bench = with_orphans(3);
    after_first_commit(bench, [&] { bench.cluster->remove_master({alive}); });
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("last live master"));
}

TEST_CASE("a marker that another writes for the host between two batches ends them") {
    auto bench = with_fenced_orphans(3);
    after_first_commit(bench, [&] { bench.cluster->set_marker(dead + "-unknown-unknown", "1"); });
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("marker"));
}

TEST_CASE("our own fence and markers of other hosts do not end the batches of a host") {
    auto bench = with_fenced_orphans(3);
    after_first_commit(bench, [&] { bench.cluster->set_marker("10.0.0.9:5678-unknown-unknown", "1"); });
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    CHECK(bench.cluster->fences.size() == 1);
}

TEST_CASE("in a database's registry lock and marker come with the claim, and leave nothing") {
    auto bench = with_orphans_in_database(3);
    const std::string path = "/lock/master-failover/" + dead;
    int held = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::fail_over || moment != StoreMoment::before) return;
        held += static_cast<int>(bench.cluster->locks.count(path) + bench.cluster->kept_out.count({dead}));
        CHECK(bench.cluster->markers.empty() == (held == 2));  // the first batch writes it
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 3);
    CHECK(held == 6);
    CHECK(bench.cluster->locks.empty());
    CHECK(bench.cluster->kept_out.empty());
    CHECK(bench.cluster->markers.size() == 1);
}

TEST_CASE("a transaction whose guard refuses writes nothing and is tried in another turn") {
    auto bench = with_orphans_in_database(2);
    SECTION("a master that registers just before it keeps its rows") {
        before_first_entry(bench, [&] { bench.cluster->add_master({dead}, bench.now, 78); });
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::skipped_changed) == 2);
        CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("registered again"));
        CHECK(bench.store->writes.empty());
        CHECK(bench.cluster->markers.empty());
    }
    SECTION("one that reports though it is not registered, too, and it says how often it was tried") {
        before_first_entry(bench, [&] { bench.cluster->reported.insert({dead}); });
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::skipped_changed) == 2);
        CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("3 times"));
        CHECK(bench.store->writes.empty());
    }
    SECTION("a lock that is taken for a moment costs a turn, not the rows") {
        const std::string path = "/lock/master-failover/" + dead;
        std::string node;
        before_first_entry(bench, [&] { node = bench.cluster->queue_for(path, "a master"); });
        bench.registry->on_wait = [&](Milliseconds) { bench.cluster->leave(path, node); };
        CHECK(bench.sweep().count(Outcome::recovered) == 2);
    }
    SECTION("another replica that leads now") {
        before_first_entry(bench, [&] {
            const auto line = bench.cluster->leaders;
            bench.cluster->leaders = {{"other", "replica 2", 99, bench.now, 0}, line.front()};
        });
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::skipped_changed) == 2);
        CHECK_THAT(first_reason(report, Outcome::skipped_changed), Catch::Contains("another replica leads"));
        CHECK(bench.store->writes.empty());
    }
}

TEST_CASE("a leader that loses its place within a transaction writes nothing") {
    auto bench = with_orphans_in_database(1);
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation == StoreOperation::fail_over && moment == StoreMoment::after)
            bench.cluster->leaders.push_front({"other", "replica 2", 99, bench.now, 0});
    };
    (void)bench.sweep();
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.cluster->markers.empty());
}

TEST_CASE("a grace is never shorter than the registry's own session timeout") {
    auto policy = at_once();
    policy.grace = 30s;
    SweepBench bench(policy, schema_3_4());
    bench.cluster->least_grace = 60s;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 77);
    bench.add(row(1, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    for (const auto& [after, recovered] : {std::pair{20s, 0}, {30s, 0}, {15s, 0}, {20s, 1}}) {
        bench.now += after;
        CHECK(bench.sweep().count(Outcome::recovered) == static_cast<std::uint64_t>(recovered));
    }
}

TEST_CASE("a failover transaction may not outlast the registry session") {
    auto bench = with_orphans(1);
    SECTION("three seconds before the end of what the server granted") {
        bench.registry->granted = 10'500ms;
        bench.add(row(2, dead, 7));
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        REQUIRE(bench.store->last_limits);
        CHECK(bench.store->last_limits->most == 7s);
        CHECK_THAT(bench.logged->str(), Catch::Contains("7 s"));
        const auto told = bench.logged->str();
        bench.tables->instances.at(2).row.state = state::running_execution;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.logged->str() == told);  // once, while they stay the same
    }
    SECTION("three seconds are enough") {
        bench.registry->granted = 6s;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.store->last_limits->most == 3s);
    }
    SECTION("less are not") {
        bench.registry->granted = 5'999ms;
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::failed) == 1);
        CHECK_THAT(first_reason(report, Outcome::failed), Catch::Contains("registry.session_timeout"));
        CHECK_FALSE(bench.store->last_limits);
    }
}

TEST_CASE("a repair may not outlast the registry session either") {
    auto policy = at_once();
    policy.grace = 30s;
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, claimed_host_text));
    bench.sweep();
    bench.now += 20s;
    bench.sweep();
    bench.now += 20s;
    SECTION("the limits are the same") {
        bench.registry->granted = 10s;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.store->last_limits->most == 7s);
    }
    SECTION("and so is the refusal") {
        bench.registry->granted = 5s;
        CHECK(bench.sweep().count(Outcome::failed) == 1);
        CHECK_FALSE(bench.store->last_limits);
    }
}

TEST_CASE("a database that refuses to begin a failover is asked once for a host, and its rows fail") {
    auto policy = at_once();
    auto bench = with_orphans(5, policy);
    int asked = 0;
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (operation != StoreOperation::begin_failover || moment != StoreMoment::before) return;
        ++asked;
        throw Failure(ErrorKind::permanent, "it does not limit rest");
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::failed) == 5);
    CHECK_THAT(first_reason(report, Outcome::failed), Catch::Contains("limit rest"));
    CHECK(asked == 1);
}

TEST_CASE("a failover transaction ends with the time that the lock may be held") {
    auto policy = row_by_row();
    policy.lock_hold = 20s;
    auto bench = with_orphans(1, policy);
    const std::string worker = "10.0.1.1:1234";
    bench.cluster->add_worker({worker}, noon - 2h, 5);
    fakes::FakeTask task;
    task.task = {{5}, {1}, 1, "SHELL", worker};
    bench.tables->tasks[5] = task;
    bench.killer.on_kill = [&] { bench.now += 5s; };
    SECTION("what is left of it") {}
    SECTION("half of it at the least") {
        bench.killer.on_kill = [&] { bench.now += 15s; };
    }
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    REQUIRE(bench.store->last_limits);
    CHECK(bench.store->last_limits->whole == (bench.now - noon == 5s ? 15s : 10s));
}

TEST_CASE("each host whose lock stays with another counts as progress") {
    SweepBench bench(at_once());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 13; ++id) {
        const std::string host = "10.0.1." + std::to_string(id) + ":5678";
        bench.add(row(id, host));
        bench.cluster->queue_for("/lock/failover/masters/" + host, "10.0.0.8");
    }
    int waiting = 0;
    int silent = 0;
    int longest = 0;
    bench.registry->on_wait = [&](Milliseconds) { longest = std::max(longest, ++silent), ++waiting; };
    bench.tables->now = bench.now;
    const auto report = bench.sweeper->sweep(
        {.dry_run = false, .progress = [&](auto, auto, auto) { silent = 0; }, .shadow = false, .named = {}}, {});
    CHECK(report.count(Outcome::skipped_lock) == 13);
    CHECK(waiting == 13);
    CHECK(longest == 1);
}

TEST_CASE("a lock that several hosts share is waited for once in a sweep") {
    SweepBench bench(at_once(), schema_3_4());  // without the directory of markers: one lock for all
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 3; ++id) bench.add(row(id, "10.0.1." + std::to_string(id) + ":5678"));
    bench.cluster->queue_for("/lock/master-failover", "10.0.0.8");
    int waited = 0;
    bench.registry->on_wait = [&](Milliseconds) { ++waited; };
    auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_lock) == 3);
    CHECK(report.holds.size() == 1);
    CHECK(waited == 1);
    bench.now += 10s;
    report = bench.sweep();
    CHECK(waited == 2);
}

TEST_CASE("a pause between two batches counts as progress") {
    auto policy = row_by_row();
    policy.rate = 1;
    auto bench = with_orphans(3, policy);
    int moved = 0;
    int moved_at_rest = 0;
    bench.on_rest = [&] { moved_at_rest = moved; };
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::acquire && moment == Moment::before && bench.rested > 0ms)
            CHECK(moved > moved_at_rest);
    };
    bench.tables->now = bench.now;
    (void)bench.sweeper->sweep(
        {.dry_run = false, .progress = [&](auto, auto, auto) { ++moved; }, .shadow = false, .named = {}}, {});
    CHECK(bench.rested > 0ms);
}

}  // namespace dsr::host_turn_test
