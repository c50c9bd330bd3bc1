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
    int views = 1;           ///< fresh views that count: at least 10 s apart (0 when the grace is 0)
    bool witnessed = false;  ///< it was seen registered in this process's life before it went
    std::optional<Incarnation> last_incarnation{};  ///< as last seen, when its heartbeat told
    std::optional<Instant> last_seen{};             ///< the last view that had it, when witnessed
    bool owns_rows = true;                          ///< some unfinished row named it in the last complete plan
    bool rows_in_failover_states = true;            ///< and such a row is in a state that a failover selects
    std::optional<Instant> first_missed{};          ///< the first view that missed it; restarts leave it alone
    bool others_registered = true;                  ///< some master was registered in the first view that missed it

    std::optional<Instant> fenced{};  ///< the value of the finish marker that we wrote for it

    [[nodiscard]] Instant lost_at() const { return first_missed.value_or(since); }
    bool operator==(const Absence&) const = default;
};

/// One registered address, as the same incarnation in every fresh view since `since`.
struct MasterPresence {
    Instant since;
    Instant last_counted;
    int views = 1;
    std::optional<Instant> startup_time;
    std::optional<std::int64_t> process_id;
    std::int64_t session_id = 0;
    /// This startup time came into a node that was seen without it before, in a heartbeat that was not written earlier
    /// than that time: the master began a new epoch under its old node.
    bool first_heartbeat_seen = false;
    bool operator==(const MasterPresence&) const = default;
};

/// Everything that one view hands to the next. A value: `plan/membership` makes the next one from it.
struct Membership {
    std::int64_t registry_session = 0;  ///< ours; absences do not outlive it, unless they were resumed
    bool resumed = false;               ///< read back from the journal: the session that saw it was another's
    std::optional<Instant> last_view;
    std::optional<Instant> last_look{};  ///< the last fresh view, whether it was believed or not
    bool all_gone_once = false;          ///< the last view missed every master at once and was not believed
    std::map<MasterAddress, Absence> absent;
    std::map<MasterAddress, MasterPresence> present;
    bool operator==(const Membership&) const = default;
};

}  // namespace dsr::model
