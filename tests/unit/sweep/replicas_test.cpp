// SPDX-License-Identifier: Apache-2.0
// Several daemons beside one cluster, fencing of dead masters, leaked locks, and a daemon that was asleep.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::replicas_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

SchemaFacts with_markers() {
    return schema_3_4();
}

SweepBench witnessed(SchemaFacts schema, Policy policy = at_once()) {
    SweepBench bench(policy, schema);
    bench.cluster->marker_directory = schema.generation == Generation::workflow;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 77);
    bench.add(row(1, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now += 20s;
    return bench;
}

std::string marker_of_dead() {
    return dead + "-" + std::to_string(epoch_ms(noon - 2h)) + "-77";
}

}  // namespace

TEST_CASE("a follower watches and writes nothing, and it takes over with what it saw") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    fakes::FakeRegistry other(bench.cluster, "replica 2");
    REQUIRE(other.lead().leads);
    const auto persisted = bench.tables->journal.persisted;
    const auto report = bench.sweep();
    CHECK(report.follows);
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::not_leader);
    CHECK_THAT(report.holds[0].reason, Catch::Contains("replica 2"));
    CHECK(report.count(Verdict::orphan) == 1);
    CHECK(bench.store->writes.empty());
    CHECK(bench.people.told.empty());
    CHECK(bench.tables->journal.persisted == persisted);
    other.resign();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("leadership lost in mid-sweep ends the writing") {
    auto policy = at_once();
    policy.batch = 1;
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 3; ++id) bench.add(row(id, dead));
    fakes::FakeRegistry other(bench.cluster, "replica 2");
    int commits = 0;
    bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        if (operation != fakes::StoreOperation::commit || moment != fakes::StoreMoment::after) return;
        if (++commits > 1) return;
        bench.registry->lose_session();
        CHECK(other.lead().leads);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::skipped_changed) == 2);
}

TEST_CASE("a dead incarnation that we knew is fenced before its rows are touched") {
    auto bench = witnessed(with_markers());
    bool fenced_first = false;
    bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment) {
        if (operation == fakes::StoreOperation::begin_failover)
            fenced_first = bench.cluster->markers.contains(marker_of_dead());
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(fenced_first);
    CHECK(bench.cluster->markers.at(marker_of_dead()).value == std::to_string(epoch_ms(bench.now)));
}

TEST_CASE("a host that nobody saw alive, and clusters without markers, are not fenced") {
    SECTION("not known") {
        SweepBench bench(at_once(), with_markers());
        bench.cluster->marker_directory = true;
        bench.cluster->add_master({alive}, noon - 2h, 1);
        bench.add(row(1, dead));
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.cluster->markers.empty());
    }
    SECTION("3.1") {
        auto bench = witnessed(schema_3_1());
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.cluster->markers.empty());
    }
}

TEST_CASE("a master that is back in the moment of fencing keeps its rows and is not fenced") {
    auto bench = witnessed(with_markers());
    bench.registry->hook = [&](Operation operation, Moment moment) {
        if (operation == Operation::fence && moment == Moment::before) bench.cluster->add_master({dead}, bench.now, 78);
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK(bench.cluster->markers.empty());
    CHECK(bench.tables->commands.empty());
}

TEST_CASE("a lock that is proven leaked is passed by, its node left alone, and without the proof a person is told") {
    auto bench = witnessed(with_markers());
    const std::string path = "/lock/master-failover/" + dead;
    bench.cluster->locks[path].push_back({"_c_1-lock-0000000000", "10.0.0.8", 9001, bench.now - 15s, 1});
    SECTION("with a marker written after it") {
        bench.cluster->last_transaction = 1;
        bench.cluster->set_marker(marker_of_dead(), std::to_string(epoch_ms(bench.now)));
        bench.cluster->markers.at(marker_of_dead()).modified_at = bench.now - 10s;
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.cluster->locks.at(path).front().data == "10.0.0.8");
    }
    SECTION("without, or with a marker that only a clock puts after it") {
        const bool marker = GENERATE(false, true);
        if (marker) {
            bench.cluster->locks[path].front().created_in = 5;
            bench.cluster->last_transaction = 3;
            bench.cluster->set_marker(marker_of_dead(), std::to_string(epoch_ms(bench.now)));
        }
        const auto report = bench.sweep();
        CHECK(report.count(Outcome::skipped_lock) == 1);
        REQUIRE(report.holds.size() == 1);
        CHECK(report.holds[0].guard == Guard::lock_stuck);
        CHECK(bench.tables->commands.empty());
    }
}

