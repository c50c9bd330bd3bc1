// SPDX-License-Identifier: Apache-2.0
// State that one sweep leaves for the next within one run of the daemon. Sweep's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "journal/journal.hpp"
#include "journal/run_ledger.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/membership.hpp"
#include "model/persisted_state.hpp"
#include "model/snapshot.hpp"
#include "model/worker_sightings.hpp"
#include "store/workflow_store.hpp"

namespace dsr::sweep {

/// Leadership as the registry last reported it.
struct QueuePosition {
    bool leads = false;
    std::string leader;           ///< the leader's name; empty when there is none
    std::int64_t session_id = 0;  ///< our session in which this was read
};

/// How far the last sweep read new rows.
struct RowsRead {
    model::WorkflowInstanceId instance;  ///< the highest
    model::TaskInstanceId task;          ///< the highest
    model::Instant at;                   ///< not later than that read
};

/// The last entry of the journal that this process saw committed.
struct JournalMark {
    std::optional<std::int64_t> number;  ///< nothing until the entry was read back
    std::string sweep;
    model::WorkflowInstanceId instance;
    model::Instant at;
};

/// The last sweep's view of DolphinScheduler's queues.
struct QueuesSeen {
    std::set<std::int64_t> stuck;                     ///< rows of t_ds_serial_command
    std::map<std::int64_t, model::Instant> commands;  ///< rows of t_ds_command, each with the time it was first seen
};

/// When the owner `host` was lost: the first view that missed it or, for an earlier incarnation, the startup of the
/// present one. Nothing when neither is known.
std::optional<model::Instant> lost_at(const model::Snapshot& snapshot, const model::MasterAddress& host);

/// When the owners of rows that we handed over were lost. The outage of a workflow is measured from there. No decision
/// uses it.
class LossTimes {
public:
    /// Records that rows of `host`, lost at `lost`, were handed over at `now`.
    void handed_over(const model::MasterAddress& host, model::Instant lost, model::Instant now);

    /// The time of the loss that was answered at `answered`. After a restart it comes from the absence that the journal
    /// kept.
    [[nodiscard]] std::optional<model::Instant> of(const model::MasterAddress& host, model::Instant answered,
                                                   const model::Membership& membership) const;

private:
    struct Loss {
        model::Instant lost;
        model::Instant answered;  ///< the last time
    };
    std::map<model::MasterAddress, Loss> losses_;  ///< of the last day
};

struct Memory {
    model::Membership membership;
    journal::RunLedger ledger;
    std::chrono::microseconds last_sweep{0};      ///< how long the last sweep took
    model::ZoneEvidence zone;                     ///< what rows showed of database.time_zone
    std::optional<RowsRead> rows_read;            ///< nothing in the first sweep of a run
    bool state_loaded = false;                    ///< the journal's saved state was loaded
    std::optional<model::Canary> canary;          ///< the row that went ahead of the others
    std::optional<model::Instant> last_purge;     ///< of the journal
    std::optional<QueuePosition> queue_position;  ///< nothing until the registry answered
    bool out_of_line = false;     ///< we resigned because our database failed, and have not queued again
    bool commit_unknown = false;  ///< a commit's outcome is unknown, and no whole sweep has followed
    bool journal_seen = false;    ///< the journal was writable
    bool journal_failed = false;  ///< the journal is no longer writable
    std::optional<store::LimitsInForce> limits_told;  ///< limits of failover transactions as last logged
    std::vector<std::string> remarks_told;            ///< of the registry, as last logged
    LossTimes losses;                                 ///< of owners whose rows were handed over
    std::optional<model::Instant> read_before;  ///< when the last sweep read the new rows; nothing in the first sweep,
                                                ///< or when that was too long ago
    model::ClusterEvidence cluster;             ///< whether registry and database belong together
    std::string database_identity;              ///< the journal's; empty without one
    std::optional<journal::StateOwner> state_owner;    ///< who saved the state last, as this sweep read it
    std::optional<std::int64_t> registry_stamp;        ///< of a JDBC registry in this database, as last read
    std::optional<model::MasterAddress> recovered_by;  ///< a remembered member, by a receipt; while nothing is known
    model::WorkerSightings workers;                    ///< which worker addresses the registry showed, and when
    std::optional<JournalMark> mark;                   ///< the entry that must still exist
    std::optional<model::WentBack> went_back;          ///< the last time that it was missing
    model::Timeline timeline;                          ///< for people only
    QueuesSeen queues;                                 ///< for the report only
    std::optional<model::Instant> unheld_at;  ///< when the last sweep observed, if it was complete and nothing held
};

}  // namespace dsr::sweep
