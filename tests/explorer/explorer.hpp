// SPDX-License-Identifier: Apache-2.0
// Runs a world once for each sequence of decisions, with the invariants checked after each step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "explorer/choices.hpp"
#include "explorer/world.hpp"
#include "support/master_tables.hpp"

namespace dsr::explorer {

struct Run {
    std::optional<Violation> violation;
    std::string choices;  ///< as Replay takes them
    std::string trace;    ///< one line a step, when it was asked for
    int steps = 0;
    int ours = 0;     ///< commands written
    int masters = 0;  ///< the same, by masters
    int doubled_by_itself = 0;
};

/// One run. Deterministic: the same choices give the same run.
Run run_once(const World& world, Tables& tables, Choices& choices, bool traced = false);

struct Tally {
    std::optional<Violation> violation;  ///< the first; exploring ends with it
    std::string choices;                 ///< that led to it
    std::string report;                  ///< what broke, the steps, and how to repeat it
    std::uint64_t runs = 0;
    std::uint64_t steps = 0;
    std::uint64_t ours = 0;
    std::uint64_t masters = 0;
    std::uint64_t doubled_by_itself = 0;
    std::uint64_t broken = 0;
    bool complete = false;  ///< every sequence within the bound was run

    void add(const Tally& other);
    [[nodiscard]] std::string numbers() const;
};

/// Every interleaving with at most `bound` switches out of turn, at most `most` runs. With a `stride` only one in so
/// many, the first among them.
Tally explore(const World& world, Tables& tables, std::size_t bound, std::uint64_t most, std::uint64_t stride = 1);
/// Random walks with seeds from `first_seed` on; `tag` is of the test that repeats them.
Tally walk(const World& world, Tables& tables, std::uint64_t first_seed, std::uint64_t count, const std::string& tag);

}  // namespace dsr::explorer