TEST_CASE("a sweep that comes too late holds once, and every grace starts again") {
    auto policy = at_once();
    policy.grace = 60s;
    policy.sweep_interval = 30s;
    auto bench = witnessed(schema_3_1(), policy);
    bench.sweep();
    bench.now += 10min;
    const auto report = bench.sweep();
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::own_stall);
    bench.now += 30s;
    CHECK(bench.sweep().count(Verdict::waiting) == 1);
    bench.now += 31s;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a daemon that slept in mid-sweep does not go on with what it saw before") {
    auto policy = at_once();
    policy.batch = 1;
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int id = 1; id <= 3; ++id) bench.add(row(id, dead));
    bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        if (operation == fakes::StoreOperation::commit && moment == fakes::StoreMoment::after) bench.now += 10min;
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 1);
    CHECK(report.count(Outcome::skipped_changed) == 2);
    REQUIRE(report.holds.size() == 1);
    CHECK(report.holds[0].guard == Guard::own_stall);
}

TEST_CASE("an absent master that still writes is a zombie: its grace starts again, and people are told") {
    auto policy = at_once();
    policy.grace = 60s;
    policy.sweep_interval = 60s;
    auto bench = witnessed(schema_3_1(), policy);
    bench.sweep();
    bench.now += 50s;
    fakes::FakeTask task;
    task.task.id = {5};
    task.task.workflow_instance = {1};
    task.submitted_at = bench.now;
    bench.tables->tasks[5] = task;
    bench.now += 20s;
    bench.people.told.clear();
    auto report = bench.sweep();
    CHECK(report.count(Verdict::zombie) == 1);
    CHECK(bench.tables->commands.empty());
    CHECK(bench.people.told.size() == 1);
    bench.now += 41s;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a mass loss holds until a newer master is there and twice the grace is over") {
    auto policy = at_once();
    policy.grace = 60s;
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    for (int i = 0; i < 3; ++i) {
        const std::string host = "10.0.1." + std::to_string(i) + ":5678";
        bench.cluster->add_master({host}, noon - 2h, 10 + i);
        bench.add(row(i + 1, host));
    }
    bench.sweep();
    for (int i = 0; i < 3; ++i) bench.cluster->remove_master({"10.0.1." + std::to_string(i) + ":5678"});
    bench.now += 60s;
    const auto held = [&] {
        const auto report = bench.sweep();
        return report.holds.size() == 1 && report.holds[0].guard == Guard::mass_loss;
    };
    CHECK(held());
    for (int i = 0; i < 5; ++i) {
        bench.now += 60s;
        CHECK(held());  // no newer master: it stays
    }
    SECTION("a newer master") {
        bench.cluster->add_master({"10.0.0.9:5678"}, bench.now, 5);
        bench.cluster->masters.at({"10.0.0.9:5678"}).registered_at = bench.now;
        bench.now += 60s;
        CHECK(bench.sweep().count(Outcome::recovered) == 3);
    }
    SECTION("a person") {
        ControlNote release;
        release.at = bench.now;
        release.action = ControlAction::release_mass_loss;
        bench.journal->note(release);
        CHECK(bench.sweep().count(Outcome::recovered) == 3);
    }
}

namespace {

/// A cluster in which two replicas queue; `first` says whether ours leads.
struct Two {
    SweepBench bench{at_once()};
    fakes::FakeRegistry other{bench.cluster, "replica 2"};
    int confirmed = 0;

