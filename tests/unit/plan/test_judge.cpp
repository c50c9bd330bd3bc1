// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plan/judge.hpp"
#include "support/builders.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

Snapshot cluster(Policy policy = at_once(), SchemaFacts schema = schema_3_1()) {
    return snapshot_of({live(alive, noon - 2h)}, policy, schema);
}

Verdict verdict(const WorkflowInstance& instance, const Snapshot& snapshot) {
    const auto judged = plan::judge(instance, snapshot, noon);
    CAPTURE(judged.reason);
    CHECK_FALSE(judged.reason.empty());
    return judged.verdict;
}

}  // namespace

TEST_CASE("a row of an absent host is an orphan in every failover state, and in no other") {
    struct Case {
        int state;
        Verdict first_generation;
        Verdict second_generation;
    };
    const auto row_of = GENERATE(values<Case>({
        {0, Verdict::orphan, Verdict::parked},
        {1, Verdict::orphan, Verdict::orphan},
        {2, Verdict::orphan, Verdict::orphan},
        {4, Verdict::orphan, Verdict::orphan},
        {12, Verdict::orphan, Verdict::parked},
        {14, Verdict::parked, Verdict::parked},
        {15, Verdict::parked, Verdict::parked},
        {16, Verdict::parked, Verdict::parked},
        {17, Verdict::parked, Verdict::parked},
        {18, Verdict::unknown, Verdict::stranded},
        {10, Verdict::unknown, Verdict::unknown},
        {99, Verdict::unknown, Verdict::unknown},
        {-1, Verdict::unknown, Verdict::unknown},
    }));
    CAPTURE(row_of.state);
    CHECK(verdict(row(1, dead, row_of.state), cluster(at_once(), schema_3_1())) == row_of.first_generation);
    CHECK(verdict(row(1, dead, row_of.state), cluster(at_once(), schema_3_4())) == row_of.second_generation);
}

TEST_CASE("states 10 and 11 are parked where the schema is old enough to have them") {
    auto schema = schema_3_1();
    schema.state_history = false;
    CHECK(verdict(row(1, dead, 10), cluster(at_once(), schema)) == Verdict::parked);
    CHECK(verdict(row(1, dead, 11), cluster(at_once(), schema)) == Verdict::parked);
}

TEST_CASE("a view that is not fresh judges nothing") {
    auto snapshot = cluster();
    snapshot.registry.fresh = false;
    snapshot.registry.why_not_fresh = "cut off";
    CHECK(verdict(row(1, dead), snapshot) == Verdict::unknown);
    CHECK(verdict(row(1, alive), snapshot) == Verdict::unknown);
}

TEST_CASE("hosts that are none") {
    const auto snapshot = cluster();
    auto instance = row(1, dead);
    instance.host = std::nullopt;
    CHECK(verdict(instance, snapshot) == Verdict::unassigned);
    instance.host = "";
    CHECK(verdict(instance, snapshot) == Verdict::unassigned);
    instance.host = "NULL";
    CHECK(verdict(instance, snapshot) == Verdict::stranded);
    CHECK(verdict(instance, cluster(at_once(), schema_3_4())) == Verdict::unassigned);
    instance.state = std::nullopt;
    CHECK(verdict(instance, snapshot) == Verdict::unknown);
}

TEST_CASE("liveness is the whole address, never a part of it") {
    const auto snapshot = snapshot_of({live("110.0.0.7:5678", noon - 2h), live("10.0.0.7:56789", noon - 2h)});
    CHECK(verdict(row(1, "10.0.0.7:5678"), snapshot) == Verdict::orphan);
    CHECK(verdict(row(1, "10.0.0.7"), snapshot) == Verdict::orphan);
}

TEST_CASE("a pending command comes before everything that would act") {
    auto instance = row(1, dead);
    instance.command_pending = true;
    CHECK(verdict(instance, cluster()) == Verdict::pending);
    instance.host = "NULL";
    CHECK(verdict(instance, cluster()) == Verdict::pending);
}

TEST_CASE("what we handed over is not handed over again") {
    auto instance = row(1, dead);
    instance.handed_over = noon - 1min;
    CHECK(verdict(instance, cluster()) == Verdict::recovering);
}

TEST_CASE("a definition that is gone makes an orphan unrecoverable, and leaves an owned row alone") {
    auto instance = row(1, dead);
    instance.definition_exists = false;
    CHECK(verdict(instance, cluster()) == Verdict::unrecoverable);
    instance.host = alive;
    CHECK(verdict(instance, cluster()) == Verdict::owned);
}

TEST_CASE("ownership decides at a registered host") {
    const auto startup = noon - 10min;
    auto snapshot = snapshot_of({live(dead, startup)});

    SECTION("taken up after the startup: owned") {
        CHECK(verdict(row(1, dead, 1, startup + 1ms), snapshot) == Verdict::owned);
        CHECK(verdict(row(1, dead, 1, startup), snapshot) == Verdict::owned);
    }
    SECTION("before: of an earlier incarnation") {
        CHECK(verdict(row(1, dead, 1, startup - 1ms), snapshot) == Verdict::orphan_earlier_incarnation);
    }
    SECTION("inside the tolerance: ambiguous") {
        auto instance = row(1, dead);
        instance.ownership = owned_since(startup - 500ms, 1s);
        CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
        instance.ownership = owned_since(startup - 1500ms, 1s);
        CHECK(verdict(instance, snapshot) == Verdict::orphan_earlier_incarnation);
        instance.ownership = owned_since(startup + 1s, 1s);
        CHECK(verdict(instance, snapshot) == Verdict::owned);
    }
    SECTION("no startup time known: owned") {
        snapshot.registry.masters[0].startup_time.reset();
        CHECK(verdict(row(1, dead, 1, startup - 5h), snapshot) == Verdict::owned);
    }
    SECTION("no time in the row: ambiguous") {
        auto instance = row(1, dead);
        instance.ownership = {};
        CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
    }
    SECTION("the zone is not proven: ambiguous") {
        snapshot.zone_proven = false;
        CHECK(verdict(row(1, dead, 1, startup - 1h), snapshot) == Verdict::ambiguous);
        CHECK(verdict(row(1, dead, 1, startup + 1min), snapshot) == Verdict::owned);
    }
}

