// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/judging.hpp"

namespace dsr::judge_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

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
        instance.ownership = owned_since(startup - 1s, 1s);
        CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
        instance.ownership = owned_since(startup - 1s - 1us, 1s);
        CHECK(verdict(instance, snapshot) == Verdict::orphan_earlier_incarnation);
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
        snapshot.zone = {};
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
    snapshot.membership.present.at({dead}).since = noon - 151s;
    CHECK(verdict(old_row, snapshot) == Verdict::waiting);
    snapshot.membership.present.at({dead}).views = 2;
    CHECK(verdict(old_row, snapshot) == Verdict::orphan_earlier_incarnation);
    snapshot.clock_skew = 2h;
    CHECK(verdict(old_row, snapshot) == Verdict::ambiguous);
    CHECK_THAT(plan::judge(old_row, snapshot, noon).reason,
               Catch::StartsWith("taken up between " + rfc3339(startup - 3h) + " and " + rfc3339(startup + 1h)));

    SECTION("a master that nobody noted yet is there since this view") {
        snapshot.clock_skew = 0s;
        snapshot.policy.grace = 0ms;
        CHECK(verdict(old_row, snapshot) == Verdict::orphan_earlier_incarnation);
        snapshot.membership.present.clear();
        CHECK(verdict(old_row, snapshot) == Verdict::waiting);
    }
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
    auto& absence = snapshot.membership.absent[{dead}];
    absence.since = noon - 112s;
    absence.views = 3;
    const auto judged = plan::judge(row(1, dead), snapshot, noon);
    CHECK(judged.verdict == Verdict::waiting);
    CHECK(judged.acts_at == noon + 38s);
    CHECK(judged.reason ==
          "host 10.0.0.7:5678 absent for 1 m 52 s (missing in 3 view(s), 2 required); due after 2 m 30 s, at "
          "2026-11-23T12:00:38.000Z");

    absence.since = noon - 150s;
    CHECK(verdict(row(1, dead), snapshot) == Verdict::orphan);
    absence.views = 1;
    const auto unconfirmed = plan::judge(row(1, dead), snapshot, noon);
    CHECK(unconfirmed.verdict == Verdict::waiting);
    CHECK(unconfirmed.acts_at == noon + 10s);

    SECTION("a host that nobody noted yet is absent since this view") {
        snapshot.membership.absent.clear();
        CHECK(verdict(row(1, dead), snapshot) == Verdict::waiting);
        snapshot.policy.grace = 0ms;
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
    CHECK_THAT(plan::judge(instance, cluster(policy), noon).reason, Catch::Contains("(host 'NULL')"));
    auto in_state_18 = row(1, dead, state::failover);
    in_state_18.claimed_since = noon - 150s;
    CHECK_THAT(plan::judge(in_state_18, cluster(policy, schema_3_4()), noon).reason, Catch::Contains("(state 18)"));
    instance.definition_exists = false;
    CHECK(verdict(instance, cluster(policy)) == Verdict::unrecoverable);
}

TEST_CASE("builds that recover in place: what the schema tells, and what a person says") {
    struct Case {
        bool test_flag;
        RecoversInPlace forced;
        bool journal;
        Verdict verdict;  // of a row whose host nobody saw go
    };
    const auto build = GENERATE(values<Case>({
        {false, RecoversInPlace::automatic, true, Verdict::orphan},
        {false, RecoversInPlace::automatic, false, Verdict::orphan},
        {false, RecoversInPlace::yes, true, Verdict::ambiguous},
        {false, RecoversInPlace::no, true, Verdict::orphan},
        {true, RecoversInPlace::automatic, true, Verdict::ambiguous},
        {true, RecoversInPlace::automatic, false, Verdict::ambiguous},
        {true, RecoversInPlace::no, true, Verdict::orphan},  // the journal alone keeps it to one command
        {true, RecoversInPlace::no, false, Verdict::ambiguous},
        {true, RecoversInPlace::yes, true, Verdict::ambiguous},
    }));
    CAPTURE(build.test_flag, static_cast<int>(build.forced), build.journal);
    auto schema = schema_3_4();
    schema.test_flag = build.test_flag;
    auto policy = at_once();
    policy.recovers_in_place = build.forced;
    auto snapshot = cluster(policy, schema);
    snapshot.journal_ready = build.journal;
    CHECK(verdict(row(1, dead), snapshot) == build.verdict);
    CHECK(verdict(row(1, alive), snapshot) == Verdict::owned);
    // 3.2 has a test_flag too, and stamps its takeovers.
    schema.generation = Generation::process;
    snapshot.schema = schema;
    CHECK(verdict(row(1, dead), snapshot) == Verdict::orphan);
}

