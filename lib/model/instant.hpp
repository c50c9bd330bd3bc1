// SPDX-License-Identifier: Apache-2.0
// Points in time. The daemon uses UTC inside; wall clocks exist only at the edge of the database (zone.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dsr::model {

/// A point in time, UTC, in microseconds: the finest precision of any DolphinScheduler column.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Milliseconds = std::chrono::milliseconds;

/// The machine's clock. Code that judges or writes rows receives a clock from the composition root instead.
Instant system_now();

/// "2026-11-23T06:20:00.123Z": RFC 3339, UTC, milliseconds; the form in which every time is shown.
std::string rfc3339(Instant time);

/// From epoch milliseconds as in heartbeats and markers; nothing outside the years 1970 to 9999.
std::optional<Instant> instant_from_epoch_ms(long long epoch_ms);

/// Epoch milliseconds of time, rounded down.
long long epoch_ms(Instant time);

/// A readable duration: "1 m 52 s", "850 ms", "2 h 05 m".
std::string human(std::chrono::microseconds duration);

}  // namespace dsr::model
