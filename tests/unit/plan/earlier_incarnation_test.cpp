// SPDX-License-Identifier: Apache-2.0
// Which rows of a registered host belong to an earlier incarnation of it: the bound, the proof of the zone, and what
// the first generation's state_history says.
#include <catch2/catch.hpp>

#include "plan/earlier_bound.hpp"
#include "support/judging.hpp"

namespace dsr::earlier_incarnation_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const auto startup = noon - 10min;

/// `dead` is registered again, beside `alive`.
Snapshot restarted(const SchemaFacts& schema = schema_3_1()) {
    return snapshot_of({live(dead, startup), live(alive, noon - 2h)}, at_once(), schema);
}

}  // namespace

TEST_CASE("the zone is proven by that very incarnation of that very host, or not at all") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto snapshot = restarted(schema);
    const auto lost = row(1, dead, 1, startup - 1h);
    CHECK(verdict(lost, snapshot) == Verdict::orphan_earlier_incarnation);

    auto& proof = snapshot.zone.proofs.at({dead});
    SECTION("another host's proof says nothing") {
        snapshot.zone.proofs.erase({dead});
    }
    SECTION("nor does that of the incarnation before") {
        proof.startup_time -= 1h;
    }
    SECTION("nor that of another process") {
        proof.process_id = 1;
    }
    const auto judged = plan::judge(lost, snapshot, noon);
    CHECK(judged.verdict == Verdict::ambiguous);
    CHECK_THAT(judged.reason, Catch::Contains("when a workflow starts there, or with `ds-reconcilerd release 1`"));
}

TEST_CASE("what is older than the startup in every time zone needs no proof") {
    auto snapshot = restarted();
    snapshot.zone = {};
    CHECK(verdict(row(1, dead, 1, startup - 26h), snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup - 26h - 1us), snapshot) == Verdict::orphan_earlier_incarnation);
    snapshot.clock_skew = 1s;
    CHECK(verdict(row(1, dead, 1, startup - 26h - 1s), snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup - 26h - 1s - 1us), snapshot) == Verdict::orphan_earlier_incarnation);
}

TEST_CASE("a startup later than the node that carries it moves no row to an earlier incarnation") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto snapshot = restarted(schema);
    auto& master = snapshot.registry.masters[0];
    REQUIRE(master.address.text == dead);
    // The clock was half an hour ahead when the JVM started, and was set back before the node was made.
    master.registered_at = startup - 30min;
    const auto after_registration = row(1, dead, 1, startup - 20min);
    CHECK(verdict(after_registration, snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup - 30min), snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup - 30min - 1us), snapshot) == Verdict::orphan_earlier_incarnation);
    CHECK(verdict(row(1, dead, 1, startup), snapshot) == Verdict::owned);

    SECTION("unless this daemon saw the new epoch begin under the old node") {
        auto& presence = snapshot.membership.present.at({dead});
        presence.first_heartbeat_seen = true;
        CHECK(verdict(after_registration, snapshot) == Verdict::orphan_earlier_incarnation);
        presence.startup_time = startup - 1s;
        CHECK(verdict(after_registration, snapshot) == Verdict::ambiguous);
        presence.startup_time = startup;
        presence.process_id = 1;
        CHECK(verdict(after_registration, snapshot) == Verdict::ambiguous);
    }
    SECTION("a difference that the clocks have anyway does not count as a step") {
        master.registered_at = startup - 2s;
        snapshot.clock_skew = 2s;
        CHECK(verdict(row(1, dead, 1, startup - 4s), snapshot) == Verdict::ambiguous);
        CHECK(verdict(row(1, dead, 1, startup - 4s - 1us), snapshot) == Verdict::orphan_earlier_incarnation);
        CHECK(verdict(row(1, dead, 1, startup + 2s), snapshot) == Verdict::owned);
    }
}

TEST_CASE("where the registry tells no times, the earliest possible registration counts") {
    auto snapshot = restarted();
    auto& master = snapshot.registry.masters[0];
    REQUIRE(master.address.text == dead);
    master.registered_at = startup + 30s;
    const auto lost = row(1, dead, 1, startup - 1h);
    SECTION("seen to register, after its startup") {
        master.registered_after = startup + 10s;
        CHECK(verdict(lost, snapshot) == Verdict::orphan_earlier_incarnation);
    }
    SECTION("seen to register, and the startup may be later than that") {
        master.registered_after = startup - 10s;
        CHECK(verdict(lost, snapshot) == Verdict::orphan_earlier_incarnation);
        CHECK(verdict(row(1, dead, 1, startup - 5s), snapshot) == Verdict::ambiguous);
    }
    SECTION("registered before the first look") {
        master.registered_after = Instant{};
        const auto judged = plan::judge(lost, snapshot, noon);
        CHECK(judged.verdict == Verdict::ambiguous);
        CHECK_THAT(judged.reason, Catch::Contains("registered before this daemon's first look"));
        CHECK(verdict(row(1, dead, 1, startup + 1s), snapshot) == Verdict::owned);
    }
}

