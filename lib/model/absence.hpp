// SPDX-License-Identifier: Apache-2.0
// How long an address that owns unfinished workflows has been missing from the registry, as far as we saw it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/live_master.hpp"

namespace dsr::model {

/// One address, missing in every fresh view since `since`.
struct Absence {
    Instant since;           ///< the first fresh view that missed it
    Instant last_counted;    ///< the latest view that counted towards `views`
    Instant last_confirmed;  ///< the latest fresh view that missed it
    int views = 1;           ///< fresh views that count: at least 10 s apart (0 when the grace is 0)
    bool witnessed = false;  ///< it was seen registered in this process's life before it went
    std::optional<Incarnation> last_incarnation;  ///< as last seen, when its heartbeat told
    bool operator==(const Absence&) const = default;
};

/// One registered address, as the same incarnation in every fresh view since `since`.
struct Presence {
    Instant since;
    Instant last_counted;
    int views = 1;
    std::optional<Instant> startup_time;
    std::optional<std::int64_t> process_id;
    std::int64_t session_id = 0;
    bool operator==(const Presence&) const = default;
};

/// Everything that one view hands to the next. A value: `plan/absence` makes the next one from it.
struct Attendance {
    std::int64_t registry_session = 0;  ///< ours; absences do not outlive it
    std::optional<Instant> last_view;
    bool all_gone_once = false;  ///< the last view missed every master at once and was not believed
    std::map<MasterAddress, Absence> absent;
    std::map<MasterAddress, Presence> present;
    bool operator==(const Attendance&) const = default;
};

}  // namespace dsr::model
