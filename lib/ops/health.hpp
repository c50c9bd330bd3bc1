// SPDX-License-Identifier: Apache-2.0
// Whether the daemon works, for those who restart it (healthz) and for those who send it work (readyz). Pure.
#pragma once

#include <optional>
#include <string>

#include "model/sweep_report.hpp"

namespace dsr::ops {

/// The signs of life, by the steady clock: a clock that was set is no reason for a restart.
struct Pulse {
    model::Milliseconds interval{0};                       ///< between sweeps
    model::Milliseconds since_started{0};                  ///< age of the process
    std::optional<model::Milliseconds> since_sweep_ended;  ///< nothing: none yet
    std::optional<model::Milliseconds> since_moved;        ///< since a sweep read or wrote a row
};

/// A sentence when no sweep finished in two periods and nothing moved in that time; else empty.
std::string stuck(const Pulse& pulse);

/// A sentence when the last sweep did not see the registry and the database; else empty.
std::string unready(const std::optional<model::SweepReport>& last);

}  // namespace dsr::ops