TEST_CASE("where a build recovers in place, a row of a host that is registered again is left to a person") {
    auto schema = schema_3_4();
    schema.test_flag = true;
    const auto snapshot = snapshot_of({live(dead, noon - 10min), live(alive, noon - 2h)}, at_once(), schema);
    auto instance = row(1, dead);
    CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
    instance.history.waivers = {released_from("not_recovered_in_place")};
    CHECK(verdict(instance, snapshot) == Verdict::orphan_earlier_incarnation);
    CHECK(verdict(row(1, dead, 1, noon - 5min), snapshot) == Verdict::owned);
}

TEST_CASE("a worker out of reach is tried three times, then a person is asked") {
    auto instance = row(1, dead);
    instance.unreachable_tries = 2;
    CHECK(verdict(instance, cluster()) == Verdict::orphan);
    instance.unreachable_tries = 3;
    CHECK(verdict(instance, cluster()) == Verdict::ambiguous);
}

TEST_CASE("quarantined: so many attempts in a day, or masters under it, until a person releases it") {
    struct Case {
        int attempts;
        int masters;
        Verdict verdict;
    };
    const auto history = GENERATE(values<Case>({
        {2, 2, Verdict::orphan},
        {3, 0, Verdict::quarantined},
        {0, 3, Verdict::quarantined},
    }));
    auto instance = row(1, dead);
    instance.history.attempts_in_a_day = history.attempts;
    instance.history.masters_lost = history.masters;
    CHECK(verdict(instance, cluster()) == history.verdict);
    const bool quarantined = history.verdict == Verdict::quarantined;

    auto stranded = instance;
    stranded.host = "NULL";
    CHECK(verdict(stranded, cluster()) == (quarantined ? Verdict::quarantined : Verdict::stranded));
    auto runs = instance;
    runs.host = alive;
    CHECK(verdict(runs, cluster()) == Verdict::owned);
    CHECK(verdict(answered(instance), cluster()) == Verdict::recovering);
    instance.definition_exists = false;
    CHECK(verdict(instance, cluster()) == (quarantined ? Verdict::quarantined : Verdict::unrecoverable));
    Policy waits;
    instance.definition_exists = true;
    CHECK(verdict(instance, cluster(waits)) == (quarantined ? Verdict::quarantined : Verdict::waiting));
}

TEST_CASE("zombie: tasks of an absent host's row that go on start its grace again, for an hour") {
    struct Case {
        std::chrono::microseconds absent_for;
        std::chrono::microseconds active_ago;
        Verdict verdict;
    };
    const auto evidence = GENERATE(values<Case>({
        {10min, 150s - 1us, Verdict::zombie},
        {10min, 150s, Verdict::orphan},   // quiet for a grace
        {10min, 10min, Verdict::orphan},  // not after it went
        {10min, 11min, Verdict::orphan},
        {10min, -1min, Verdict::zombie},  // a clock ahead of ours
        {60min, 0s, Verdict::zombie},
        {60min + 1us, 0s, Verdict::ambiguous},
        {3h, 1h, Verdict::ambiguous},  // over an hour of it, however quiet by now
    }));
    CAPTURE(evidence.absent_for.count(), evidence.active_ago.count());
    auto snapshot = cluster(Policy{});
    snapshot.membership.absent[{dead}] = missing(noon - evidence.absent_for);
    auto instance = row(1, dead, 1, noon - 5h);
    instance.task_activity = noon - evidence.active_ago;
    CHECK(verdict(instance, snapshot) == evidence.verdict);
    if (evidence.verdict == Verdict::zombie) {
        const auto judged = plan::judge(instance, snapshot, noon);
        CHECK(judged.acts_at == std::min(noon, *instance.task_activity) + 150s);
        CHECK_THAT(judged.reason, Catch::EndsWith("due at " + rfc3339(*judged.acts_at)));
    }
    instance.history.waivers = {released_from("owner_gone", *instance.task_activity)};
    CHECK(verdict(instance, snapshot) == Verdict::orphan);
}

