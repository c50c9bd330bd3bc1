// SPDX-License-Identifier: Apache-2.0
// A logger that summarises repeated warnings and errors from any source, the ZooKeeper library included: the first one
// is written, then at most one a minute with the number of suppressed ones. At level debug none is suppressed. Control
// characters are removed from every message. Any thread.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace dsr::ops {

/// Passes the first of equal texts, then one per window, with the number of those suppressed meanwhile. Durations in a
/// text ("12 ms", "1.5 s") are ignored. Pure; one thread at a time.
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

class SummingLogger final : public spdlog::logger {
public:
    static constexpr std::chrono::minutes window{1};

    SummingLogger(std::string name, spdlog::sink_ptr sink,
                  std::function<RepeatFilter::Clock::time_point()> now = &RepeatFilter::Clock::now);

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;

private:
    std::function<RepeatFilter::Clock::time_point()> now_;
    std::mutex guard_;
    RepeatFilter filter_{window};
};

}  // namespace dsr::ops
