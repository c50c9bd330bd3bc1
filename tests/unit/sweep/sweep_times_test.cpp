// SPDX-License-Identifier: Apache-2.0
// How long things took, as a sweep's report tells it for the metrics.
#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::sweep_times_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::Operation;
using fakes::StoreMoment;
using fakes::StoreOperation;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

using Runs = std::vector<Durations::Run>;

Policy patient() {
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    policy.sweep_interval = 60s;
    return policy;
}

/// Two workflows whose master is missed first at noon + 60 s and which are handed over at noon + 210 s.
SweepBench two_recovered() {
    SweepBench bench(patient());
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.add(row(1, dead));
    bench.add(row(2, dead));
    bench.sweep();
    bench.cluster->remove_master({dead});
    bench.now = noon + 60s;
    CHECK(count_of(bench.sweep().loss_to_recovery) == 0);
    bench.now = noon + 120s;
    bench.sweep();
    bench.now = noon + 210s;
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::recovered) == 2);
    CHECK(report.loss_to_recovery.runs() == Runs{{150s, 2}});
    return bench;
}

}  // namespace

TEST_CASE("each step tells how long it took") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    bench.registry->hook = [&](Operation operation, fakes::Moment moment) {
        if (moment != fakes::Moment::after) return;
        if (operation == Operation::observe) bench.now += 1s;
        if (operation == Operation::acquire) bench.now += 4s;
    };
    bench.store->hook = [&](StoreOperation operation, StoreMoment moment) {
        if (moment != StoreMoment::after) return;
        if (operation == StoreOperation::unfinished_after) bench.now += 2s;
        if (operation == StoreOperation::commit) bench.now += 8s;
    };
    const auto report = bench.sweep();
    REQUIRE(report.count(Outcome::recovered) == 1);
    CHECK(report.took(Step::observe) == 1s);
    CHECK(report.took(Step::confirm) == 0s);
    CHECK(report.took(Step::plan).value() >= 2s);
    CHECK(report.took(Step::apply) == 12s);
    CHECK(report.took(Step::report) == 0s);
    CHECK(report.lock_waits.runs() == Runs{{4s, 1}});
    CHECK(report.leads == true);
}

TEST_CASE("a step that did not come to its end has no time") {
    SweepBench bench;
    bench.add(row(1, dead));
    SECTION("held: nothing is applied") {
        const auto report = bench.sweep();
        REQUIRE(report.outcome == SweepReport::Outcome::held);
        CHECK(report.took(Step::plan));
        CHECK_FALSE(report.took(Step::apply));
    }
    SECTION("the database fails in the middle") {
        bench.store->hook = [](StoreOperation operation, StoreMoment) {
            if (operation == StoreOperation::unfinished_after) throw Failure(ErrorKind::retry, "gone");
        };
        const auto report = bench.sweep();
        REQUIRE(report.outcome == SweepReport::Outcome::failed);
        CHECK(report.took(Step::observe));
        CHECK_FALSE(report.took(Step::plan));
        CHECK(report.took(Step::report));
    }
}

TEST_CASE("a lock that was not had was waited for all the same") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(1, dead));
    bench.cluster->queue_for("/lock/failover/masters/" + dead, "10.0.0.8");
    CHECK(count_of(bench.sweep().lock_waits) == 1);
}

TEST_CASE("from the loss to the recovery and to the takeover") {
    auto bench = two_recovered();
    bench.now = noon + 220s;
    auto report = bench.sweep();
    CHECK(count_of(report.loss_to_takeover) == 0);
    CHECK(report.unconfirmed == 2);
    bench.take_up(alive);
    bench.now = noon + 270s;
    report = bench.sweep();
    CHECK(report.receipts[static_cast<std::size_t>(Receipt::recovered)] == 2);
    CHECK(report.loss_to_takeover.runs() == Runs{{210s, 2}});
    CHECK(report.unconfirmed == 0);
}

TEST_CASE("after a restart the loss is known as long as the absence is") {
    auto bench = two_recovered();
    bench.restart();
    const bool returned = GENERATE(false, true);
    if (returned) bench.cluster->add_master({dead}, noon + 230s, 3);
    bench.now = noon + 240s;
    bench.sweep();
    bench.take_up(alive);
    bench.now = noon + 270s;
    const auto report = bench.sweep();
    CHECK(report.receipts[static_cast<std::size_t>(Receipt::recovered)] == 2);
    CHECK(report.loss_to_takeover.runs() == (returned ? Runs{} : Runs{{210s, 2}}));
}

TEST_CASE("an earlier incarnation was lost by the time that the present one started") {
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 10min, 1);
    bench.add(row(1, alive));
    bench.add_fresh_row(2, alive);
    const auto report = bench.sweep();
    REQUIRE(report.count(Outcome::recovered) == 1);
    CHECK(report.loss_to_recovery.runs() == Runs{{600s, 1}});
}

TEST_CASE("a loss that came after the answer is another one") {
    sweep::LossTimes losses;
    const MasterAddress host{dead};
    CHECK_FALSE(losses.of(host, noon, {}));
    losses.handed_over(host, noon, noon + 200s);
    CHECK(losses.of(host, noon + 200s, {}) == noon);
    CHECK_FALSE(losses.of(host, noon - 1h, {}));
    losses.handed_over({alive}, noon + 48h, noon + 49h);
    CHECK_FALSE(losses.of(host, noon + 200s, {}));
}

}  // namespace dsr::sweep_times_test
