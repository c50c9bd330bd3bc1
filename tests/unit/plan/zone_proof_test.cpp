// SPDX-License-Identifier: Apache-2.0
#include "plan/zone_proof.hpp"

#include <catch2/catch.hpp>

#include "plan/guards.hpp"
#include "support/judging.hpp"

namespace dsr::zone_proof_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

constexpr auto start = static_cast<std::size_t>(OwnershipColumn::start_time);
constexpr auto restart = static_cast<std::size_t>(OwnershipColumn::restart_time);
constexpr auto history = static_cast<std::size_t>(OwnershipColumn::state_history);

/// A row that is new, with that time in that column.
NewInstance fresh(std::int64_t id, std::size_t column, Instant time, const std::string& host = alive) {
    NewInstance row{{id}, host, {}};
    row.times.at(column) = time;
    return row;
}

/// `alive` registered an hour ago; nothing is proven.
Snapshot unproven(const SchemaFacts& schema = schema_3_1()) {
    auto snapshot = snapshot_of({live(alive, noon - 1h)}, at_once(), schema);
    snapshot.zone = {};
    return snapshot;
}

bool proves(const Snapshot& snapshot, const NewRows& rows) {
    ZoneEvidence evidence;
    plan::weigh(evidence, rows, std::nullopt, noon, snapshot);
    return plan::zone_proven(snapshot.registry.masters[0], evidence);
}

}  // namespace

TEST_CASE("a time that a master of the host just wrote proves the zone for its incarnation") {
    const auto first = unproven();
    const auto second = unproven(schema_3_4());
    // Who triggers a run in 3.3 and later, and who presses STOP before, is another JVM.
    CHECK(proves(first, {{fresh(1, start, noon)}, {}}));
    CHECK(proves(first, {{fresh(1, restart, noon)}, {}}));
    CHECK_FALSE(proves(first, {{fresh(1, history, noon)}, {}}));
    CHECK_FALSE(proves(second, {{fresh(1, start, noon)}, {}}));
    CHECK_FALSE(proves(second, {{fresh(1, restart, noon)}, {}}));
    CHECK(proves(second, {{fresh(1, history, noon)}, {}}));
    for (const auto& snapshot : {first, second}) {
        CHECK(proves(snapshot, {{}, {{{1}, alive, noon}}}));
        CHECK_FALSE(proves(snapshot, {{}, {{{1}, dead, noon}}}));
        CHECK_FALSE(proves(snapshot, {{}, {{{1}, std::nullopt, noon}}}));
        CHECK_FALSE(proves(snapshot, {{}, {{{1}, alive, std::nullopt}}}));
    }
    CHECK_FALSE(proves(first, {{fresh(1, start, noon, dead)}, {}}));
    auto of_nobody = fresh(1, start, noon);
    of_nobody.host.reset();
    CHECK_FALSE(proves(first, {{of_nobody}, {}}));
    CHECK_FALSE(proves(first, {{{{1}, alive, {}}}, {}}));
}

TEST_CASE("the time must be near, and not older than the registration") {
    auto snapshot = unproven();
    CHECK(proves(snapshot, {{fresh(1, start, noon - 5min)}, {}}));
    CHECK_FALSE(proves(snapshot, {{fresh(1, start, noon - 5min - 1us)}, {}}));
    CHECK(proves(snapshot, {{fresh(1, start, noon + 5min)}, {}}));
    CHECK_FALSE(proves(snapshot, {{fresh(1, start, noon + 5min + 1us)}, {}}));
    auto& master = snapshot.registry.masters[0];
    master.registered_at = noon - 1min;
    CHECK(proves(snapshot, {{fresh(1, start, noon - 1min)}, {}}));
    CHECK_FALSE(proves(snapshot, {{fresh(1, start, noon - 1min - 1us)}, {}}));
    snapshot.clock_skew = 1s;
    CHECK_FALSE(proves(snapshot, {{fresh(1, start, noon - 1min)}, {}}));
    master.startup_time.reset();
    CHECK_FALSE(proves(snapshot, {{fresh(1, start, noon)}, {}}));
}

TEST_CASE("an older row that was taken up just now proves the zone too") {
    ZoneEvidence evidence;
    const auto first = unproven();
    plan::note_take_up(evidence, row(1, alive, 1, noon - 1min), first, noon);
    CHECK(plan::zone_proven(first.registry.masters[0], evidence));
    evidence = {};
    const auto second = unproven(schema_3_4());
    auto taken = row(1, alive, 1, noon - 1min);
    plan::note_take_up(evidence, taken, second, noon);
    CHECK(evidence.proofs.empty());
    taken.ownership.changed = noon;
    plan::note_take_up(evidence, taken, second, noon);
    CHECK(evidence.proofs.size() == 1);
}

TEST_CASE("a proof goes with its incarnation") {
    auto snapshot = unproven();
    ZoneEvidence evidence;
    plan::weigh(evidence, {{fresh(1, start, noon)}, {}}, std::nullopt, noon, snapshot);
    REQUIRE(evidence.proofs.size() == 1);
    plan::weigh(evidence, {}, noon, noon + 1min, snapshot);
    CHECK(evidence.proofs.size() == 1);
    snapshot.registry.masters[0].startup_time = noon;
    plan::weigh(evidence, {}, noon, noon + 1min, snapshot);
    CHECK(evidence.proofs.empty());
}

