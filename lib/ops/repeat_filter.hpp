// SPDX-License-Identifier: Apache-2.0
// Suppresses repeated log lines, to summarise a failure that lasts: passes the first one, then one per window, with the
// number of lines suppressed meanwhile. Durations in a text ("12 ms", "1.5 s") are ignored. Pure; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dsr::ops {

class RepeatFilter {
public:
    using Clock = std::chrono::steady_clock;
    /// Maximum of remembered texts.
    static constexpr std::size_t max_texts = 256;

    explicit RepeatFilter(Clock::duration window) : window_(window) {}

    struct Decision {
        bool say = true;
        std::uint64_t suppressed = 0;  ///< since the last one that passed; 0 at first
    };
    Decision check(std::string_view text, Clock::time_point now);

private:
    struct Entry {
        Clock::time_point at;
        std::uint64_t suppressed = 0;
    };
    Clock::duration window_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace dsr::ops
