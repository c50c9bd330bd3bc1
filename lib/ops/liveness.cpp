// SPDX-License-Identifier: Apache-2.0
#include "ops/liveness.hpp"

namespace dsr::ops {

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
