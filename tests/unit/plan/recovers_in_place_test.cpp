// SPDX-License-Identifier: Apache-2.0
#include "plan/recovers_in_place.hpp"

#include <catch2/catch.hpp>

#include "plan/judge.hpp"
#include "support/builders.hpp"

namespace dsr::recovers_in_place_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

const MasterAddress dead{"10.0.0.7:5678"};
const std::string alive = "10.0.0.8:5678";
const auto started = noon - 5h;
const auto lost_at = noon - 30min;  // last seen a minute before

SchemaFacts in_place() {
    auto schema = schema_3_4();
    schema.test_flag = true;
    return schema;
}

Snapshot cluster(bool marker_directory) {
    auto snapshot = snapshot_of({live(alive, noon - 6h)}, at_once(), in_place());
    snapshot.membership.absent[dead] = missing(lost_at, 5, Incarnation{dead, started, 4711});
    snapshot.membership.present.at({alive}).since = lost_at - 1h;  // the same master then and now
    snapshot.registry.marker_directory = marker_directory;
    return snapshot;
}

FailoverMarker marker_of(const std::string& address, Instant modified) {
    FailoverMarker marker;
    marker.name = address + "-unknown-unknown";
    marker.name_parsed = true;
    marker.address = address;
    marker.modified_at = modified;
    return marker;
}

std::string why_not(const WorkflowInstance& instance, const Snapshot& snapshot) {
    const auto why = plan::may_run_elsewhere(instance, dead, snapshot);
    // What judging makes of it.
    CHECK(plan::judge(instance, snapshot, noon).verdict == (why ? Verdict::ambiguous : Verdict::orphan));
    return why.value_or("");
}

}  // namespace

TEST_CASE("a loss that nobody witnessed is never told apart") {
    auto snapshot = cluster(true);
    CHECK(why_not(row(1, dead.text), snapshot).empty());
    snapshot.membership.absent[dead].witnessed = false;
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("the loss of its host was not observed"));
    snapshot.membership.absent[dead].witnessed = true;
    snapshot.membership.absent[dead].last_seen.reset();
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("the loss of its host was not observed"));
    snapshot.membership.absent.clear();
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("the loss of its host was not observed"));
}

TEST_CASE("with a marker directory: a marker of that host, written since it was last seen") {
    auto snapshot = cluster(true);
    const auto last_seen = *snapshot.membership.absent[dead].last_seen;
    snapshot.policy.clock_skew = 10s;
    auto& markers = snapshot.registry.markers;
    SECTION("older ones and those of others are none") {
        markers = {marker_of("10.0.0.9:5678", noon), marker_of(dead.text, last_seen - 10s - 1us)};
        CHECK(why_not(row(1, dead.text), snapshot).empty());
    }
    SECTION("since then, as far as two clocks tell") {
        markers = {marker_of(dead.text, last_seen - 10s)};
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("marker 10.0.0.7:5678-unknown-unknown"));
    }
    SECTION("one that cannot be read may be of that host") {
        markers = {marker_of("", noon)};
        markers[0].name_parsed = false;
        CHECK_FALSE(why_not(row(1, dead.text), snapshot).empty());
    }
    SECTION("one that names the lost incarnation, whatever its time") {
        markers = {marker_of(dead.text, noon - 7h)};
        markers[0].startup_time = started;
        CHECK_FALSE(why_not(row(1, dead.text), snapshot).empty());
        markers[0].process_id = 4711;
        CHECK_FALSE(why_not(row(1, dead.text), snapshot).empty());
        markers[0].process_id = 4712;
        CHECK(why_not(row(1, dead.text), snapshot).empty());
        markers[0].process_id = 4711;
        markers[0].startup_time = started - 1ms;
        CHECK(why_not(row(1, dead.text), snapshot).empty());
    }
}

TEST_CASE("whether a build recovers in place is a person's word where it was said") {
    auto snapshot = cluster(true);
    REQUIRE(snapshot.schema.may_recover_in_place());
    CHECK(plan::recovers_in_place(snapshot));
    snapshot.policy.recovers_in_place = RecoversInPlace::no;
    CHECK_FALSE(plan::recovers_in_place(snapshot));
    snapshot.policy.recovers_in_place = RecoversInPlace::yes;
    CHECK(plan::recovers_in_place(snapshot));
    snapshot.schema = schema_3_1();  // where no build ever did
    CHECK_FALSE(plan::recovers_in_place(snapshot));
}

