// SPDX-License-Identifier: Apache-2.0
#include "ops/health.hpp"

#include <algorithm>

namespace dsr::ops {

namespace {

/// In addition to two periods: the time of a sweep itself, and of the retry after a failed one.
constexpr model::Milliseconds allowance{10'000};

}  // namespace

std::string stuck(const Pulse& pulse) {
    auto quiet = pulse.since_sweep_ended.value_or(pulse.since_started);
    if (pulse.since_moved) quiet = std::min(quiet, *pulse.since_moved);
    if (quiet <= 2 * pulse.interval + allowance) return {};
    return "no sweep ended or progressed for " + model::human(quiet) + ", with a sweep.interval of " +
           model::human(pulse.interval);
}

std::string unready(const std::optional<model::SweepReport>& last) {
    if (!last) return "no sweep has ended yet";
    if (last->outcome == model::SweepReport::Outcome::failed) return "the last sweep failed: " + last->failure;
    for (const auto& hold : last->holds) {
        if (hold.guard == model::Guard::registry_not_fresh) return "the last sweep was held: " + hold.reason;
    }
    return {};
}

std::string Liveness::stuck() const {
    const auto age = [now = now_()](Clock::time_point point) {
        return std::chrono::duration_cast<model::Milliseconds>(now - point);
    };
    Pulse pulse;
    pulse.interval = interval_;
    pulse.since_started = age(started_);
    if (sweep_ended_) pulse.since_sweep_ended = age(*sweep_ended_);
    if (const auto moved = moved_.load(); moved != 0)
        pulse.since_moved = age(Clock::time_point(Clock::duration(moved)));
    return ops::stuck(pulse);
}

}  // namespace dsr::ops
