// SPDX-License-Identifier: Apache-2.0
// The durations of an event in one sweep, each time it happened; histograms are fed from them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace dsr::model {

class Durations {
public:
    /// Consecutive equal durations.
    struct Run {
        std::chrono::microseconds took{0};
        std::uint64_t times = 0;
        bool operator==(const Run&) const = default;
    };
    /// Rows of one batch take equally long, so this covers some hundred thousand rows. Further durations count as the
    /// last.
    static constexpr std::size_t max_runs = 1000;

    /// A negative duration (a clock was set back) counts as zero.
    void add(std::chrono::microseconds took) {
        took = std::max(took, std::chrono::microseconds{0});
        if (runs_.empty() || (runs_.back().took != took && runs_.size() < max_runs)) runs_.push_back({took, 0});
        ++runs_.back().times;
    }
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }

private:
    std::vector<Run> runs_;
};

}  // namespace dsr::model
