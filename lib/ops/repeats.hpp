// SPDX-License-Identifier: Apache-2.0
// Tells what was said already, so that a failure that goes on is summed up and not repeated: said at first, then once a
// window, with how often it was kept back meanwhile. Times in a text ("12 ms", "1.5 s") make no difference. Pure; one
// thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dsr::ops {

class Repeats {
public:
    using Clock = std::chrono::steady_clock;
    /// More than so many different texts are not remembered.
    static constexpr std::size_t most_texts = 256;

    explicit Repeats(Clock::duration window) : window_(window) {}

    struct Word {
        bool say = true;
        std::uint64_t kept_back = 0;  ///< since it was said last; 0 at first
    };
    Word about(std::string_view text, Clock::time_point now);

private:
    struct Said {
        Clock::time_point at;
        std::uint64_t kept_back = 0;
    };
    Clock::duration window_;
    std::map<std::string, Said, std::less<>> said_;
};

}  // namespace dsr::ops
