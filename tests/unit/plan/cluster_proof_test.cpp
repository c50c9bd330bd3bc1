// SPDX-License-Identifier: Apache-2.0
#include "plan/cluster_proof.hpp"

#include <catch2/catch.hpp>

#include "plan/guards.hpp"
#include "support/judging.hpp"

namespace dsr::cluster_proof_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

const ClusterIdentity here{"0x5/1795000000000", "d1"};
const std::string elsewhere = "10.9.0.1:5678";

/// A finished row as the newest rows show it, taken up at `at` (start_time).
NewInstance new_row(std::int64_t id, const std::string& host, Instant at = noon - 1h) {
    return {{id}, host, {at, std::nullopt, std::nullopt}};
}

ClusterStanding standing_of(const plan::ClusterSigns& signs, const Snapshot& snapshot = cluster(),
                            ClusterEvidence before = {}) {
    return plan::weigh(std::move(before), signs, snapshot, noon).standing;
}

ClusterEvidence evidence(ClusterStanding standing) {
    return {here, standing, "seen", noon - 1h, 0};
}

ControlNote release(std::int64_t number, Instant at) {
    ControlNote note;
    note.number = number;
    note.at = at;
    note.action = ControlAction::release_cluster;
    note.who = "ops@host";
    note.why = "checked";
    return note;
}

}  // namespace

TEST_CASE("one of the newest rows proves a cluster if its owner is registered and took it up after its startup") {
    CHECK(standing_of({here, {}, {new_row(1, alive)}, {}}) == ClusterStanding::proven);
    CHECK(standing_of({here, {}, {new_row(1, alive), new_row(2, elsewhere)}, {}}) == ClusterStanding::proven);
    CHECK(standing_of({here, {}, {}, {}}) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {new_row(1, elsewhere)}, {}}) == ClusterStanding::unknown);
    // The startup is at noon - 2 h. Before it an equal host name means another incarnation, or another cluster.
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 3h)}, {}}) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 2h)}, {}}) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 2h + 1s)}, {}}) == ClusterStanding::proven);
    CHECK(standing_of({here, {}, {new_row(1, claimed_host_text), {{2}, std::nullopt, {}}, {{3}, alive, {}}}, {}}) ==
          ClusterStanding::unknown);
}

TEST_CASE("measured skew widens the distance from the startup") {
    auto snapshot = cluster();
    snapshot.clock_skew = 10s;
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 2h + 10s)}, {}}, snapshot) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 2h + 11s)}, {}}, snapshot) == ClusterStanding::proven);
}

TEST_CASE("a heartbeat that does not tell the startup leaves the registration to measure by") {
    auto snapshot = cluster();
    snapshot.registry.masters[0].startup_time.reset();
    snapshot.registry.masters[0].registered_at = noon - 30min;
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 1h)}, {}}, snapshot) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {new_row(1, alive, noon - 20min)}, {}}, snapshot) == ClusterStanding::proven);
}

TEST_CASE("state_history counts where only owners write it") {
    const NewInstance changed{{1}, alive, {noon - 3h, std::nullopt, noon - 1h}};
    CHECK(standing_of({here, {}, {changed}, {}}, cluster(at_once(), schema_3_1())) == ClusterStanding::unknown);
    CHECK(standing_of({here, {}, {changed}, {}}, cluster(at_once(), schema_3_4())) == ClusterStanding::proven);
}

TEST_CASE("a row that appeared and names a host that this registry never showed disproves it") {
    const auto before = GENERATE(ClusterStanding::unknown, ClusterStanding::proven, ClusterStanding::disproved);
    // Among rows that would prove it, too.
    const auto after =
        plan::weigh(evidence(before), {here, {new_row(7, elsewhere), new_row(8, alive)}, {}, {}}, cluster(), noon);
    CHECK(after.standing == ClusterStanding::disproved);
    CHECK_THAT(after.because, Contains("workflow instance 7 is new") && Contains(elsewhere));
    CHECK(after.at == noon);
}

TEST_CASE("rows of masters that were seen to go, and rows without an owner, disprove nothing") {
    auto snapshot = cluster();
    snapshot.membership.absent[{dead}] = missing(noon - 1min);
    CHECK(standing_of({here, {new_row(7, dead)}, {}, {}}, snapshot, evidence(ClusterStanding::proven)) ==
          ClusterStanding::proven);
    CHECK(standing_of({here, {{{7}, std::nullopt, {}}, {{8}, "", {}}, new_row(9, claimed_host_text)}, {}, {}}, snapshot,
                      evidence(ClusterStanding::proven)) == ClusterStanding::proven);
    // A host that only rows ever named was never seen to go.
    snapshot.membership.absent[{dead}].witnessed = false;
    CHECK(standing_of({here, {new_row(7, dead)}, {}, {}}, snapshot, evidence(ClusterStanding::proven)) ==
          ClusterStanding::disproved);
}