TEST_CASE("a heartbeat whose time is a bracket measures clocks by its farther end, and proves less") {
    auto master = live(dead, noon - 1h);
    master.reported_at = noon;
    master.written_at = noon + 2s;
    master.written_after = noon - 1s;
    CHECK(plan::measured_skew({master}) == 2s);
    CHECK(plan::proven_skew({master}) == 0s);
    master.written_after = noon - 4s;
    CHECK(plan::measured_skew({master}) == 4s);
    master.written_after = Instant{};  // of any age
    CHECK(plan::measured_skew({master}) == 0s);
    CHECK(plan::proven_skew({master}) == 0s);
    master.reported_at = noon + 5s;  // but not from the future
    CHECK(plan::measured_skew({master}) == 3s);
    CHECK(plan::proven_skew({master}) == 3s);
    master.written_after = noon + 1s;
    master.reported_at = noon - 2s;
    CHECK(plan::measured_skew({master}) == 4s);
    CHECK(plan::proven_skew({master}) == 3s);
}

TEST_CASE("the measured difference of clocks counts in the first generation too, and no more than that") {
    auto snapshot = restarted();
    snapshot.policy.clock_skew = 60s;
    snapshot.clock_skew = 300ms;
    CHECK(verdict(row(1, dead, 1, startup - 300ms), snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup - 300ms - 1us), snapshot) == Verdict::orphan_earlier_incarnation);
    CHECK(verdict(row(1, dead, 1, startup + 299ms), snapshot) == Verdict::ambiguous);
    CHECK(verdict(row(1, dead, 1, startup + 300ms), snapshot) == Verdict::owned);
}

TEST_CASE("a new epoch under an old node is believed when its first heartbeat was seen and is not older") {
    MasterPresence before;
    before.startup_time = noon - 2h;
    before.process_id = 4711;
    before.session_id = 4711;
    auto now = live(dead, noon - 30s);
    now.registered_at = noon - 2h;
    now.written_at = noon - 20s;
    CHECK(plan::began_under_old_node(before, now, 0s));
    SECTION("the heartbeat was written before the time that it names") {
        now.written_at = noon - 31s;
        CHECK_FALSE(plan::began_under_old_node(before, now, 0s));
        CHECK(plan::began_under_old_node(before, now, 1s));
    }
    SECTION("it is another node") {
        now.session_id = 9;
        CHECK_FALSE(plan::began_under_old_node(before, now, 0s));
    }
    SECTION("it is no new epoch") {
        before.startup_time = now.startup_time;
        CHECK_FALSE(plan::began_under_old_node(before, now, 0s));
    }
    SECTION("which epoch it was before is not known") {
        before.startup_time.reset();
        CHECK_FALSE(plan::began_under_old_node(before, now, 0s));
    }
}

TEST_CASE("the membership notes that a new epoch began, and only from one view to the next") {
    const Policy policy;
    auto old = live(dead, noon - 2h);
    old.registered_at = noon - 2h;
    RegistryView view;
    view.fresh = view.reached = true;
    view.session_id = 1;
    view.masters = {old};
    auto membership = plan::attend({}, view, policy, noon);
    CHECK_FALSE(membership.present.at({dead}).first_heartbeat_seen);

    view.masters[0].startup_time = noon + 30s;
    view.masters[0].written_at = noon + 40s;
    auto resumed = membership;
    SECTION("seen") {
        membership = plan::attend(membership, view, policy, noon + 60s);
        CHECK(membership.present.at({dead}).first_heartbeat_seen);
        membership = plan::attend(membership, view, policy, noon + 120s);
        CHECK(membership.present.at({dead}).first_heartbeat_seen);
    }
    SECTION("after a gap") {
        membership = plan::attend(membership, view, policy, noon + 1h);
        CHECK_FALSE(membership.present.at({dead}).first_heartbeat_seen);
    }
    SECTION("under another session of ours") {
        view.session_id = 2;
        membership = plan::attend(membership, view, policy, noon + 60s);
        CHECK_FALSE(membership.present.at({dead}).first_heartbeat_seen);
    }
    SECTION("by another daemon") {
        resumed.resumed = true;
        membership = plan::attend(resumed, view, policy, noon + 60s);
        CHECK_FALSE(membership.present.at({dead}).first_heartbeat_seen);
    }
}

