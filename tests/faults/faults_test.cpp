// SPDX-License-Identifier: Apache-2.0
// DSR_SEED is the first seed, DSR_SEEDS their number.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>

#include "faults/trial.hpp"

using namespace dsr;
using namespace dsr::faults;

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}

/// The first where the build is as users have it; sanitizers and debug builds are slow.
constexpr std::uint64_t bounded([[maybe_unused]] std::uint64_t optimised, [[maybe_unused]] std::uint64_t slow) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    return slow;
#else
    return optimised;
#endif
}

using MakeTables = std::function<std::unique_ptr<test::Tables>(const model::SchemaFacts&)>;

void run_seeds(const std::string& on, std::uint64_t count, const MakeTables& make, bool wide = false) {
    const auto first = number_of("DSR_SEED", 1);
    count = number_of("DSR_SEEDS", count);
    std::unique_ptr<test::Tables> tables[2];
    for (const std::uint64_t parity : {0U, 1U}) tables[parity] = make(schema_of(parity));
    std::uint64_t struck = 0;
    std::uint64_t commands = 0;
    int broken = 0;
    std::uint64_t seed = first;
    for (; seed < first + count && broken < 3; ++seed) {
        const Verdict verdict = run_trial(seed, *tables[seed % 2], false, wide);
        struck += static_cast<std::uint64_t>(verdict.faults);
        commands += static_cast<std::uint64_t>(verdict.commands);
        if (!verdict.broken) continue;
        ++broken;
        const Verdict again = run_trial(seed, *tables[seed % 2], true, wide);
        std::cout << again.course << *verdict.broken << std::endl;  // Catch would wrap its lines
        FAIL_CHECK(
            *verdict.broken << "\n"
                            << (again.broken == verdict.broken ? "" : "(not the same again)\n")
                            << fmt::format("to repeat it: DSR_SEED={} DSR_SEEDS=1 faults_tests '[{}]'", seed, on));
    }
    std::cout << fmt::format("{}: {} seeds from {} on, {} faults struck, {} commands written\n", on, seed - first,
                             first, struck, commands);
    if (count >= 20) CHECK(commands > 0);
    if (count >= 20) CHECK(struck > 0);
}

}  // namespace

TEST_CASE("faults at every step, on the fakes: never twice, never lost", "[fakes]") {
    run_seeds("fakes", bounded(100'000, 1000),
              [](const model::SchemaFacts& schema) { return test::fake_tables(schema); });
}

TEST_CASE("faults at every step, on SQLite: never twice, never lost", "[sqlite]") {
    run_seeds("sqlite", bounded(500, 30),
              [](const model::SchemaFacts& schema) { return test::sqlite_tables(schema.generation, false); });
}

TEST_CASE("faults beside people, the API and a daemon without its database, on the fakes", "[wide-fakes]") {
    run_seeds(
        "wide-fakes", bounded(20'000, 1000), [](const model::SchemaFacts& schema) { return test::fake_tables(schema); },
        true);
}

TEST_CASE("faults beside people, the API and a daemon without its database, on SQLite", "[wide-sqlite]") {
    run_seeds(
        "wide-sqlite", bounded(200, 30),
        [](const model::SchemaFacts& schema) { return test::sqlite_tables(schema.generation, false); }, true);
}
