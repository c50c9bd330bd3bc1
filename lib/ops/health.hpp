// SPDX-License-Identifier: Apache-2.0
// Whether the daemon works, for a supervisor (healthz) and a load balancer (readyz). Pure.
#pragma once

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

/// A sentence if no sweep finished in two periods and nothing progressed in that time; else empty.
std::string stuck(const Pulse& pulse);

/// A sentence if the last sweep did not see the registry and the database; else empty.
std::string unready(const std::optional<model::SweepReport>& last);

}  // namespace dsr::ops