TEST_CASE("without a marker directory: nobody was there, and nobody came since the row is owned") {
    auto snapshot = cluster(false);
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("other masters were registered"));
    snapshot.membership.absent[dead].others_registered = false;
    CHECK(why_not(row(1, dead.text), snapshot).empty());
    SECTION("a living master started since") {
        snapshot.registry.masters[0].startup_time = noon - 59min;
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("a master started after the row was taken up"));
        snapshot.registry.masters[0].startup_time.reset();
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("a master started after the row was taken up"));
    }
    SECTION("of two living ones, one started since") {
        snapshot.registry.masters.push_back(live("10.0.0.9:5678", noon - 59min));
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("a master started after the row was taken up"));
    }
    SECTION("in the moment from which the row is owned is not since") {
        snapshot.registry.masters[0].startup_time = noon - 1h;
        snapshot.membership.absent[{"a:1"}] = missing(lost_at, 5, Incarnation{{"a:1"}, noon - 1h, 1});
        CHECK(why_not(row(1, dead.text), snapshot).empty());
    }
    SECTION("one that is gone again started since") {
        snapshot.membership.absent[{"a:1"}] = missing(lost_at, 5, Incarnation{{"a:1"}, noon - 59min, 1});
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("a master started after the row was taken up"));
        snapshot.membership.absent[{"a:1"}].last_incarnation->startup_time = noon - 61min;
        CHECK(why_not(row(1, dead.text), snapshot).empty());
        snapshot.membership.absent[{"a:1"}].last_incarnation.reset();
        CHECK_FALSE(why_not(row(1, dead.text), snapshot).empty());
        snapshot.membership.absent[{"a:1"}].witnessed = false;
        CHECK(why_not(row(1, dead.text), snapshot).empty());
    }
    SECTION("one that no view shows came and went since") {
        const bool counted = GENERATE(true, false);
        const auto pass = [&](Instant when) {
            if (counted) snapshot.membership.unseen_change = when;
            if (!counted) snapshot.registry.last_signs[{"a:1"}] = when;
        };
        pass(noon - 61min);
        CHECK(why_not(row(1, dead.text), snapshot).empty());
        pass(noon - 59min);
        CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("a master started after the row was taken up"));
    }
    SECTION("the row has no time to compare") {
        auto instance = row(1, dead.text);
        instance.ownership = {};
        CHECK_THAT(why_not(instance, snapshot), Contains("the row contains no time"));
    }
}

TEST_CASE("a row that moved after its host was last seen is run by somebody") {
    auto snapshot = cluster(true);
    const auto last_seen = *snapshot.membership.absent[dead].last_seen;
    auto instance = row(1, dead.text);
    SECTION("a task") {
        instance.task_activity = last_seen;
        CHECK(why_not(instance, snapshot).empty());
        instance.task_activity = last_seen + 1us;
        CHECK_THAT(why_not(instance, snapshot), Contains("a task of this workflow was submitted or ended"));
    }
    SECTION("its state") {
        instance.ownership = owned_since(last_seen + 1s, 1s);
        CHECK(why_not(instance, snapshot).empty());
        instance.ownership = owned_since(last_seen + 1s + 1us, 1s);
        CHECK_THAT(why_not(instance, snapshot), Contains("its state changed"));
    }
}

TEST_CASE("a row that is older than the incarnation that went last was in reach of its start-up scan") {
    const auto snapshot = cluster(true);
    auto instance = row(1, dead.text);
    instance.ownership.stamped = started;
    CHECK(why_not(instance, snapshot).empty());
    instance.ownership.stamped = started - 1us;
    CHECK_THAT(why_not(instance, snapshot), Contains("older than the last lost incarnation"));
}

TEST_CASE("a person's word, or a build that names who took a row up, needs none of it") {
    auto snapshot = cluster(true);
    snapshot.registry.markers = {marker_of(dead.text, noon)};
    auto instance = row(1, dead.text);
    CHECK(plan::judge(instance, snapshot, noon).verdict == Verdict::ambiguous);
    instance.history.waivers = {released_from("not_recovered_in_place")};
    CHECK(plan::judge(instance, snapshot, noon).verdict == Verdict::orphan);
    instance.history.waivers.clear();
    snapshot.schema.test_flag = false;
    CHECK_FALSE(plan::recovers_in_place(snapshot));
    CHECK(plan::judge(instance, snapshot, noon).verdict == Verdict::orphan);
}

TEST_CASE("with a marker directory: another master that went or began a new life since may have taken it over") {
    auto snapshot = cluster(true);
    // In the same view, what came first is not known.
    const auto when = GENERATE(as<Instant>(), lost_at, lost_at + 1min);
    const MasterAddress other{"10.0.0.9:5678"};
    SECTION("went") {
        snapshot.membership.absent[other] = missing(when, 5, Incarnation{other, started, 4712});
    }
    SECTION("began a new life") {
        snapshot.membership.present[other] = snapshot.membership.present.at({alive});  // one that did not
        snapshot.membership.present.at({alive}).since = when;
    }
    SECTION("came and went between two views") {
        snapshot.membership.unseen_change = when;
    }
    SECTION("came and went between two views of a registry that tells last signs") {
        snapshot.registry.last_signs[other] = when;
    }
    SECTION("was lost before, and came and went again") {
        snapshot.membership.absent[other] = missing(lost_at - 1min, 5, Incarnation{other, started, 4712});
        snapshot.registry.last_signs[other] = lost_at - 1min;
        CHECK(why_not(row(1, dead.text), snapshot).empty());
        snapshot.registry.last_signs[other] = when;
    }
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("was lost or started"));
}

TEST_CASE("the marker by which we fenced the lost incarnation is no master's") {
    auto snapshot = cluster(true);
    auto fence = marker_of(dead.text, lost_at + 1min);
    fence.startup_time = started;
    fence.process_id = 4711;
    fence.value_time = lost_at + 1min;
    snapshot.registry.markers = {fence};
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("failover marker"));
    snapshot.membership.absent[dead].fenced = lost_at + 1min;
    CHECK(why_not(row(1, dead.text), snapshot).empty());
    snapshot.registry.markers[0].value_time = lost_at + 2min;  // a master wrote it since
    CHECK_THAT(why_not(row(1, dead.text), snapshot), Contains("failover marker"));
}

}  // namespace dsr::recovers_in_place_test
