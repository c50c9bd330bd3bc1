// SPDX-License-Identifier: Apache-2.0
// Times for people, in one form everywhere: "in 2 m 41 s (16:06:45)", "12 m 03 s ago (15:54:01)". Another day than
// today has its date. Pure except for the process's time zone (TZ); any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/instant.hpp"

namespace dsr::query {

struct Clock {
    model::Instant now{};  ///< what "ago" and "in" are counted from
    bool utc = false;      ///< else the process's time zone; a UTC time ends in Z
};

/// "16:06:45", or "2026-11-23 16:06:45" for another day.
std::string clock_text(model::Instant time, const Clock& clock);

/// "in 2 m 41 s (16:06:45)"; "now (16:06:45)" within a second.
std::string time_text(model::Instant time, const Clock& clock);

/// The same for a time as the API writes it; a text that is none stays as it is.
std::string time_text(std::string_view rfc3339, const Clock& clock);

/// A sentence with each of its times, which are as the API writes them, as clock_text.
std::string with_clock_texts(std::string_view sentence, const Clock& clock);

}  // namespace dsr::query