    explicit Two(bool first) {
        bench.cluster->add_master({alive}, noon - 2h, 1);
        if (!first) REQUIRE(other.lead().leads);
        bench.add(row(1, dead));
        bench.add(row(2, dead, 7));
        bench.sweep();
        if (first) REQUIRE_FALSE(other.lead().leads);
        if (first) REQUIRE(bench.tables->journal.entries.size() == 1);
        bench.people.told.clear();
        bench.tables->commands.clear();
        bench.tables->instances.at(1).row.state = 7;  // a receipt is due
        bench.journal->hook = [this](fakes::JournalOperation operation, fakes::StoreMoment moment) {
            if (operation == fakes::JournalOperation::confirm && moment == fakes::StoreMoment::before) ++confirmed;
        };
        bench.now += 20s;
    }
    Two(const Two&) = delete;
    Two& operator=(const Two&) = delete;
};

}  // namespace

TEST_CASE("a follower whose view is not fresh writes no receipt and tells nobody") {
    Two two(false);
    two.bench.tables->journal.entries.push_back({});  // of the leader, whose receipt is due
    two.bench.tables->journal.entries.back().number = 1;
    two.bench.tables->journal.entries.back().instance = {1};
    two.bench.registry->not_fresh = "an answer is missing";
    const auto report = two.bench.sweep();
    CHECK(report.follows);
    CHECK(two.confirmed == 0);
    CHECK(two.bench.people.told.empty());
}

TEST_CASE("the last known leader tells of a view that is not fresh, and writes receipts within its session only") {
    Two two(true);
    two.bench.registry->not_fresh = "an answer is missing";
    SECTION("the same session") {}
    SECTION("another one") {
        two.bench.registry->lose_session();
    }
    const bool same = !two.bench.cluster->leaders.empty() && two.bench.cluster->leaders.front().data == "replica 1";
    const auto report = two.bench.sweep();
    CHECK_FALSE(report.follows);
    CHECK(two.confirmed == (same ? 1 : 0));
    REQUIRE(two.bench.people.told.size() == 1);
    CHECK_THAT(two.bench.people.told[0].summary, Catch::Contains("an answer is missing"));
}

TEST_CASE("where nobody is known to lead, everybody tells of a view that is not fresh, and nobody writes receipts") {
    Two two(true);
    two.bench.restart();
    two.bench.registry->not_fresh = "an answer is missing";
    const auto report = two.bench.sweep();
    CHECK_FALSE(report.follows);
    CHECK(two.bench.tables->journal.entries.at(0).receipt == Receipt::awaited);
    CHECK(two.bench.people.told.size() == 1);
}

TEST_CASE("a leader that lost only its database gives its place to a replica that queues") {
    Two two(true);
    two.bench.store->out_of_reach = "the database is away";
    two.bench.journal->out_of_reach = "the database is away";
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.other.leadership().leads);
    CHECK(two.other.leadership().replicas.size() == 1);

    // It queues again after a whole sweep's reads and a write to the journal.
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.other.leadership().replicas.size() == 1);
    two.bench.store->out_of_reach.clear();
    two.bench.journal->out_of_reach.clear();
    bool writable = false;
    two.bench.journal->hook = [&](fakes::JournalOperation operation, fakes::StoreMoment) {
        if (operation == fakes::JournalOperation::touch && !writable) throw Failure(ErrorKind::permanent, "read-only");
    };
    CHECK(two.bench.sweep().follows);
    CHECK(two.bench.sweep().follows);
    CHECK(two.other.leadership().replicas.size() == 1);
    writable = true;
    CHECK(two.bench.sweep().follows);
    CHECK(two.bench.sweep().follows);
    CHECK(two.other.leadership().replicas.size() == 2);
    CHECK(two.other.leadership().leads);
}

TEST_CASE("a follower without its database that comes to lead gives its place up") {
    Two two(false);
    CHECK(two.bench.sweep().follows);
    two.bench.store->out_of_reach = "the database is away";
    // The leader loses its session and queues again, behind this one.
    two.other.lose_session();
    (void)two.other.lead();
    CHECK(two.bench.registry->leadership().leads);
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.other.leadership().leads);
}