TEST_CASE("after a disproof only a row that appeared proves it again") {
    const auto disproved = evidence(ClusterStanding::disproved);
    CHECK(standing_of({here, {}, {new_row(1, alive)}, MasterAddress{alive}}, cluster(), disproved) ==
          ClusterStanding::disproved);
    CHECK(standing_of({here, {new_row(9, alive)}, {}, {}}, cluster(), disproved) == ClusterStanding::proven);
}

TEST_CASE("a receipt of a remembered member proves it while nothing is known") {
    CHECK(standing_of({here, {}, {}, MasterAddress{alive}}) == ClusterStanding::proven);
}

TEST_CASE("evidence of another registry or database counts as none") {
    const auto other = GENERATE(ClusterIdentity{"0x9/1795000000000", "d1"}, ClusterIdentity{"0x5/1795000000000", "d2"});
    auto before = evidence(ClusterStanding::proven);
    before.release = 4;
    const auto after = plan::weigh(before, {other, {}, {}, {}}, cluster(), noon);
    CHECK(after.standing == ClusterStanding::unknown);
    CHECK(after.of == other);
    CHECK(after.because.empty());
    CHECK(after.release == 4);  // that release spoke of the other pair
}

TEST_CASE("a row that was taken up since the last sweep proves it") {
    auto standing_after = [&](const WorkflowInstance& row) {
        auto after = evidence(ClusterStanding::disproved);
        plan::note_take_up(after, row, cluster(), noon - 1min, noon);
        return after.standing;
    };
    CHECK(standing_after(row(1, alive, 1, noon - 30s)) == ClusterStanding::proven);
    CHECK(standing_after(row(1, alive, 1, noon - 1min)) == ClusterStanding::disproved);
    CHECK(standing_after(row(1, dead, 1, noon - 30s)) == ClusterStanding::disproved);
    auto unreadable = row(1, alive, 1, noon - 30s);
    unreadable.ownership.form = OwnershipTime::Form::unreadable;
    CHECK(standing_after(unreadable) == ClusterStanding::disproved);
}

TEST_CASE("a release proves the pair at hand, once, and not an hour later") {
    auto after = evidence(GENERATE(ClusterStanding::unknown, ClusterStanding::disproved));
    const auto before = after.standing;
    SECTION("in time") {
        plan::take_release(after, release(3, noon - 1h), noon);
        CHECK(after.standing == ClusterStanding::proven);
        CHECK_THAT(after.because, Contains("ops@host") && Contains("checked"));
        const auto other = plan::weigh(after, {{"0x9/1", "d1"}, {}, {}, {}}, cluster(), noon);
        auto again = other;
        plan::take_release(again, release(3, noon - 1h), noon);
        CHECK(again == other);
    }
    SECTION("too late") {
        plan::take_release(after, release(3, noon - 1h - 1us), noon);
        CHECK(after.standing == before);
        CHECK(after.release == 3);
    }
    SECTION("none") {
        plan::take_release(after, std::nullopt, noon);
        CHECK(after.standing == before);
    }
}

TEST_CASE("the guard holds until the cluster is proven, and says how to end that") {
    auto snapshot = cluster();
    CHECK_FALSE(plan::unproven_cluster(snapshot));  // a recording of an earlier version
    snapshot.cluster = evidence(ClusterStanding::proven);
    CHECK_FALSE(plan::unproven_cluster(snapshot));
    snapshot.cluster = evidence(ClusterStanding::unknown);
    REQUIRE(plan::unproven_cluster(snapshot));
    CHECK(plan::unproven_cluster(snapshot)->guard == Guard::unproven_cluster);
    CHECK_THAT(plan::unproven_cluster(snapshot)->reason,
               Contains("newest 10000") && Contains("release cluster") && Contains("registry.namespace"));
    CHECK(plan::holds(snapshot, noon).size() == 1);
    snapshot.cluster = evidence(ClusterStanding::disproved);
    snapshot.cluster->because = "workflow instance 7 is new";
    CHECK_THAT(plan::unproven_cluster(snapshot)->reason,
               Contains("workflow instance 7 is new") && Contains("release cluster"));
    snapshot.registry.fresh = false;
    CHECK_FALSE(plan::unproven_cluster(snapshot));
}

}  // namespace dsr::cluster_proof_test