TEST_CASE("a new row whose time is not between the two sweeps takes every proof back, and the clock guard holds") {
    auto snapshot = unproven();
    const auto previous = noon - 1min;
    ZoneEvidence evidence;
    plan::weigh(evidence, {{fresh(1, start, noon)}, {}}, std::nullopt, noon, snapshot);
    const auto column = GENERATE(start, restart, history);
    const auto reads = GENERATE_COPY(previous - 5min - 1us, noon + 5min + 1us);
    plan::weigh(evidence, {{fresh(2, column, reads)}, {}}, previous, noon, snapshot);
    CHECK(evidence.proofs.empty());
    REQUIRE(evidence.doubt);
    CHECK(*evidence.doubt == ZoneDoubt{{2}, static_cast<OwnershipColumn>(column), reads, previous, noon, 0});
    snapshot.zone = evidence;
    const auto held = plan::clock(snapshot, noon);
    REQUIRE(held);
    CHECK(held->guard == Guard::clock);
    CHECK_THAT(held->reason, Catch::Contains("workflow instance 2") && Catch::Contains(rfc3339(reads)) &&
                                 Catch::Contains(rfc3339(previous)) && Catch::Contains(rfc3339(noon)) &&
                                 Catch::Contains("release clock"));

    SECTION("a person ends it, until the next one") {
        snapshot.control.clock_release = noon - 1us;
        CHECK(plan::clock(snapshot, noon));
        snapshot.control.clock_release = noon;
        CHECK_FALSE(plan::clock(snapshot, noon));
        plan::weigh(snapshot.zone, {{fresh(3, column, noon + 1h)}, {}}, noon, noon + 1min, snapshot);
        CHECK(plan::clock(snapshot, noon + 1min));
    }
    SECTION("three consecutive new rows that fit end it") {
        plan::weigh(evidence, {{fresh(3, start, noon), fresh(4, start, noon)}, {}}, noon, noon + 1min, snapshot);
        REQUIRE(evidence.doubt);
        // What says nothing neither counts nor interrupts.
        plan::weigh(evidence, {{{{5}, alive, {}}}, {}}, noon, noon + 1min, snapshot);
        REQUIRE(evidence.doubt);
        plan::weigh(evidence, {{fresh(6, start, noon + 1min)}, {}}, noon, noon + 1min, snapshot);
        CHECK_FALSE(evidence.doubt);
        CHECK(evidence.disproved_at == noon);
    }
    SECTION("one that does not fit starts the count again") {
        plan::weigh(evidence, {{fresh(3, start, noon), fresh(4, start, noon), fresh(5, start, noon - 1h)}, {}}, noon,
                    noon + 1min, snapshot);
        plan::weigh(evidence, {{fresh(6, start, noon), fresh(7, start, noon)}, {}}, noon, noon + 1min, snapshot);
        CHECK(evidence.doubt);
    }
}

TEST_CASE("times at the edge fit, and in the first sweep of a run no row is new") {
    const auto snapshot = unproven();
    const auto previous = noon - 1min;
    ZoneEvidence evidence;
    plan::weigh(evidence, {{fresh(1, start, previous - 5min), fresh(2, start, noon + 5min)}, {}}, previous, noon,
                snapshot);
    CHECK_FALSE(evidence.doubt);
    plan::weigh(evidence, {{fresh(1, start, noon - 9h)}, {}}, std::nullopt, noon, snapshot);
    CHECK_FALSE(evidence.doubt);
}

TEST_CASE("what was written before a contradiction proves nothing") {
    const auto snapshot = unproven();
    ZoneEvidence evidence;
    plan::weigh(evidence, {{fresh(1, start, noon), fresh(2, start, noon + 1h)}, {{{1}, alive, noon}}}, noon - 1min,
                noon, snapshot);
    CHECK(evidence.proofs.empty());
    plan::note_take_up(evidence, row(9, alive, 1, noon), snapshot, noon + 1min);
    CHECK(evidence.proofs.empty());
    plan::note_take_up(evidence, row(9, alive, 1, noon + 1us), snapshot, noon + 1min);
    CHECK(evidence.proofs.size() == 1);
}

TEST_CASE("what the journal keeps and what was seen here add up, but for proofs older than a contradiction") {
    const MasterAddress a{"a:1"};
    const MasterAddress b{"b:1"};
    ZoneEvidence ours;
    ours.proofs[a] = {noon - 9h, 1, noon - 10min};
    ZoneEvidence learnt;
    learnt.proofs[a] = {noon - 9h, 2, noon - 5min};
    learnt.proofs[b] = {noon - 9h, 3, noon - 5min};
    auto both = plan::merged(ours, learnt);
    CHECK(both.proofs.at(a).process_id == 1);
    CHECK(both.proofs.contains(b));

    SECTION("they saw one") {
        learnt.disproved_at = noon - 7min;
        learnt.doubt = ZoneDoubt{{1}, OwnershipColumn::start_time, noon, noon, noon, 0};
        both = plan::merged(ours, learnt);
        CHECK(both.proofs.at(a).process_id == 2);
        CHECK(both.doubt == learnt.doubt);
        CHECK(both.disproved_at == learnt.disproved_at);
    }
    SECTION("we saw one since") {
        ours.disproved_at = noon - 1min;
        ours.proofs.clear();
        learnt.disproved_at = noon - 1h;
        learnt.doubt = ZoneDoubt{{1}, OwnershipColumn::start_time, noon, noon, noon, 0};
        both = plan::merged(ours, learnt);
        CHECK(both.proofs.empty());
        CHECK_FALSE(both.doubt);
        CHECK(both.disproved_at == ours.disproved_at);
    }
}

}  // namespace dsr::zone_proof_test
