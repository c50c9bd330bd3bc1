// SPDX-License-Identifier: Apache-2.0
// DSR_SEED is the first seed, DSR_SEEDS their number.
#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

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

/// By the parity of the seed.
std::array<std::unique_ptr<test::Tables>, 2> tables_for_both(const MakeTables& make) {
    return {make(schema_of(0)), make(schema_of(1))};
}

std::unique_ptr<test::Tables> in_memory(const model::SchemaFacts& schema) {
    return test::fake_tables(schema);
}
std::unique_ptr<test::Tables> on_sqlite(const model::SchemaFacts& schema) {
    return test::sqlite_tables(schema.generation, false);
}

/// What was seen with one registry.
struct Count {
    std::uint64_t seeds = 0;
    std::uint64_t struck = 0;
    std::uint64_t commands = 0;
};

void run_seeds(const std::string& on, std::uint64_t count, const MakeTables& make, bool memory, bool wide = false) {
    const auto first = number_of("DSR_SEED", 1);
    count = number_of("DSR_SEEDS", count);
    const auto tables = tables_for_both(make);
    std::array<Count, 3> counts;
    int broken = 0;
    for (std::uint64_t seed = first; seed < first + count && broken < 3; ++seed) {
        TrialOptions options{.registry = registry_of(seed, memory), .told = false, .wide = wide};
        const Verdict verdict = run_trial(seed, *tables[seed % 2], options);
        auto& counted = counts[static_cast<std::size_t>(options.registry)];
        ++counted.seeds;
        counted.struck += static_cast<std::uint64_t>(verdict.faults);
        counted.commands += static_cast<std::uint64_t>(verdict.commands);
        if (!verdict.broken) continue;
        ++broken;
        options.told = true;
        const Verdict again = run_trial(seed, *tables[seed % 2], options);
        std::cout << again.course << *verdict.broken << std::endl;  // Catch would wrap its lines
        FAIL_CHECK(
            *verdict.broken << "\n"
                            << (again.broken == verdict.broken ? "" : "(not the same again)\n")
                            << fmt::format("to repeat it: DSR_SEED={} DSR_SEEDS=1 faults_tests '[{}]'", seed, on));
    }
    for (const auto registry : {RegistryKind::zookeeper, RegistryKind::etcd, RegistryKind::jdbc}) {
        const auto& [seeds, struck, commands] = counts[static_cast<std::size_t>(registry)];
        std::cout << fmt::format("{}, {}: {} seeds of those from {} on, {} faults struck, {} commands written\n", on,
                                 name(registry), seeds, first, struck, commands);
        if (seeds >= 20) CHECK(commands > 0);
        if (seeds >= 20) CHECK(struck > 0);
    }
}

}  // namespace

TEST_CASE("faults at every step, on the fakes: never twice, never lost", "[fakes]") {
    run_seeds("fakes", bounded(100'000, 1000), in_memory, true);
}

TEST_CASE("faults at every step, on SQLite: never twice, never lost", "[sqlite]") {
    run_seeds("sqlite", bounded(500, 30), on_sqlite, false);
}

TEST_CASE("faults beside people, the API and a daemon without its database, on the fakes", "[wide-fakes]") {
    run_seeds("wide-fakes", bounded(20'000, 1000), in_memory, true, true);
}

TEST_CASE("faults beside people, the API and a daemon without its database, on SQLite", "[wide-sqlite]") {
    run_seeds("wide-sqlite", bounded(200, 30), on_sqlite, false, true);
}

TEST_CASE("each planted mistake is found, and nothing without it", "[planted]") {
    struct Mistake {
        Planted planted;
        RegistryKind registry;
        std::string found;  ///< part of what the judge says
    };
    const auto mistake =
        GENERATE(Mistake{Planted::guard_not_entered, RegistryKind::jdbc, "and no finish marker stops its master"},
                 Mistake{Planted::refusal_ignored, RegistryKind::jdbc, "although its master lives"},
                 Mistake{Planted::nobody_connects, RegistryKind::etcd, "although its master lives"});
    const auto tables = tables_for_both(in_memory);
    std::uint64_t seed = 0;
    std::string broken;
    while (broken.find(mistake.found) == std::string::npos && seed < 20'000) {
        if (registry_of(++seed, true) != mistake.registry) continue;
        const TrialOptions options{.registry = mistake.registry, .planted = mistake.planted};
        broken = run_trial(seed, *tables[seed % 2], options).broken.value_or("");
    }
    std::cout << fmt::format("planted: seed {}: {}\n", seed, broken);
    CHECK(broken.find(mistake.found) != std::string::npos);
    CHECK(!run_trial(seed, *tables[seed % 2], {.registry = mistake.registry}).broken);
}