TEST_CASE("a task that ended as its host was missed is no sign of life") {
    auto snapshot = cluster(Policy{});
    snapshot.membership.absent[{dead}] = missing(noon - 10s);
    auto instance = row(1, dead, 1, noon - 5h);
    instance.task_activity = noon - 10s;
    CHECK(verdict(instance, snapshot) == Verdict::waiting);
    *instance.task_activity += 1us;
    CHECK(verdict(instance, snapshot) == Verdict::zombie);
}

TEST_CASE("a row taken up after its host was missed waits from then on") {
    auto snapshot = cluster(Policy{});
    snapshot.membership.absent[{dead}] = missing(noon - 10min);
    CHECK(verdict(row(1, dead, 1, noon - 149s), snapshot) == Verdict::waiting);
    CHECK(verdict(row(1, dead, 1, noon - 150s), snapshot) == Verdict::orphan);
    CHECK(verdict(row(1, dead, 1, noon + 1h), snapshot) == Verdict::waiting);
}

TEST_CASE("a person's release decides what could not be told, and nothing else") {
    const auto startup = noon - 10min;
    auto snapshot = snapshot_of({live(dead, startup)});
    auto instance = row(1, dead);
    SECTION("inside the tolerance") {
        instance.ownership = owned_since(startup - 500ms, 1s);
    }
    SECTION("no time in the row") {
        instance.ownership = {};
    }
    SECTION("times that do not parse") {
        instance.ownership.form = OwnershipTime::Form::unreadable;
    }
    SECTION("the zone is not proven") {
        snapshot.zone = {};
    }
    REQUIRE(verdict(instance, snapshot) ==
            (!snapshot.zone.proofs.empty() && instance.ownership.form == OwnershipTime::Form::known &&
                     instance.ownership.latest < startup
                 ? Verdict::orphan_earlier_incarnation
                 : Verdict::ambiguous));
    instance.history.waivers = {released_from("ownership_readable"), released_from("owner_gone")};
    CHECK(verdict(instance, snapshot) == Verdict::orphan_earlier_incarnation);
    // What this run of the daemon handed over before the release does not stand in the way of it.
    instance.handed_over = noon - 1h;
    instance.history.waivers.push_back(released_from("not_answered"));
    CHECK(verdict(instance, snapshot) == Verdict::orphan_earlier_incarnation);
    // The living keep theirs.
    instance.ownership = owned_since(startup);
    instance.handed_over.reset();
    CHECK(verdict(instance, snapshot) == Verdict::owned);
    instance.command_pending = true;
    CHECK(verdict(instance, snapshot) == Verdict::pending);
    instance.command_pending = false;
    instance.definition_exists = false;
    instance.ownership = owned_since(startup - 1h);
    CHECK(verdict(instance, snapshot) == Verdict::unrecoverable);
}

TEST_CASE("a release does not shorten the grace of an absent host, nor make the unreachable worker's row wait") {
    auto snapshot = cluster(Policy{});
    snapshot.membership.absent[{dead}] = missing(noon - 100s);
    auto instance = row(1, dead);
    instance.history.waivers = {released_from("owner_gone"), released_from("workers_reached")};
    CHECK(verdict(instance, snapshot) == Verdict::waiting);
    instance.unreachable_tries = 3;
    CHECK(verdict(instance, cluster()) == Verdict::orphan);
}

