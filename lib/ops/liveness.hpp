// SPDX-License-Identifier: Apache-2.0
// The time of this process' last progress, by the steady clock, for /healthz and the watchdog. `moved` from any thread,
// all else on one.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "ops/health.hpp"

namespace dsr::ops {

class Liveness {
public:
    using Clock = std::chrono::steady_clock;

    /// now: the steady clock, except in tests.
    explicit Liveness(std::function<Clock::time_point()> now = &Clock::now) : now_(std::move(now)), started_(now_()) {}

    void sweep_interval(model::Milliseconds interval) { interval_ = interval; }
    void sweep_ended() { sweep_ended_ = now_(); }
    /// A sweep read or wrote something.
    void moved() { moved_ = now_().time_since_epoch().count(); }

    /// A sentence if no sweep finished in two periods and nothing progressed in that time; else empty.
    [[nodiscard]] std::string stuck() const;

private:
    std::function<Clock::time_point()> now_;
    Clock::time_point started_;
    model::Milliseconds interval_{0};
    std::optional<Clock::time_point> sweep_ended_;
    std::atomic<Clock::rep> moved_{0};  ///< since the clock's epoch; 0: never
};

}  // namespace dsr::ops
