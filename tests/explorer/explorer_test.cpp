// SPDX-License-Identifier: Apache-2.0
// Each test prints how to repeat what it found.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "explorer/explorer.hpp"
#include "explorer/worlds.hpp"

using namespace dsr;
using namespace dsr::explorer;

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}
std::string text_of(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? "" : text;
}

}  // namespace

TEST_CASE("nothing breaks in any interleaving within the bound", "[every]") {
    for (const auto& world : sound_worlds()) {
        if (const auto only = text_of("DSR_WORLD"); !only.empty() && world.name != only) continue;
        const auto tables = test::fake_tables(facts_of(world.release));
        const Tally tally = explore(world, *tables, number_of("DSR_BOUND", 2), number_of("DSR_RUNS", 500));
        std::cout << world.name << ": " << tally.numbers() << std::endl;
        if (tally.violation) FAIL_CHECK(tally.report);
    }
}

TEST_CASE("each planted mistake is found, and nothing without it", "[planted]") {
    for (const auto& planted : planted_mistakes()) {
        INFO(planted.mistake);
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

TEST_CASE("nothing breaks in random walks through drawn worlds", "[walk]") {
    const auto first = number_of("DSR_SEED", 1);
    const auto count = number_of("DSR_WALKS", 2000);
    Tally all;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const auto world = drawn_world(seed);
        const auto tables = test::fake_tables(facts_of(world.release));
        const Tally tally = walk(world, *tables, seed, 1);
        all.add(tally);
        if (tally.violation) FAIL_CHECK(tally.report);
        if (all.broken >= 3) break;
    }
    std::cout << "drawn worlds: " << all.numbers() << std::endl;
}

TEST_CASE("replay", "[.][replay]") {
    const auto world = world_named(text_of("DSR_WORLD"));
    REQUIRE(world);
    const auto tables = test::fake_tables(facts_of(world->release));
    Replay choices(text_of("DSR_CHOICES"));
    const Run run = run_once(*world, *tables, choices, true);
    std::cout << run.trace << (run.violation ? run.violation->what : "nothing broke") << std::endl;
}
