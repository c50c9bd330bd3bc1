// SPDX-License-Identifier: Apache-2.0
// failover.mode: shadow. Nothing is written but the journal, what is kept there never counts as a failover, and what
// masters and people do is compared with it.
#include <catch2/catch.hpp>

#include "support/sweep_bench.hpp"

namespace dsr::shadow_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Operation;
using fakes::StoreOperation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

/// Counts what must never be asked for in shadow mode.
struct Deeds {
    int locks = 0;
    int markers = 0;
    int transactions = 0;
    int alerts = 0;

    void watch(SweepBench& bench) {
        bench.registry->hook = [this](Operation operation, fakes::Moment moment) {
            if (moment != fakes::Moment::before) return;
            if (operation == Operation::acquire || operation == Operation::acquire_own) ++locks;
            if (operation == Operation::fence || operation == Operation::remove_markers) ++markers;
        };
        bench.store->hook = [this](StoreOperation operation, fakes::StoreMoment moment) {
            if (moment != fakes::StoreMoment::before) return;
            if (operation == StoreOperation::begin_failover) ++transactions;
            if (operation == StoreOperation::insert_alert) ++alerts;
        };
    }
};

struct Shadow {
    SweepBench bench;
    Deeds deeds;

    explicit Shadow(int orphans, Policy policy = at_once(), SchemaFacts schema = schema_3_1())
        : bench(policy, std::move(schema)) {
        bench.shadow = true;
        bench.cluster->add_master({alive}, noon - 2h, 1);
        for (int id = 1; id <= orphans; ++id) bench.add(row(id, dead));
        deeds.watch(bench);
    }
    Shadow(const Shadow&) = delete;
    Shadow& operator=(const Shadow&) = delete;

    SweepReport after(std::chrono::seconds time) {
        bench.now += time;
        return bench.sweep();
    }
    /// A master of its own accord: claims, and gives a command.
    void master_claims(std::int64_t id) {
        bench.tables->instances.at(id).row.host = claimed_host_text;
        bench.tables->add_command(id);
    }
    void expect_untouched() {
        CHECK(deeds.locks == 0);
        CHECK(deeds.markers == 0);
        CHECK(deeds.transactions == 0);
        CHECK(deeds.alerts == 0);
        CHECK(bench.store->writes.empty());
        CHECK(bench.killer.asked.empty());
        CHECK(bench.cluster->fences.empty());
        CHECK(bench.cluster->locks.empty());
        CHECK(bench.tables->journal.entries.empty());
    }
    [[nodiscard]] const std::vector<ShadowEntry>& noted() const { return bench.tables->journal.shadow; }
};

SchemaFacts schema_3_3_0() {
    auto facts = schema_3_4();
    facts.test_flag = true;
    facts.version_text = "3.3.0";
    return facts;
}

}  // namespace

TEST_CASE("in shadow mode nothing is written but the journal, which keeps what would have been done") {
    Shadow world(3);
    auto& bench = world.bench;
    bench.tables->tasks[9].task = {{9}, {1}, 1, "SHELL", "10.0.0.21:1234"};
    bench.cluster->add_worker({"10.0.0.21:1234"}, noon - 2h, 2);
    const auto report = bench.sweep();
    CHECK(report.shadow);
    CHECK(report.outcome == SweepReport::Outcome::done);
    CHECK(report.count(Outcome::would_recover) == 3);
    CHECK(report.count(Outcome::recovered) == 0);
    CHECK(report.shadow_noted == 3);
    CHECK(report.look_again_at == noon + 35s);
    REQUIRE(report.shadow_score);
    CHECK(*report.shadow_score == ShadowScore{3, 0, 0, 0, 3});
    world.expect_untouched();
    CHECK(bench.tables->commands.empty());
    REQUIRE(world.noted().size() == 3);
    const auto& first = world.noted().front();
    CHECK(first.instance == WorkflowInstanceId{1});
    CHECK(first.from_host.text == dead);
    CHECK(first.sweep == report.sweep);
    CHECK(first.at == noon);
    CHECK(first.old_state == state::running_execution);
    CHECK(first.owned_since == noon - 1h);
    CHECK(first.verdict == Verdict::orphan);
    CHECK(first.replica == "replica 1");
    CHECK(first.compared == Comparison::open);
}

