// SPDX-License-Identifier: Apache-2.0
// Judging rows that we handed over or repaired: what became of that.
#include "plan/answered.hpp"

#include <catch2/catch.hpp>

#include "support/judging.hpp"

namespace dsr::answered_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

Snapshot in_place_cluster() {
    auto schema = schema_3_4();
    schema.test_flag = true;
    auto snapshot = cluster(at_once(), schema);
    snapshot.membership.absent[{dead}] = missing(noon - 30min);
    return snapshot;
}

}  // namespace

TEST_CASE("a row that we handed over is followed by what became of it, never handed over again for that loss") {
    const auto judged = [](Receipt receipt, Instant at) {
        return verdict(answered(row(1, dead), receipt, at), cluster());
    };
    CHECK(judged(Receipt::awaited, noon - 10min + 1us) == Verdict::recovering);
    CHECK(judged(Receipt::awaited, noon - 10min) == Verdict::overdue);
    CHECK(judged(Receipt::overdue, noon - 1h) == Verdict::overdue);
    CHECK(judged(Receipt::failed, noon - 1min) == Verdict::failed);
    CHECK(judged(Receipt::recovered, noon - 1h) == Verdict::owned);

    const auto failed = plan::judge(answered(row(1, dead), Receipt::failed), cluster(), noon);
    CHECK_THAT(failed.reason, Catch::Contains("no such definition") && Catch::Contains("release 1"));
}

TEST_CASE("a command that waits is pending, and overdue when it is ours and waits too long") {
    auto instance = answered(row(1, "NULL"));
    instance.command_pending = true;
    CHECK(verdict(instance, cluster()) == Verdict::pending);
    CHECK_THAT(plan::judge(instance, cluster(), noon).reason,
               Catch::EndsWith("not taken up yet; overdue at " + rfc3339(instance.history.answer->at + 10min) +
                               ", a person must then find out why; its command still waits"));
    instance = answered(instance, Receipt::awaited, noon - 10min);
    CHECK(verdict(instance, cluster()) == Verdict::overdue);
    instance = answered(instance, Receipt::recovered, noon - 1h);  // a later one
    CHECK(verdict(instance, cluster()) == Verdict::pending);
    CHECK(plan::judge(instance, cluster(), noon).reason ==
          "a command for it waits for a master; `status` reports it if it waits for 10 m 00 s");
    instance = answered(instance, Receipt::failed, noon - 1h);
    CHECK(verdict(instance, cluster()) == Verdict::pending);
}

TEST_CASE("in place, a row that was taken up is owned while nobody went who could have taken it") {
    auto snapshot = in_place_cluster();
    const auto taken = answered(row(1, dead), Receipt::recovered, noon - 20min);
    CHECK(verdict(taken, snapshot) == Verdict::owned);
    SECTION("another master went since") {
        snapshot.membership.absent[{"10.0.0.9:5678"}] = missing(noon - 5min);
        CHECK(verdict(taken, snapshot) == Verdict::ambiguous);
    }
    SECTION("another master had gone before") {
        snapshot.membership.absent[{"10.0.0.9:5678"}] = missing(noon - 25min);
        CHECK(verdict(taken, snapshot) == Verdict::owned);
    }
    SECTION("all that are there came later") {
        snapshot.registry.masters[0].startup_time = noon - 15min;
        CHECK(verdict(taken, snapshot) == Verdict::ambiguous);
        snapshot.registry.masters[0].startup_time.reset();
        CHECK(verdict(taken, snapshot) == Verdict::owned);
    }
    SECTION("one of those that are there came later, the other was there") {
        snapshot.registry.masters.push_back(snapshot.registry.masters[0]);
        snapshot.registry.masters[0].startup_time = noon - 15min;
        CHECK(verdict(taken, snapshot) == Verdict::owned);
    }
    SECTION("to the moment: seen last as we handed over, started as it was taken up") {
        auto& other = snapshot.membership.absent[{"10.0.0.9:5678"}] = missing(noon - 5min);
        other.last_seen = taken.history.answer->at - 1us;
        snapshot.registry.masters[0].startup_time = taken.history.answer->receipt_at;
        CHECK(verdict(taken, snapshot) == Verdict::owned);
        other.last_seen = taken.history.answer->at;
        CHECK(verdict(taken, snapshot) == Verdict::ambiguous);
        other.last_seen = taken.history.answer->at - 1us;
        *snapshot.registry.masters[0].startup_time += 1us;
        CHECK(verdict(taken, snapshot) == Verdict::ambiguous);
    }
}

TEST_CASE("what waits to be taken up says until when") {
    auto instance = row(1, "NULL");
    const auto reason = [&] { return plan::judge(instance, cluster(), noon).reason; };
    const auto until = [](Instant at) { return Catch::Contains("; overdue at " + rfc3339(at) + ", a person must"); };
    instance.handed_over = noon - 1min;  // the journal does not say so
    CHECK_THAT(reason(), until(noon + 9min));
    instance = answered(instance, Receipt::awaited, noon - 4min);
    CHECK_THAT(reason(), until(noon + 6min));
}

TEST_CASE("what we did is told by its kind") {
    auto instance = answered(row(1, dead));
    CHECK_THAT(plan::judge(instance, cluster(), noon).reason, Catch::StartsWith("handed over at"));
    instance.history.answer->kind = EntryKind::repair;
    CHECK_THAT(plan::answered(instance, cluster(), noon)->reason, Catch::StartsWith("repaired at"));
}

TEST_CASE("a claim without a command is repaired once for a loss") {
    Policy policy;
    auto instance = answered(row(1, "NULL"));
    CHECK(verdict(instance, cluster(policy)) == Verdict::recovering);
    instance.claimed_since = noon - 150s;
    CHECK(verdict(instance, cluster(policy)) == Verdict::stranded);
    instance.handed_over = noon - 10min;
    CHECK(verdict(instance, cluster(policy)) == Verdict::stranded);

    SECTION("its command failed: a person mends that first") {
        instance = answered(instance, Receipt::failed);
        CHECK(verdict(instance, cluster(policy)) == Verdict::failed);
    }
    SECTION("repaired already") {
        instance.history.answer->kind = EntryKind::repair;
        instance.history.repaired = true;
        CHECK(verdict(instance, cluster(policy)) == Verdict::recovering);
        instance.history.answer->at = noon - 1h;
        CHECK(verdict(instance, cluster(policy)) == Verdict::overdue);
    }
    SECTION("never in the view that sees it first, where something was handed over") {
        instance.claimed_since = noon;
        CHECK(verdict(instance, cluster(at_once())) == Verdict::recovering);
    }
}

TEST_CASE("a claimed row is nobody's, also when it was taken up once since our answer") {
    auto snapshot = in_place_cluster();
    snapshot.policy.grace = 150s;
    auto instance = answered(row(1, dead, state::failover), Receipt::recovered, noon - 20min);
    instance.handed_over = noon - 20min;
    instance.claimed_since = noon - 20s;
    const auto judged = plan::judge(instance, snapshot, noon);
    CHECK(judged.verdict == Verdict::waiting);
    CHECK(judged.acts_at == noon + 130s);
    instance.claimed_since = noon - 150s;
    CHECK(verdict(instance, snapshot) == Verdict::stranded);
    instance.history.answer->kind = EntryKind::repair;
    instance.history.repaired = true;
    CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
}

}  // namespace dsr::answered_test
