// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/random_cluster.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

void check(const std::string& name, const std::function<void()>& property) {
    CHECK(rc::check(name, [&] { property(); }));
}

SchemaFacts drawn_schema() {
    auto schema = *rc::gen::inRange(0, 3) == 0 ? schema_3_4() : schema_3_1();
    if (schema.generation == Generation::process && *rc::gen::arbitrary<bool>()) {
        schema.tenant_code = true;
        schema.version = Version{3, 2, *rc::gen::inRange(0, 3)};
    }
    return schema;
}

}  // namespace

TEST_CASE("invariants 1 and 3: exactly the orphans are handed over, and no row of a live incarnation is touched") {
    check("exactly the orphans", [] {
        SweepBench bench(at_once(), drawn_schema());
        const auto cluster = draw_cluster(bench);
        const auto report = bench.sweep();
        for (const auto& [id, before] : cluster.rows) {
            const auto& after = bench.tables->instances.at(id).row;
            const bool had = cluster.with_command.contains(id);
            const bool expected = may_be_handed_over(cluster, before);
            const bool repaired = may_be_repaired(cluster, before);
            RC_ASSERT(bench.commands_for(id) == (had || expected || repaired ? 1 : 0));
            if (!expected) {
                RC_ASSERT(after.host == before.host);
                RC_ASSERT(after.state == before.state);
            }
        }
    });
}

TEST_CASE("invariant 4: a second sweep asks for nothing more, in the same process or another") {
    check("nothing more", [] {
        SweepBench bench(at_once(), drawn_schema());
        draw_cluster(bench, true);  // else what the first sweep saw may prove the zone to the second
        bench.sweep();
        const auto commands = bench.tables->commands.size();
        if (*rc::gen::arbitrary<bool>()) bench.restart();
        const auto second = bench.sweep();
        RC_ASSERT(second.actions_total == 0U);
        RC_ASSERT(bench.tables->commands.size() == commands);
    });
}

TEST_CASE("a dry run reports what a real sweep does") {
    check("foretold", [] {
        SweepBench bench(at_once(), drawn_schema());
        draw_cluster(bench);
        const auto foretold = bench.sweep(true);
        RC_ASSERT(bench.store->writes.empty());
        bench.restart();
        const auto done = bench.sweep();
        RC_ASSERT(foretold.actions_total == done.actions_total);
        RC_ASSERT(foretold.verdicts == done.verdicts);
        for (std::size_t i = 0; i < done.actions.size(); ++i) RC_ASSERT(foretold.actions[i].id == done.actions[i].id);
    });
}

TEST_CASE("nothing is handed over while a guard of the cluster or of the database holds") {
    check("nothing while held", [] {
        SweepBench bench(at_once(), drawn_schema());
        draw_cluster(bench, true);
        auto& persisted = bench.tables->journal.persisted;
        const bool unproven = *rc::gen::arbitrary<bool>();
        if (unproven) {
            persisted->cluster.standing = ClusterStanding::disproved;
            persisted->cluster.because = "a workflow of another cluster";
            persisted->cluster.at = noon - 10min;
        } else {
            persisted->went_back = WentBack{noon - 10min, 7, "a sweep before", {}};
        }
        const auto guard = unproven ? Guard::unproven_cluster : Guard::database_went_back;
        const auto commands = bench.tables->commands.size();
        bool held = false;  // without unfinished rows there is nothing to prove
        for (int sweep = *rc::gen::inRange(1, 4); sweep > 0; --sweep) {
            const auto report = bench.sweep();
            bench.now += 1min;
            if (*rc::gen::arbitrary<bool>()) bench.restart();
            held = held || std::ranges::any_of(report.holds, [&](const Hold& hold) { return hold.guard == guard; });
            RC_ASSERT(report.actions_total == 0U);
            RC_ASSERT(bench.tables->commands.size() == commands);
            RC_ASSERT(report.markers.removed == 0U);
        }
        RC_ASSERT(held || unproven);
        RC_CLASSIFY(held && unproven, "unproven");
        RC_CLASSIFY(held && !unproven, "went back");
    });
}