TEST_CASE("in 3.4 shadow mode fences nobody and leaves old markers where they are") {
    auto policy = at_once();
    policy.grace = 30s;
    Shadow world(2, policy, schema_3_4());
    auto& bench = world.bench;
    bench.cluster->add_master({dead}, noon - 3h, 7);
    bench.cluster->set_marker("10.0.0.6:5678-1700000000000-7", "1700000000000");
    (void)bench.sweep();
    bench.cluster->remove_master({dead});
    (void)world.after(60s);
    const auto report = world.after(60s);
    CHECK(report.shadow_noted == 2);
    CHECK(report.markers.seen == 1);
    CHECK(report.markers.removed == 0);
    CHECK(bench.cluster->markers.size() == 1);
    world.expect_untouched();
    // The very same world, in mode act.
    bench.shadow = false;
    (void)world.after(60s);
    CHECK(world.deeds.transactions > 0);
    CHECK(world.deeds.markers > 0);
    CHECK(bench.cluster->fences.size() == 1);
}

TEST_CASE("one loss is noted once, through sweeps and restarts") {
    Shadow world(2);
    (void)world.bench.sweep();
    CHECK(world.after(60s).shadow_noted == 0);
    CHECK_FALSE(world.after(60s).look_again_at.has_value());
    world.bench.restart();
    const auto report = world.after(60s);
    CHECK(report.count(Outcome::would_recover) == 2);
    CHECK(report.shadow_noted == 0);
    CHECK(world.noted().size() == 2);
}

TEST_CASE("switching to act later acts once, as if nothing had been noted") {
    auto policy = at_once();
    policy.max_attempts = 1;  // one attempt that counted would quarantine
    const auto schema = GENERATE(schema_3_1(), schema_3_4(), schema_3_3_0());
    const bool in_place = schema.may_recover_in_place();
    if (in_place) policy.recovers_in_place = RecoversInPlace::no;
    Shadow world(2, policy, schema);
    auto& bench = world.bench;
    (void)bench.sweep();
    (void)world.after(60s);
    REQUIRE(world.noted().size() == 2);
    const bool restarted = GENERATE(false, true);
    if (restarted) bench.restart();
    bench.shadow = false;
    const auto report = world.after(60s);
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(bench.commands_for(1) == 1);
    CHECK(bench.commands_for(2) == 1);
    CHECK(bench.tables->journal.entries.size() == 2);
    CHECK(bench.tables->journal.entries.front().receipt == Receipt::awaited);
    (void)world.after(60s);
    CHECK(bench.commands_for(1) == 1);
    // Back again: what we did ourselves is no score.
    bench.take_up(alive);
    bench.shadow = true;
    const auto back = world.after(60s);
    REQUIRE(back.shadow_score);
    CHECK(*back.shadow_score == ShadowScore{});
    CHECK(world.noted().front().compared == Comparison::withdrawn);
}

TEST_CASE("nothing noted begins or ends a canary") {
    auto policy = at_once();
    policy.max_per_sweep = 1;
    Shadow world(3, policy);
    auto report = world.bench.sweep();
    CHECK(report.shadow_noted == 3);
    CHECK(report.canary.empty());
    CHECK_FALSE(world.bench.sweeper->memory().canary.has_value());
    world.bench.shadow = false;
    report = world.after(60s);
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(world.bench.sweeper->memory().canary.has_value());
    world.bench.shadow = true;
    (void)world.after(60s);
    CHECK(world.bench.sweeper->memory().canary.has_value());
}

TEST_CASE("a master that fails a row over after our decision agrees, one that was quicker would have been doubled") {
    Shadow world(2);
    (void)world.bench.sweep();
    world.master_claims(1);  // before the next look
    (void)world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::would_have_doubled);
    world.master_claims(2);  // after a look that found it untouched
    const auto report = world.after(60s);
    CHECK(world.noted()[1].compared == Comparison::agreed);
    REQUIRE(report.shadow_score);
    CHECK(*report.shadow_score == ShadowScore{2, 1, 1, 0, 0});
    world.expect_untouched();
}

