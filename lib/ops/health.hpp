// SPDX-License-Identifier: Apache-2.0
// Whether the daemon works, for a supervisor (healthz, the watchdog) and a load balancer (readyz).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "model/sweep_report.hpp"

namespace dsr::ops {

/// Progress by the steady clock, so that setting the clock causes no restart.
struct Pulse {
    model::Milliseconds interval{0};                       ///< between sweeps
    model::Milliseconds since_started{0};                  ///< age of the process
    std::optional<model::Milliseconds> since_sweep_ended;  ///< nothing: none yet
    std::optional<model::Milliseconds> since_moved;        ///< since a sweep last read or wrote a row
};

/// Pure. A sentence if no sweep finished in two periods and nothing progressed in that time; else empty.
std::string stuck(const Pulse& pulse);

/// Pure. A sentence if the last sweep did not see the registry and the database; else empty.
std::string unready(const std::optional<model::SweepReport>& last);

/// The time of this process' last progress, by the steady clock. `moved` from any thread, all else on one.
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
