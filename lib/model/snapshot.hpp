// SPDX-License-Identifier: Apache-2.0
// The state that a sweep judges by, except the rows, which are streamed.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/cluster_evidence.hpp"
#include "model/control.hpp"
#include "model/database_session.hpp"
#include "model/membership.hpp"
#include "model/persisted_state.hpp"
#include "model/policy.hpp"
#include "model/registry_view.hpp"
#include "model/schema_facts.hpp"
#include "model/zone_evidence.hpp"

namespace dsr::model {

struct Snapshot {
    RegistryView registry;
    Membership membership;  ///< already advanced by `registry`
    SchemaFacts schema;
    Policy policy;
    LockLayout layout = LockLayout::failover_masters;
    bool layout_contradicted = false;          ///< mutex nodes exist where this layout never creates one
    std::optional<Instant> newest_start_time;  ///< of all rows, finished ones included
    ZoneEvidence zone;                         ///< evidence from rows about database.time_zone
    /// Differences between the clocks of the processes that write times, as far as measured.
    std::chrono::microseconds clock_skew{0};
    std::optional<std::chrono::microseconds> database_ahead;  ///< of our clock; nothing when not measured

    bool journal_ready = true;
    bool will_create_journal = false;     ///< it does not exist, and a sweep that may write would create it
    std::string why_no_journal;           ///< a sentence, when it is not ready
    std::optional<WentBack> went_back{};  ///< the database lost a commit of ours, and no operator has released that yet
    Control control;                      ///< operators' commands, from the journal
    /// Treats releases that no sweep has bound yet as bound; for a reader that binds none itself.
    bool foresees_releases = false;
    /// Absent masters whose last registered address accepts connections although their grace is over. Asked only where
    /// the registry does not make a master stop that is cut off from it.
    std::set<MasterAddress> answering{};
    /// An active database session from the address of each of those whose sessions prove something
    /// (plan/living_session); `idle` counts back from `registry.taken_at`.
    std::map<MasterAddress, DatabaseSession> sessions{};
    bool leads = true;   ///< among the replicas of this daemon
    std::string leader;  ///< the leader's name, when another replica leads
    /// How late this sweep is; nothing when it is in time.
    std::optional<std::chrono::microseconds> late_by;
    bool clock_went_back = false;  ///< our own clock, since the last view
    /// A sentence, when another registry than the configured one is in use for this database: holds.
    std::string other_registry{};
    /// Whether registry and database belong together; nothing when not examined.
    std::optional<ClusterEvidence> cluster{};
};

}  // namespace dsr::model
