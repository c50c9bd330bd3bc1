// SPDX-License-Identifier: Apache-2.0
#include "sweep/pace.hpp"

#include <catch2/catch.hpp>

#include "base/sleep.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::pace_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Moment;
using fakes::Operation;

namespace {

Policy paced(std::size_t rate, std::size_t batch = 500) {
    auto policy = at_once();
    policy.rate = rate;
    policy.batch = batch;
    return policy;
}

/// Orphans of two hosts, and a master that lives.
void populate(SweepBench& bench, int rows_of_each) {
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    for (int i = 0; i < rows_of_each; ++i) {
        bench.add(row(1 + i, "10.0.0.7:5678"));
        bench.add(row(100'001 + i, "10.0.0.9:5678"));
    }
}

}  // namespace

TEST_CASE("without a rate nobody waits") {
    sweep::Pace pace(0);
    pace.wrote(1'000'000, noon);
    CHECK(pace.due(noon) == 0ms);
    CHECK(pace.batch(500) == 500);
    CHECK(pace.within(1s) > 1'000'000'000);
}

TEST_CASE("a rate counts from the beginning of a batch, and saves nothing up") {
    sweep::Pace pace(100);
    CHECK(pace.batch(500) == 100);
    CHECK(pace.batch(20) == 20);
    CHECK(pace.due(noon) == 0ms);
    pace.wrote(20, noon);
    CHECK(pace.due(noon + 150ms) == 50ms);
    CHECK(pace.due(noon + 200ms) == 0ms);
    pace.wrote(20, noon + 10s);
    CHECK(pace.due(noon + 10s) == 200ms);
    CHECK(pace.due(noon - 1h) == 1s);  // the clock was set back: it is not waited for
    CHECK(pace.within(60s) == 6000);
    CHECK(sweep::Pace(1).within(10ms) == 1);
}

TEST_CASE("a sweep hands over as many rows in a second as failover.rate says, over all hosts") {
    SweepBench bench(paced(100, 30));
    populate(bench, 150);
    const auto began = bench.now;
    CHECK(bench.sweep().count(Outcome::recovered) == 300);
    // The last batch of each host may be short; nobody waits after the last.
    CHECK(bench.now - began >= 2700ms);
    CHECK(bench.now - began <= 3s);
}

TEST_CASE("the failover lock is never held across a pause") {
    SweepBench bench(paced(10));
    populate(bench, 15);
    int pauses = 0;
    bench.on_rest = [&] {
        ++pauses;
        CHECK(bench.cluster->locks.empty());
    };
    CHECK(bench.sweep().count(Outcome::recovered) == 30);
    CHECK(pauses >= 2);
}

TEST_CASE("a master that comes back in a pause keeps the rows that were not handed over") {
    SweepBench bench(paced(10));
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    for (int id = 1; id <= 30; ++id) bench.add(row(id, "10.0.0.7:5678"));
    bench.on_rest = [&] { bench.cluster->add_master({"10.0.0.7:5678"}, noon, 2); };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 10);
    CHECK(report.count(Outcome::skipped_changed) == 20);
}

TEST_CASE("a pause ends when stop is asked for") {
    SweepBench bench(paced(10));
    populate(bench, 15);
    std::stop_source stop;
    bench.on_rest = [&] { stop.request_stop(); };
    CHECK(bench.sweep(false, stop.get_token()).count(Outcome::recovered) == 10);
}

TEST_CASE("a paced sweep ends after an interval, and the next one follows at once") {
    SweepBench bench(paced(2));
    populate(bench, 100);
    auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 120);
    CHECK(report.more_than_a_plan);
    CHECK(report.beyond_limit == 80);
    report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 80);
    CHECK_FALSE(report.more_than_a_plan);
}

TEST_CASE("the real rest lasts, and ends with a request to stop") {
    const auto began = std::chrono::steady_clock::now();
    base::sleep_for(20ms, {});
    CHECK(std::chrono::steady_clock::now() - began >= 20ms);
    std::stop_source stop;
    stop.request_stop();
    base::sleep_for(1h, stop.get_token());
}

}  // namespace dsr::pace_test
