// SPDX-License-Identifier: Apache-2.0
// What worlds are made of.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "explorer/world.hpp"

namespace dsr::explorer {

inline const char* const a = "10.0.0.1:5678";
inline const char* const b = "10.0.0.2:5678";
inline const char* const c = "10.0.0.3:5678";

/// Draws by plain arithmetic: a seed must mean the same world everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : dice_(seed) {}
    int below(int end) { return static_cast<int>(dice_() % static_cast<std::uint64_t>(end)); }
    std::size_t at(std::size_t size) { return dice_() % size; }
    bool one_in(int count) { return below(count) == 0; }

private:
    std::mt19937_64 dice_;
};

World world(const std::string& name, Release release, std::function<void(Cluster&)> setup, std::vector<Script> scripts);

/// Masters that have been running for a while.
void running_for(Cluster& cluster, std::chrono::seconds time, const std::vector<std::string>& addresses);

Script after(int pauses, Script script);
Script then(Script first, const Script& second);

/// A failover thread that stands still from somewhere on, and goes on so many turns later.
Script stalls(const std::string& address, int turns);

/// Two masters; the first runs workflows 1 and 2.
void two_masters(Cluster& cluster);

}  // namespace dsr::explorer