TEST_CASE("first generation: a change of state is no take-up, but the grace starts with it") {
    auto policy = at_once();
    policy.grace = 150s;
    auto snapshot = snapshot_of({live(dead, startup)}, policy);
    auto stopped = row(1, dead, state::ready_stop, startup - 1h);
    CHECK(verdict(stopped, snapshot) == Verdict::orphan_earlier_incarnation);
    stopped.ownership.changed = noon - 100s;
    const auto judged = plan::judge(stopped, snapshot, noon);
    CHECK(judged.verdict == Verdict::waiting);
    CHECK(judged.acts_at == noon + 50s);
    stopped.ownership.changed = noon - 150s;
    CHECK(verdict(stopped, snapshot) == Verdict::orphan_earlier_incarnation);
    // A change that is older than the startup tells nothing.
    snapshot.policy.grace = 1h;
    stopped.ownership.changed = startup - 1us;
    CHECK(verdict(stopped, snapshot) == Verdict::orphan_earlier_incarnation);
    snapshot.clock_skew = 1s;
    CHECK(verdict(stopped, snapshot) == Verdict::waiting);
}

TEST_CASE("first generation: a change of state at an absent host starts its grace again") {
    auto policy = at_once();
    policy.grace = 150s;
    auto snapshot = cluster(policy);
    snapshot.membership.absent[{dead}] = missing(noon - 200s);
    auto lost = row(1, dead);
    CHECK(verdict(lost, snapshot) == Verdict::orphan);
    lost.ownership.changed = noon - 100s;
    CHECK(verdict(lost, snapshot) == Verdict::waiting);
    lost.ownership.form = OwnershipTime::Form::absent;
    CHECK(verdict(lost, snapshot) == Verdict::waiting);
}

TEST_CASE("a stop or pause that the build forgets is left to a person, until one says otherwise") {
    auto schema = schema_3_1();
    schema.tenant_code = true;
    schema.version = Version{3, 2, 1};
    auto snapshot = cluster(at_once(), schema);
    const int code = GENERATE(2, 4);
    CAPTURE(code);
    auto stopped = row(1, dead, code);
    const auto judged = plan::judge(stopped, snapshot, noon);
    CHECK(judged.verdict == Verdict::ambiguous);
    CHECK_THAT(judged.reason, Catch::Contains(code == 4 ? "set its state to 5" : "set its state to 3"));
    CHECK(verdict(row(1, dead), snapshot) == Verdict::orphan);

    SECTION("released") {
        stopped.history.waivers = {released_from("stop_kept")};
        CHECK(verdict(stopped, snapshot) == Verdict::orphan);
    }
    SECTION("told to recover them") {
        snapshot.policy.stopped_rows = StoppedRows::recover;
        CHECK(verdict(stopped, snapshot) == Verdict::orphan);
    }
    SECTION("of an earlier incarnation") {
        CHECK(verdict(row(1, alive, code, noon - 5h), snapshot) == Verdict::ambiguous);
        CHECK(verdict(row(1, alive, code), snapshot) == Verdict::owned);
    }
    SECTION("claimed, without a command") {
        auto claimed = row(1, "NULL", code);
        claimed.claimed_since = noon - 1h;
        CHECK(verdict(claimed, snapshot) == Verdict::ambiguous);
        claimed.state = state::running_execution;
        CHECK(verdict(claimed, snapshot) == Verdict::stranded);
    }
    SECTION("while its grace runs it waits like any other") {
        snapshot.policy.grace = 150s;
        CHECK(verdict(stopped, snapshot) == Verdict::waiting);
    }
    SECTION("builds that keep the state") {
        snapshot.schema.version = Version{3, 2, 0};
        CHECK(verdict(stopped, snapshot) == Verdict::orphan);
        snapshot.schema.version.reset();
        CHECK(verdict(stopped, snapshot) == Verdict::ambiguous);  // not known which 3.2
        CHECK(verdict(stopped, cluster(at_once(), schema_3_1())) == Verdict::orphan);
        CHECK(verdict(stopped, cluster(at_once(), schema_3_4())) == Verdict::orphan);
    }
}

}  // namespace dsr::earlier_incarnation_test