TEST_CASE("in the second generation an earlier incarnation's rows wait for the master's own scan, and clocks differ") {
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    const auto startup = noon - 10min;
    auto snapshot = snapshot_of({live(dead, startup)}, policy, schema_3_4());
    const auto old_row = row(1, dead, 1, startup - 1h);
    CHECK(verdict(old_row, snapshot) == Verdict::waiting);
    snapshot.attendance.present.at({dead}).since = noon - 151s;
    CHECK(verdict(old_row, snapshot) == Verdict::waiting);
    snapshot.attendance.present.at({dead}).views = 2;
    CHECK(verdict(old_row, snapshot) == Verdict::orphan_earlier_incarnation);
    snapshot.clock_skew = 2h;
    CHECK(verdict(old_row, snapshot) == Verdict::ambiguous);
}

TEST_CASE("times that do not parse are never guessed at, absent host or not") {
    auto instance = row(1, dead);
    instance.ownership.form = OwnershipTime::Form::unreadable;
    instance.ownership.text = "yesterday";
    CHECK(verdict(instance, cluster()) == Verdict::ambiguous);
    instance.host = alive;
    CHECK(verdict(instance, cluster()) == Verdict::ambiguous);
}

TEST_CASE("a row without any time is still an orphan of an absent host") {
    auto instance = row(1, dead);
    instance.ownership = {};
    CHECK(verdict(instance, cluster()) == Verdict::orphan);
}

TEST_CASE("an absent host's rows wait for the grace and for the views") {
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    auto snapshot = cluster(policy);
    auto& absence = snapshot.attendance.absent[{dead}];
    absence.since = noon - 112s;
    absence.views = 3;
    const auto judged = plan::judge(row(1, dead), snapshot, noon);
    CHECK(judged.verdict == Verdict::waiting);
    CHECK(judged.acts_at == noon + 38s);
    CHECK(judged.reason ==
          "host 10.0.0.7:5678 absent for 1 m 52 s, view 3 of 2; acts after 2 m 30 s, at "
          "2026-11-23T12:00:38.000Z");

    absence.since = noon - 150s;
    CHECK(verdict(row(1, dead), snapshot) == Verdict::orphan);
    absence.views = 1;
    const auto unconfirmed = plan::judge(row(1, dead), snapshot, noon);
    CHECK(unconfirmed.verdict == Verdict::waiting);
    CHECK(unconfirmed.acts_at == noon + 10s);

    SECTION("a host that nobody noted yet is absent since this view") {
        snapshot.attendance.absent.clear();
        CHECK(verdict(row(1, dead), snapshot) == Verdict::waiting);
    }
}

TEST_CASE("a claimed row is stranded only after it was seen so for the grace") {
    Policy policy;
    policy.grace = 150s;
    auto instance = row(1, "NULL");
    CHECK(verdict(instance, cluster(policy)) == Verdict::waiting);
    instance.claimed_since = noon - 149s;
    CHECK(verdict(instance, cluster(policy)) == Verdict::waiting);
    instance.claimed_since = noon - 150s;
    CHECK(verdict(instance, cluster(policy)) == Verdict::stranded);
    instance.definition_exists = false;
    CHECK(verdict(instance, cluster(policy)) == Verdict::unrecoverable);
}

TEST_CASE("builds that may recover in place are not written to without a journal, whatever a person forces") {
    auto schema = schema_3_4();
    schema.test_flag = true;
    auto policy = at_once();
    CHECK(verdict(row(1, dead), cluster(policy, schema)) == Verdict::ambiguous);
    CHECK(verdict(row(1, alive), cluster(policy, schema)) == Verdict::owned);
    policy.recovers_in_place = RecoversInPlace::no;
    CHECK(verdict(row(1, dead), cluster(policy, schema)) == Verdict::ambiguous);
    schema.test_flag = false;
    CHECK(verdict(row(1, dead), cluster(policy, schema)) == Verdict::orphan);
    policy.recovers_in_place = RecoversInPlace::yes;
    CHECK(verdict(row(1, dead), cluster(policy, schema)) == Verdict::ambiguous);
    // 3.2 has a test_flag too, and stamps its takeovers.
    auto g1 = schema_3_1();
    g1.test_flag = g1.tenant_code = true;
    CHECK(verdict(row(1, dead), cluster(at_once(), g1)) == Verdict::orphan);
}

TEST_CASE("a worker out of reach is tried three times, then a person is asked") {
    auto instance = row(1, dead);
    instance.unreachable_tries = 2;
    CHECK(verdict(instance, cluster()) == Verdict::orphan);
    instance.unreachable_tries = 3;
    CHECK(verdict(instance, cluster()) == Verdict::ambiguous);
}
