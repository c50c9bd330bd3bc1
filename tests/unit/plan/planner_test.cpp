// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.hpp"

#include <catch2/catch.hpp>

#include "plan/guards.hpp"
#include "support/builders.hpp"

namespace dsr::planner_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string alive = "10.0.0.8:5678";

std::vector<Guard> guards_of(const Snapshot& snapshot) {
    std::vector<Guard> names;
    for (const auto& hold : plan::holds(snapshot, noon)) {
        CHECK_FALSE(hold.reason.empty());
        names.push_back(hold.guard);
    }
    return names;
}

}  // namespace

TEST_CASE("orphans are planned by host in order of id, everything is counted") {
    const auto snapshot = snapshot_of({live(alive, noon - 2h)});
    plan::Planner planner(snapshot, noon);
    planner.see(row(1, "b:1"));
    planner.see(row(2, "a:1"));
    planner.see(row(3, "b:1"));
    planner.see(row(4, alive));
    planner.see(row(5, "b:1", state::serial_wait));
    const auto plan = planner.finish();
    REQUIRE(plan.hosts.size() == 2);
    CHECK(plan.hosts[0].host.text == "a:1");
    CHECK(plan.hosts[1].host.text == "b:1");
    REQUIRE(plan.hosts[1].rows.size() == 2);
    CHECK(plan.hosts[1].rows[0].id.value == 1);
    CHECK(plan.hosts[1].rows[1].id.value == 3);
    CHECK(plan.planned == 3);
    CHECK(plan.counts[static_cast<std::size_t>(Verdict::orphan)] == 3);
    CHECK(plan.counts[static_cast<std::size_t>(Verdict::owned)] == 1);
    CHECK(plan.counts[static_cast<std::size_t>(Verdict::parked)] == 1);
    CHECK(plan.holds.empty());
    CHECK(plan.owners.at({"a:1"}) == OwnerCounts{.owned = 0, .waiting = 0, .orphan = 1, .other = 0});
    CHECK(plan.owners.at({"b:1"}) == OwnerCounts{.owned = 0, .waiting = 0, .orphan = 2, .other = 1});
    CHECK(plan.owners.at({alive}) == OwnerCounts{.owned = 1, .waiting = 0, .orphan = 0, .other = 0});
    CHECK(planner.owners().size() == 3);
}

TEST_CASE("the first rows that need a person are named, and counted by their host") {
    const auto snapshot = snapshot_of({live(alive, noon - 2h)});
    plan::Planner planner(snapshot, noon);
    for (std::int64_t id = 1; id <= 12; ++id) {
        auto lost = row(id, "a:1");
        lost.definition_exists = id == 1;
        planner.see(lost);
    }
    const auto plan = planner.finish();
    REQUIRE(plan.need_person.size() == Plan::max_need_person);
    CHECK(plan.need_person.front().value == 2);
    CHECK(plan.owners.at({"a:1"}) ==
          OwnerCounts{.owned = 0, .waiting = 0, .orphan = 1, .other = 11, .needs_person = 11});
}

TEST_CASE("the earliest waiting row tells when the next sweep has something to do") {
    Policy policy;
    auto snapshot = snapshot_of({live(alive, noon - 2h)}, policy);
    snapshot.membership.absent[{"a:1"}] = missing(noon - 100s);
    snapshot.membership.absent[{"b:1"}] = missing(noon - 20s);
    plan::Planner planner(snapshot, noon);
    planner.see(row(1, "b:1"));
    planner.see(row(2, "a:1"));
    CHECK(planner.finish().next_action_at == noon + 50s);
}

TEST_CASE("a plan is bounded: what is beyond it is counted, and left to the next sweep") {
    const auto snapshot = snapshot_of({live(alive, noon - 2h)});
    plan::Planner planner(snapshot, noon);
    auto instance = row(1, "a:1");
    for (std::size_t i = 0; i < plan::Planner::max_planned + 2; ++i) {
        instance.id.value = static_cast<std::int64_t>(i) + 1;
        planner.see(instance);
    }
    const auto plan = planner.finish();
    CHECK(plan.planned == plan::Planner::max_planned);
    CHECK(plan.beyond_limit == 2);
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].rows.size() == plan::Planner::max_planned);
    CHECK(plan.counts[static_cast<std::size_t>(Verdict::orphan)] == plan::Planner::max_planned + 2);
}

TEST_CASE("of rows to repair, too, the plan holds so many and no more") {
    auto snapshot = snapshot_of({live(alive, noon - 2h)});
    plan::Planner planner(snapshot, noon);
    auto claimed = row(1, std::string(claimed_host_text));
    claimed.claimed_since = noon - 1h;
    for (std::size_t i = 0; i < plan::Planner::max_stranded + 1; ++i) {
        claimed.id.value = static_cast<std::int64_t>(i) + 1;
        planner.see(claimed);
    }
    const auto plan = planner.finish();
    CHECK(plan.stranded.size() == plan::Planner::max_stranded);
    CHECK(plan.counts[static_cast<std::size_t>(Verdict::stranded)] == plan::Planner::max_stranded + 1);
}

TEST_CASE("what is said of a host is what its first row showed") {
    auto snapshot = snapshot_of({live(alive, noon - 2h)});
    plan::Planner planner(snapshot, noon);
    const auto first = planner.see(row(1, alive, state::running_execution, noon - 5h));
    const auto second = planner.see(row(2, alive, state::running_execution, noon - 4h));
    REQUIRE(calls_for_failover(first.verdict));
    REQUIRE(first.reason != second.reason);
    const auto plan = planner.finish();
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].reason == first.reason);
}

TEST_CASE("guards") {
    auto snapshot = snapshot_of({live(alive, noon - 2h)});
    CHECK(guards_of(snapshot).empty());
    SECTION("no live master") {
        snapshot.registry.masters.clear();
        CHECK(guards_of(snapshot) == std::vector{Guard::no_live_master});
    }
    SECTION("not fresh, which says nothing about masters") {
        snapshot.registry.masters.clear();
        snapshot.registry.fresh = false;
        snapshot.registry.why_not_fresh = "cut off";
        CHECK(guards_of(snapshot) == std::vector{Guard::registry_not_fresh});
    }
    SECTION("locks in the wrong place") {
        snapshot.layout_contradicted = true;
        CHECK(guards_of(snapshot) == std::vector{Guard::unknown_layout});
    }
    SECTION("rows from the future") {
        snapshot.newest_start_time = noon + 5min;
        CHECK(guards_of(snapshot).empty());
        snapshot.newest_start_time = noon + 5min + 1us;
        CHECK(guards_of(snapshot) == std::vector{Guard::clock});
    }
    SECTION("switched off") {
        snapshot.policy.failover_enabled = false;
        CHECK(guards_of(snapshot) == std::vector{Guard::disabled});
    }
}

}  // namespace dsr::planner_test