TEST_CASE("a released row whose registered host does not tell its startup stays owned") {
    auto snapshot = snapshot_of({live(dead, noon - 10min)});
    snapshot.registry.masters[0].startup_time.reset();
    auto instance = row(1, dead);
    instance.history.waivers = {released_from("owner_gone")};
    CHECK(verdict(instance, snapshot) == Verdict::owned);
}

TEST_CASE("what this run handed over without a journal is recovering, until the claim is stranded") {
    auto snapshot = cluster(Policy{});
    snapshot.journal_ready = false;
    auto instance = row(1, "NULL");
    instance.handed_over = noon - 1min;
    instance.claimed_since = noon - 100s;
    CHECK(verdict(instance, snapshot) == Verdict::recovering);
    instance.claimed_since = noon - 150s;
    CHECK(verdict(instance, snapshot) == Verdict::stranded);
}

TEST_CASE("a release does not waive what was written after it") {
    auto snapshot = cluster(Policy{});
    snapshot.membership.absent[{dead}] = missing(noon - 4h);
    auto instance = row(1, dead, 1, noon - 5h);
    instance.history.waivers = {released_from("owner_gone", noon - 10min)};
    instance.task_activity = noon - 10min;
    CHECK(verdict(instance, snapshot) == Verdict::orphan);
    *instance.task_activity += 1us;
    CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
    instance.task_activity.reset();
    instance.history.waivers = {released_from("not_answered", noon - 10min)};
    instance.handed_over = noon - 11min;
    CHECK(verdict(instance, snapshot) == Verdict::orphan);
    instance.handed_over = noon - 9min;
    CHECK(verdict(instance, snapshot) == Verdict::recovering);
}

TEST_CASE("a release of a sub-workflow does not cover what its parent does later") {
    auto in_place = schema_3_4();
    in_place.test_flag = true;
    Policy policy;
    policy.recovers_in_place = RecoversInPlace::no;
    auto snapshot = cluster(policy, in_place);
    snapshot.membership.absent[{dead}] = missing(noon - 4h);
    auto instance = row(2, dead, 1, noon - 5h);
    instance.is_sub_workflow = true;
    instance.history.waivers = {released_from("parent_left_alone", noon - 10min)};
    const auto because_of = [&](Verdict parent, std::optional<Instant> restarted_at) {
        instance.parent = ParentState{{1}, parent, restarted_at, {}};
        return verdict(instance, snapshot);
    };
    CHECK(because_of(Verdict::quarantined, {}) == Verdict::orphan);
    CHECK(because_of(Verdict::owned, noon - 2h) == Verdict::orphan);
    CHECK(because_of(Verdict::owned, noon - 5min) == Verdict::superseded);
    CHECK(because_of(Verdict::owned, noon - 10min - 30s) == Verdict::superseded);  // clocks may differ by a minute
    CHECK(because_of(Verdict::waiting, {}) == Verdict::waiting);
    CHECK(because_of(Verdict::orphan, {}) == Verdict::waiting);
    CHECK(because_of(Verdict::recovering, noon - 2h) == Verdict::waiting);
}

TEST_CASE("a release from quarantine waives neither task activity nor parent, zone, worker, stop or build") {
    auto in_place = schema_3_4();
    in_place.test_flag = true;
    auto instance = row(1, dead, 1, noon - 5h);
    instance.history.waivers = {released_from("not_quarantined")};
    auto snapshot = cluster(Policy{}, in_place);
    SECTION("activity") {
        snapshot.membership.absent[{dead}] = missing(noon - 4h);
        instance.task_activity = noon - 1min;
    }
    SECTION("parent") {
        instance.parent = ParentState{{9}, Verdict::quarantined, {}, {}};
    }
    SECTION("zone") {
        snapshot = snapshot_of({live(dead, noon - 10min)});
        instance.ownership = owned_since(noon - 1h);
        snapshot.zone = {};
    }
    SECTION("a worker out of reach") {
        snapshot = cluster();
        instance.unreachable_tries = 3;
    }
    SECTION("a build that recovers in place") {}
    CHECK(verdict(instance, snapshot) == Verdict::ambiguous);
}

}  // namespace dsr::judge_test