TEST_CASE("a leader whose journal cannot be written gives its place up too") {
    Two two(true);
    two.bench.journal->hook = [&](fakes::JournalOperation operation, fakes::StoreMoment) {
        if (operation == fakes::JournalOperation::save_state) throw Failure(ErrorKind::permanent, "read-only");
    };
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::done);
    CHECK(two.other.leadership().leads);
}

TEST_CASE("a leader without its database keeps its place while nobody else queues") {
    Two two(true);
    two.other.resign();
    two.bench.store->out_of_reach = "the database is away";
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.bench.registry->leadership().leads);
}

TEST_CASE("a leader that does not know the outcome of a commit keeps its place until a whole sweep succeeded") {
    Two two(true);
    two.bench.tables->instances.at(2).row.state = state::running_execution;
    two.bench.store->hook = [&](fakes::StoreOperation operation, fakes::StoreMoment moment) {
        if (operation != fakes::StoreOperation::commit || moment != fakes::StoreMoment::before) return;
        two.bench.store->out_of_reach = "the database is away";
        throw Failure(ErrorKind::unknown_outcome, "the answer was lost");
    };
    CHECK(two.bench.sweep().count(Outcome::unknown) == 1);
    two.bench.store->hook = {};
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.bench.registry->leadership().leads);
    two.bench.store->out_of_reach.clear();
    const auto report = two.bench.sweep();  // held, because it stood still meanwhile, waiting for that commit
    CHECK(report.outcome == SweepReport::Outcome::held);
    CHECK(report.holds.at(0).guard == Guard::own_stall);
    two.bench.store->out_of_reach = "the database is away";
    CHECK(two.bench.sweep().outcome == SweepReport::Outcome::failed);
    CHECK(two.other.leadership().leads);
}

TEST_CASE("a sweep counts the fences that it wrote") {
    auto bench = witnessed(with_markers());
    CHECK(bench.sweep().fences == 1);
    CHECK(bench.sweep().fences == 0);
}

TEST_CASE("a replica that works by another registry is told by name, and nothing is written beside it") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    const journal::StateOwner other{"etcd 7/1", "replica 2", bench.now};
    bench.tables->journal.owner = other;
    const auto held = bench.sweep();
    REQUIRE(held.holds.size() == 1);
    CHECK(held.holds[0].guard == Guard::unproven_cluster);
    CHECK_THAT(held.holds[0].reason,
               Catch::Contains("replica 2") && Catch::Contains("etcd 7/1") && Catch::Contains(bench.cluster->identity));
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.tables->journal.owner == other);  // it must see that somebody works here

    bench.now += 3 * bench.policy().sweep_interval + 1s;  // the other has gone, or uses this registry now
    bench.sweep();
    CHECK(bench.sweep().holds.empty());
    CHECK(bench.commands_for(1) == 1);
    REQUIRE(bench.tables->journal.owner);
    CHECK(bench.tables->journal.owner->replica == "replica 1");
    CHECK(bench.tables->journal.owner->registry == bench.cluster->identity);
}

TEST_CASE("servers that use the database as their registry are told by name, where another one is configured") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, alive));
    bench.tables->registry_stamp = 1'000;
    const auto advance = [&] {
        bench.sweep();
        bench.tables->instances.at(1).row.host = dead;
        bench.tables->registry_stamp = 1'001;
        return bench.sweep();
    };
    SECTION("rows that stand still are of no server") {
        bench.sweep();
        CHECK(bench.sweep().holds.empty());
    }
    SECTION("rows that advance are") {
        const auto held = advance();
        REQUIRE(held.holds.size() == 1);
        CHECK(held.holds[0].guard == Guard::unproven_cluster);
        CHECK_THAT(held.holds[0].reason, Catch::Contains("registry.type jdbc"));
        CHECK(bench.commands_for(1) == 0);
        CHECK(bench.sweep().holds.empty());
        CHECK(bench.commands_for(1) == 1);
    }
    SECTION("unless it is the registry itself") {
        bench.cluster->in_database = true;
        bench.store->registry = bench.cluster;
        CHECK(advance().holds.empty());
        CHECK(bench.commands_for(1) == 1);
    }
}

}  // namespace dsr::replicas_test
