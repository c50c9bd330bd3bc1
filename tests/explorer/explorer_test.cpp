// SPDX-License-Identifier: Apache-2.0
// Each test prints how to repeat what it found. Longer runs:
//   DSR_BOUND=2 DSR_RUNS=1000000 explorer_tests "[every]"     every interleaving with two switches out of turn
//   DSR_STRIDE=1 explorer_tests "[registries]"                all with one switch where masters register elsewhere
//   DSR_SEED=1 DSR_WALKS=1000000 explorer_tests "[walk]"      random walks, each through a world of its own
// One world alone: DSR_WORLD='its name' explorer_tests "[every]".
#include "explorer/explorer.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "explorer/registry_worlds.hpp"
#include "explorer/wide_worlds.hpp"
#include "explorer/worlds.hpp"

using namespace dsr;
using namespace dsr::explorer;

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}
/// Sanitizers are slow: fewer runs, of the same kinds.
constexpr std::uint64_t bounded(std::uint64_t runs) {
#if defined(__SANITIZE_THREAD__)
    return runs / 20 + 1;
#elif defined(__SANITIZE_ADDRESS__)
    return runs / 4 + 1;
#else
    return runs;
#endif
}
std::string text_of(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? "" : text;
}

/// Each of the worlds, or the one that DSR_WORLD names.
Tally explore_each(const std::vector<World>& worlds, std::uint64_t stride = 1) {
    Tally all;
    for (const auto& world : worlds) {
        if (const auto only = text_of("DSR_WORLD"); !only.empty() && world.name != only) continue;
        const auto tables = test::fake_tables(facts_of(world.release));
        const Tally tally = explore(world, *tables, number_of("DSR_BOUND", 1), number_of("DSR_RUNS", bounded(2000)),
                                    number_of("DSR_STRIDE", stride));
        std::cout << world.name << ": " << tally.numbers() << std::endl;
        if (tally.violation) FAIL_CHECK(tally.report);
        all.add(tally);
    }
    std::cout << "all worlds: " << all.numbers() << std::endl;
    return all;
}

void check_both_worked(const Tally& tally) {
    CHECK(tally.ours > 0);
    CHECK(tally.masters > 0);
}

}  // namespace

TEST_CASE("nothing breaks in any interleaving within the bound", "[every]") {
    check_both_worked(explore_each(sound_worlds()));
}

TEST_CASE("nothing breaks where clocks are set, zones differ, databases forget and others write", "[.][wide]") {
    explore_each(wide_worlds());
}

TEST_CASE("nothing breaks where masters register with etcd or in the database", "[registries]") {
    check_both_worked(explore_each(registry_worlds(), 24));
}

TEST_CASE("what is still open where masters register with etcd", "[.][open]") {
    explore_each(open_worlds());
}

TEST_CASE("each planted mistake is found, and nothing without it", "[planted]") {
    for (const auto& planted : planted_mistakes()) {
        INFO(planted.mistake);
        if (const auto only = text_of("DSR_WORLD"); !planted.mistake.starts_with(only)) continue;
        const auto tables = test::fake_tables(facts_of(planted.sound.release));
        const Tally with_rule = explore(planted.sound, *tables, 1, 5000);
        std::cout << planted.sound.name << ": " << with_rule.numbers() << std::endl;
        if (with_rule.violation) FAIL_CHECK(with_rule.report);
        const Tally without = explore(planted.broken, *tables, 2, 20'000);
        std::cout << "planted: " << planted.mistake << ": " << without.numbers() << '\n' << without.report << std::endl;
        if (!without.violation) {
            FAIL_CHECK("not found");
            continue;
        }
        CHECK(without.violation->breach == planted.breach);
        CHECK(without.report.find("left to chance") == std::string::npos);
    }
}

TEST_CASE("a stranded row and two daemons that both lead: each of the other safeguards is enough alone", "[planted]") {
    for (const bool commands_seen : {true, false}) {
        auto world = world_named("two daemons repair one stranded row").value();
        world.faulty_view.blind_to_commands = !commands_seen;
        world.faulty_view.journal_forgets = commands_seen;
        const auto tables = test::fake_tables(facts_of(world.release));
        const Tally tally = explore(world, *tables, 1, 5000);
        INFO(tally.report);
        CHECK(!tally.violation);
        CHECK(tally.complete);
    }
}

TEST_CASE("nothing breaks, and each mistake is found, with the real store on SQLite", "[sqlite]") {
    // What SQLite can be: the test databases are of 3.1.1 and 3.4.3, and 3.3.0 differs by a column.
    for (const auto& world : sound_worlds()) {
        if (world.release == Release::v3_2 || world.in_memory_only) continue;
        const auto facts = facts_of(world.release);
        const auto tables = test::sqlite_tables(facts.generation, facts.test_flag);
        const Tally tally = explore(world, *tables, 1, number_of("DSR_SQLITE_RUNS", 4));
        if (tally.violation) FAIL_CHECK(tally.report);
    }
    for (const auto& planted : planted_mistakes()) {
        if (planted.broken.in_memory_only) continue;
        INFO(planted.mistake);
        const auto facts = facts_of(planted.broken.release);
        const auto in_memory = test::fake_tables(facts);
        const Tally found = explore(planted.broken, *in_memory, 2, 20'000);
        REQUIRE(found.violation);
        // The same steps on the real one lead to the same; or others, for SQLite knows one writer only.
        const auto tables = test::sqlite_tables(facts.generation, facts.test_flag);
        Replay choices(found.choices);
        auto violation = run_once(planted.broken, *tables, choices).violation;
        if (!violation) violation = explore(planted.broken, *tables, 2, 5'000).violation;
        if (planted.needs_two_writers) {
            CHECK_FALSE(violation);
            continue;
        }
        REQUIRE(violation);
        CHECK(violation->breach == planted.breach);
    }
}

namespace {
void walk_through(World (*draw)(std::uint64_t seed), std::uint64_t count, const char* tag) {
    const auto first = number_of("DSR_SEED", 1);
    count = number_of("DSR_WALKS", count);
    Tally all;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const auto world = draw(seed);
        const auto tables = test::fake_tables(facts_of(world.release));
        const Tally tally = walk(world, *tables, seed, 1, tag);
        all.add(tally);
        if (tally.violation) FAIL_CHECK(tally.report);
        if (all.broken >= 3) break;
    }
    std::cout << tag << ", drawn worlds: " << all.numbers() << std::endl;
    CHECK(all.steps > 0);
    if (count >= 100) CHECK(all.ours > 0);
}
}  // namespace

TEST_CASE("nothing breaks in random walks through drawn worlds", "[walk]") {
    walk_through(drawn_world, bounded(2000), "walk");
}

TEST_CASE("nothing breaks in random walks through drawn worlds of all dimensions", "[wide-walk]") {
    walk_through(drawn_wide_world, bounded(1000), "wide-walk");
}

TEST_CASE("nothing breaks in random walks where masters register with etcd or in the database", "[registry-walk]") {
    walk_through(drawn_registry_world, bounded(200), "registry-walk");
}

TEST_CASE("replay", "[.][replay]") {
    const auto world = world_named(text_of("DSR_WORLD"));
    REQUIRE(world);
    const auto tables = test::fake_tables(facts_of(world->release));
    Replay choices(text_of("DSR_CHOICES"));
    const Run run = run_once(*world, *tables, choices, true);
    std::cout << run.trace << (run.violation ? run.violation->what : "nothing broke") << std::endl;
}
