// SPDX-License-Identifier: Apache-2.0
// Builds that recover in place: what must not have changed between the plan and the lock.
#include <catch2/catch.hpp>
#include <functional>
#include <utility>

#include "support/sweep_bench.hpp"

namespace dsr::recovered_in_place_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;

namespace {

const MasterAddress dead{"10.0.0.7:5678"};
const MasterAddress alive{"10.0.0.8:5678"};
const MasterAddress other{"10.0.0.1:5678"};
const MasterAddress passing{"10.0.0.9:5678"};

/// A workflow of a master that is lost, in a build with markers.
SweepBench with_orphan(bool in_database = false) {
    auto schema = schema_3_4();
    schema.test_flag = true;
    SweepBench bench(at_once(), schema);
    bench.cluster->in_database = in_database;
    if (in_database) bench.store->registry = bench.cluster;
    bench.cluster->marker_directory = true;
    bench.cluster->add_master(alive, noon - 2h, 1);
    bench.cluster->add_master(other, noon - 2h, 2);
    bench.cluster->add_master(dead, noon - 2h, 77);
    bench.add(row(1, dead.text));
    bench.sweep();
    bench.cluster->remove_master(dead);
    bench.now += 20s;
    return bench;
}

/// Once, while the daemon waits for the failover lock.
void before_lock(SweepBench& bench, std::function<void()> change) {
    bench.registry->hook = [change = std::move(change), done = false](Operation operation, Moment moment) mutable {
        if (operation == Operation::acquire && moment == Moment::before && !std::exchange(done, true)) change();
    };
}

/// Its start-up scan claims the row, another master takes the command up, and it stops before it writes its marker. The
/// row looks as before.
void comes_and_goes(SweepBench& bench) {
    bench.cluster->add_master(passing, bench.now, 78);
    if (bench.cluster->in_database) bench.cluster->report(passing);
    bench.cluster->remove_master(passing);
}

}  // namespace

TEST_CASE("a row that may be recovered in place is handed over while the same masters are registered") {
    auto bench = with_orphan();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
}

TEST_CASE("a master that came, went or began anew between the plan and the lock may have recovered the row in place") {
    auto bench = with_orphan();
    SECTION("came") {
        before_lock(bench, [&] { bench.cluster->add_master(passing, bench.now, 78); });
    }
    SECTION("went") {
        before_lock(bench, [&] { bench.cluster->remove_master(other); });
    }
    SECTION("began anew") {
        before_lock(bench, [&] { bench.cluster->add_master(other, bench.now, 3); });
    }
    SECTION("came and went") {
        before_lock(bench, [&] { comes_and_goes(bench); });
    }
    const auto report = bench.sweep();
    REQUIRE(report.actions.size() == 1);
    CHECK(report.actions[0].outcome == Outcome::skipped_changed);
    CHECK_THAT(report.actions[0].reason, Catch::Contains("a master registered or was lost since it was judged"));
    bench.now += 20s;
    CHECK(bench.sweep().count(Verdict::ambiguous) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE("a master that came and went between two sweeps may have recovered the row in place") {
    const bool in_database = GENERATE(false, true);
    auto bench = with_orphan(in_database);
    comes_and_goes(bench);
    CHECK(bench.sweep().count(Outcome::recovered) == 0);
    bench.now += 20s;
    CHECK(bench.sweep().count(Verdict::ambiguous) == 1);
    bench.restart();
    bench.now += 20s;
    CHECK(bench.sweep().count(Verdict::ambiguous) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE("in a database's registry one look under the lock does not hide who came and went from the next") {
    auto bench = with_orphan(/*in_database=*/true);
    bench.add(row(2, "10.0.0.6:5678"));
    before_lock(bench, [&] { comes_and_goes(bench); });
    CHECK(bench.sweep().count(Outcome::recovered) == 0);
    bench.now += 20s;
    bench.sweep();
    CHECK(bench.commands_for(1) == 0);
}

}  // namespace dsr::recovered_in_place_test
