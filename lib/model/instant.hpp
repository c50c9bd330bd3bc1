// SPDX-License-Identifier: Apache-2.0
// Points in time. Everything inside the daemon is UTC; wall clocks exist only at the edge of the database (zone.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dsr::model {

/// A point in time, UTC, microseconds: the finest that any DolphinScheduler column keeps.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Milliseconds = std::chrono::milliseconds;

/// What the machine's clock says now. Only the composition root asks it: everything else is given a clock.
Instant system_now();

/// "2026-11-23T06:20:00.123Z": RFC 3339, UTC, milliseconds; the form in which every time is shown.
std::string rfc3339(Instant time);

/// From epoch milliseconds as heartbeats and markers carry them; nothing outside the years 1970 to 9999.
std::optional<Instant> instant_from_epoch_ms(long long epoch_ms);

/// Epoch milliseconds of time, rounded down.
long long epoch_ms(Instant time);

/// "1 m 52 s", "850 ms", "2 h 05 m": a duration for a person.
std::string human(std::chrono::microseconds duration);

}  // namespace dsr::model
