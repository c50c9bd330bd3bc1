// SPDX-License-Identifier: Apache-2.0
// What a sweep judges by: everything but the rows, which stream past it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/cluster_evidence.hpp"
#include "model/control.hpp"
#include "model/lock_layout.hpp"
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
    bool layout_contradicted = false;          ///< mutex nodes were seen where this layout never puts one
    std::optional<Instant> newest_start_time;  ///< of all rows, finished ones included
    ZoneEvidence zone;                         ///< what rows showed of database.time_zone
    /// Differences between the clocks of those who write times, as far as they were measured.
    std::chrono::microseconds clock_skew{0};
    std::optional<std::chrono::microseconds> database_ahead;  ///< of our clock; nothing when it was not measured

    bool journal_ready = true;
    bool will_create_journal = false;     ///< it is not there, and a sweep that may write would make it
    std::string why_no_journal;           ///< a sentence, when it is not ready
    std::optional<WentBack> went_back{};  ///< the database lost a commit of ours, and nobody released that yet
    Control control;                      ///< what people told, by the journal
    /// Releases that no sweep has bound yet count as the next one will bind them: for a reader that binds none itself.
    bool foresees_releases = false;
    bool leads = true;   ///< among the replicas of this daemon
    std::string leader;  ///< who leads, when we do not
    /// How much later than it should this sweep came; nothing when it came in time.
    std::optional<std::chrono::microseconds> late_by;
    bool clock_went_back = false;  ///< our own clock, since the last view
    /// Whether registry and database belong together; nothing when it was not looked at.
    std::optional<ClusterEvidence> cluster{};
};

}  // namespace dsr::model
