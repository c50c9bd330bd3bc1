// SPDX-License-Identifier: Apache-2.0
// Registries whose masters do not stop when they are cut off: an address that is missing but accepts connections is
// left alone.
#include <catch2/catch.hpp>

#include "support/judging.hpp"
#include "support/sweep_bench.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string third = "10.0.0.9:5678";

/// `dead` was seen registered, and is missing since; it owns a row.
SweepBench lost(bool masters_stop, SchemaFacts schema = schema_3_1()) {
    SweepBench bench(at_once(), schema);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.cluster->add_master({dead}, noon - 2h, 2);
    bench.registry->masters_stop = masters_stop;
    bench.add(row(1, dead));
    bench.sweep();
    bench.now += 30s;
    bench.cluster->remove_master({dead});
    return bench;
}

}  // namespace

TEST_CASE("rows of an absent master that accepts connections are those of a zombie, and nothing is written") {
    const auto schema = GENERATE(schema_3_1(), schema_3_4());
    auto bench = lost(false, schema);
    bench.cluster->marker_directory = true;
    bench.accepting = {dead};
    for (int i = 0; i < 3; ++i) {
        const auto report = bench.sweep();
        CHECK(report.count(Verdict::zombie) == 1);
        CHECK(report.actions_total == 0);
        REQUIRE_FALSE(report.notices.empty());
        CHECK_THAT(report.notices[0].judgement.reason,
                   Catch::Contains("accepts connections") && Catch::Contains("ds-reconcilerd release 1"));
        bench.now += 1min;
    }
    CHECK(bench.commands_for(1) == 0);
    CHECK(bench.cluster->fences.empty());

    bench.accepting.clear();
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.commands_for(1) == 1);
}

TEST_CASE("an address that refuses is handed over, asked when judged and before writing") {
    auto bench = lost(false);
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    CHECK(bench.probed == std::vector{dead, dead});
}

TEST_CASE("an address that begins to accept between judgement and writing is left alone") {
    auto bench = lost(false);
    bench.registry->hook = [&](fakes::Operation operation, fakes::Moment) {
        if (operation == fakes::Operation::acquire) bench.accepting = {dead};
    };
    const auto report = bench.sweep();
    CHECK(report.count(Outcome::skipped_changed) == 1);
    CHECK(bench.commands_for(1) == 0);
}

TEST_CASE("nobody connects where masters stop themselves, or to an address that was never seen registered") {
    SECTION("masters stop themselves") {
        auto bench = lost(true);
        bench.accepting = {dead};
        CHECK(bench.sweep().count(Outcome::recovered) == 1);
        CHECK(bench.probed.empty());
    }
    SECTION("never seen") {
        SweepBench bench(at_once(), schema_3_1());
        bench.cluster->add_master({alive}, noon - 2h, 1);
        bench.registry->masters_stop = false;
        bench.add(row(1, third));
        bench.sweep();
        bench.now += 1min;
        bench.sweep();
        CHECK(bench.probed.empty());
        CHECK(bench.commands_for(1) == 1);
    }
}