TEST_CASE("what nobody touches would have been saved, and stays so when somebody comes at last") {
    Shadow world(1);
    (void)world.bench.sweep();
    for (int i = 0; i < 9; ++i) (void)world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::open);
    auto report = world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::would_have_been_saved);
    CHECK(*report.shadow_score == ShadowScore{1, 0, 0, 1, 0});
    world.master_claims(1);
    report = world.after(60s);
    CHECK(*report.shadow_score == ShadowScore{1, 0, 0, 1, 0});
    CHECK(world.noted()[0].settled);
}

TEST_CASE("a master that was only cut off would have been doubled") {
    auto policy = at_once();
    policy.grace = 30s;
    Shadow world(1, policy);
    auto& bench = world.bench;
    bench.cluster->add_master({dead}, noon - 3h, 7);
    (void)bench.sweep();
    bench.cluster->remove_master({dead});
    (void)world.after(60s);
    REQUIRE(world.after(60s).shadow_noted == 1);
    for (int i = 0; i < 12; ++i) (void)world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::would_have_been_saved);
    SECTION("it is back") {
        bench.cluster->add_master({dead}, noon - 3h, 7);
    }
    SECTION("its run ends") {
        bench.tables->instances.at(1).row.state = 7;
    }
    SECTION("its tasks are written") {
        auto& task = bench.tables->tasks[9];
        task.task = {{9}, {1}, 1, "SHELL", "10.0.0.21:1234"};
        task.submitted_at = bench.now + 30s;
    }
    (void)world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::would_have_doubled);
}

TEST_CASE("the loss of one row by two masters is two losses") {
    Shadow world(1);
    auto& bench = world.bench;
    (void)bench.sweep();
    (void)world.after(60s);
    auto& lost = bench.tables->instances.at(1).row;
    lost.host = "10.0.0.6:5678";  // taken up, and lost again
    lost.ownership = owned_since(bench.now);
    const auto report = world.after(60s);
    CHECK(report.shadow_noted == 1);
    CHECK(*report.shadow_score == ShadowScore{2, 1, 0, 0, 1});
}

TEST_CASE("a stranded row is noted as a repair, under no lock of our own") {
    Shadow world(0);
    auto& bench = world.bench;
    bench.add(row(1, claimed_host_text));
    const auto report = bench.sweep();
    CHECK(report.shadow_noted == 1);
    REQUIRE(world.noted().size() == 1);
    CHECK(world.noted()[0].kind == EntryKind::repair);
    world.expect_untouched();
    for (int i = 0; i < 11; ++i) (void)world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::would_have_been_saved);
}

TEST_CASE("rows that changed since they were judged are not noted") {
    Shadow world(3);
    auto& bench = world.bench;
    bench.store->hook = [&](StoreOperation operation, fakes::StoreMoment moment) {
        if (operation != StoreOperation::read || moment != fakes::StoreMoment::before) return;
        bench.tables->instances.at(1).row.host = alive;
        bench.tables->instances.erase(2);
        bench.tables->add_command(3);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 3);
    CHECK(world.noted().empty());
}

TEST_CASE("a master that registers again before it is noted is left alone") {
    Shadow world(1);
    auto& bench = world.bench;
    bench.registry->hook = [&](Operation operation, fakes::Moment moment) {
        if (operation == Operation::registered && moment == fakes::Moment::before)
            bench.cluster->add_master({dead}, bench.now, 9);
    };
    CHECK(bench.sweep().count(Outcome::skipped_changed) == 1);
    CHECK(world.noted().empty());
}

TEST_CASE("live tasks that are to be held hold in shadow mode too") {
    auto policy = at_once();
    policy.live_worker_tasks = LiveWorkerTasks::hold;
    Shadow world(2, policy);
    auto& bench = world.bench;
    bench.tables->tasks[9].task = {{9}, {1}, 1, "SHELL", "10.0.0.21:1234"};
    bench.cluster->add_worker({"10.0.0.21:1234"}, noon - 2h, 2);
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::failed) == 1);
    REQUIRE(world.noted().size() == 1);
    CHECK(world.noted()[0].instance == WorkflowInstanceId{2});
    world.expect_untouched();
}

