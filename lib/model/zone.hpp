// SPDX-License-Identifier: Apache-2.0
// The wall clock of DolphinScheduler's JVMs: every time in its database is local to it and has no offset. The tz
// database is the system's, through Howard Hinnant's date library (g++ 12 has no std::chrono time zones).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/instant.hpp"

namespace date {
class time_zone;
}

namespace dsr::model {

/// One IANA time zone. A value; any thread.
class Zone {
public:
    /// Throws Failure(permanent) for a name that the system's tz database does not contain.
    explicit Zone(const std::string& iana_name);

    /// "2026-11-22 21:12:00[.302069]" (T is also accepted as separator) as this zone's wall clock. Nothing when the
    /// text does not parse, or when the wall time does not exist (spring) or names two instants (autumn): never guess.
    [[nodiscard]] std::optional<Instant> instant(std::string_view wall) const;

    /// The wall clock at `time`, "2026-11-22 21:12:00.302", with milliseconds as a JVM writes them.
    [[nodiscard]] std::string wall(Instant time) const;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
    const date::time_zone* zone_;
};

}  // namespace dsr::model
