// SPDX-License-Identifier: Apache-2.0
// How long an address that owns unfinished workflows has been missing from the registry, as far as views showed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/live_master.hpp"

namespace dsr::model {

/// One address that is missing in every fresh view since `since`.
struct Absence {
    Instant since;           ///< the first fresh view that missed it
    Instant last_counted;    ///< the latest view counted in `views`
    int views = 1;           ///< fresh views that count: at least 10 s apart (0 when the grace is 0)
    bool witnessed = false;  ///< this process saw it registered before it was lost
    std::optional<Incarnation> last_incarnation{};  ///< as last seen, when its heartbeat told
    std::optional<Instant> last_seen{};             ///< the last view that showed it, when witnessed
    bool owns_rows = true;                          ///< an unfinished row named it in the last complete plan
    bool rows_in_failover_states = true;            ///< and such a row is in a state that a failover selects
    std::optional<Instant> first_missed{};  ///< the first view that missed it, or its last sign of life if the registry
                                            ///< tells one; restarts do not change it
    bool others_registered = true;          ///< a master was registered in the first view that missed it

    std::optional<Instant> fenced{};  ///< the value of the finish marker that we wrote for it

    [[nodiscard]] Instant lost_at() const { return first_missed.value_or(since); }
    bool operator==(const Absence&) const = default;
};

/// One address that is registered as the same incarnation in every fresh view since `since`.
struct MasterPresence {
    Instant since;
    Instant last_counted;
    int views = 1;
    std::optional<Instant> startup_time;
    std::optional<std::int64_t> process_id;
    std::int64_t session_id = 0;
    /// This startup time appeared in a node that was seen without it before, in a heartbeat not written earlier than
    /// that time: the master began a new epoch under its old node.
    bool first_heartbeat_seen = false;
    bool operator==(const MasterPresence&) const = default;
};

/// The state that one view passes to the next. A value; `plan/membership` makes the next one from it.
struct Membership {
    std::int64_t registry_session = 0;  ///< ours; absences end with it, unless they were resumed
    bool resumed = false;               ///< read from the journal: another process's session observed it
    std::optional<Instant> last_view;
    std::optional<Instant> last_look{};            ///< the last fresh view, used for judging or not
    bool all_gone_once = false;                    ///< the last view missed every master at once and was not used
    std::optional<std::int64_t> master_changes{};  ///< RegistryView's, of the last view
    /// The last view before which registrations began or ended that no view shows.
    std::optional<Instant> unseen_change{};
    std::map<MasterAddress, Absence> absent;
    std::map<MasterAddress, MasterPresence> present;
    bool operator==(const Membership&) const = default;
};

}  // namespace dsr::model