TEST_CASE("what is held is not noted, and compared all the same") {
    Shadow world(1);
    auto& bench = world.bench;
    (void)bench.sweep();
    bench.add(row(2, dead));
    ControlNote pause;
    pause.at = bench.now;
    pause.action = ControlAction::pause;
    pause.why = "upgrade";
    bench.journal->note(pause);
    auto report = world.after(60s);
    CHECK(report.outcome == SweepReport::Outcome::held);
    CHECK(world.noted().size() == 1);
    world.master_claims(1);
    report = world.after(60s);
    CHECK(world.noted()[0].compared == Comparison::agreed);
    REQUIRE(report.shadow_score);
    CHECK(report.shadow_score->agreed == 1);
}

TEST_CASE("in shadow mode one alert says what would have been done, and no other is given") {
    Shadow world(2);
    auto& bench = world.bench;
    (void)bench.sweep();
    REQUIRE(bench.people.told.size() == 1);  // none of the lost master
    CHECK_THAT(bench.people.told[0].title, Catch::Contains("shadow"));
    CHECK_THAT(bench.people.told[0].summary,
               Catch::StartsWith("2 workflow(s) would have been handed over to live masters: 1, 2, of " + dead));
    CHECK_FALSE(bench.people.told[0].as_master_would);
    bench.cluster->remove_master({alive});
    (void)world.after(60s);
    (void)world.after(60s);
    CHECK(bench.people.told.size() == 1);
}

TEST_CASE("a journal that knew no shadow mode: act goes on with it, shadow says what is missing") {
    Shadow world(2);
    auto& bench = world.bench;
    bench.tables->journal.shadow_exists = false;
    auto report = bench.sweep();
    CHECK(report.outcome == SweepReport::Outcome::done);
    CHECK(report.count(Outcome::would_recover) == 2);
    CHECK(report.shadow_noted == 0);
    CHECK_FALSE(report.shadow_score.has_value());
    CHECK_THAT(report.why_no_journal, Catch::Contains("ds_reconciler_shadow") && Catch::Contains("init-db"));
    world.expect_untouched();
    bench.shadow = false;
    report = world.after(60s);
    CHECK(report.why_no_journal.empty());
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK_FALSE(bench.tables->journal.shadow_exists);
}

TEST_CASE("journal.create makes what shadow mode needs") {
    auto policy = at_once();
    policy.journal_create = true;
    Shadow world(1, policy);
    world.bench.tables->journal.shadow_exists = false;
    CHECK(world.bench.sweep(true).shadow_noted == 0);  // a dry run makes nothing
    CHECK_FALSE(world.bench.tables->journal.shadow_exists);
    CHECK(world.bench.sweep().shadow_noted == 1);
}

TEST_CASE("a dry run notes nothing, and a follower leaves it to the leader") {
    Shadow world(1);
    auto& bench = world.bench;
    auto report = bench.sweep(true);
    CHECK(report.count(Outcome::would_recover) == 1);
    CHECK(world.noted().empty());
    CHECK(bench.people.told.empty());
    (void)bench.sweep();
    bench.restart();
    bench.cluster->leaders.clear();
    (void)bench.cluster->enter_line("replica 2");
    world.deeds.watch(bench);
    bench.add(row(2, dead));
    world.master_claims(1);
    report = world.after(60s);
    CHECK(report.follows);
    CHECK(world.noted().size() == 1);
    CHECK(world.noted()[0].compared == Comparison::open);
    REQUIRE(report.shadow_score);
    CHECK(report.shadow_score->open == 1);
}

TEST_CASE("a host that cannot be a node's name fails its own rows, not the sweep of shadow mode") {
    Shadow shadow(1);
    shadow.bench.add(row(2, "10.0.0.9/5678"));
    const auto report = shadow.bench.sweep();
    CHECK(report.outcome == SweepReport::Outcome::done);
    CHECK(report.count(Outcome::would_recover) == 1);
    CHECK(report.count(Outcome::failed) == 1);
}

}  // namespace dsr::shadow_test
