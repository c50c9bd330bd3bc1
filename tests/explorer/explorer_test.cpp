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
        const auto tables = fake_tables(facts_of(world.release));
        const Tally tally = explore(world, *tables, number_of("DSR_BOUND", 2), number_of("DSR_RUNS", 500));
        std::cout << world.name << ": " << tally.numbers() << std::endl;
        if (tally.violation) FAIL_CHECK(tally.report);
    }
}

TEST_CASE("replay", "[.][replay]") {
    for (const auto& world : sound_worlds()) {
        if (world.name != text_of("DSR_WORLD")) continue;
        const auto tables = fake_tables(facts_of(world.release));
        Replay choices(text_of("DSR_CHOICES"));
        const Run run = run_once(world, *tables, choices, true);
        std::cout << run.trace << (run.violation ? run.violation->what : "nothing broke") << std::endl;
    }
}
