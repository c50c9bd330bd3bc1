// SPDX-License-Identifier: Apache-2.0
// What one sweep leaves for the next within one run of the daemon. Sweep's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "journal/run_ledger.hpp"
#include "model/membership.hpp"
#include "model/persisted_state.hpp"
#include "model/worker_sightings.hpp"
#include "store/workflow_store.hpp"
#include "sweep/loss_times.hpp"

namespace dsr::sweep {

/// What the registry last told of who leads.
struct QueuePosition {
    bool leads = false;
    std::string leader;           ///< who leads; empty when nobody does
    std::int64_t session_id = 0;  ///< ours, in which it was seen
};

/// How far the last sweep read the rows that were new.
struct RowsRead {
    model::WorkflowInstanceId instance;  ///< the highest
    model::TaskInstanceId task;          ///< the highest
    model::Instant at;                   ///< not after it read them
};

/// The last entry of the journal that this process saw committed.
struct JournalMark {
    std::optional<std::int64_t> number;  ///< nothing until the entry was read back
    std::string sweep;
    model::WorkflowInstanceId instance;
    model::Instant at;
};

/// What the last sweep saw in DolphinScheduler's queues.
struct QueuesSeen {
    std::set<std::int64_t> stuck;                     ///< rows of t_ds_serial_command
    std::map<std::int64_t, model::Instant> commands;  ///< rows of t_ds_command, and since when they are seen
};

struct Memory {
    model::Membership membership;
    journal::RunLedger ledger;
    std::chrono::microseconds last_sweep{0};      ///< how long the last sweep took
    model::ZoneEvidence zone;                     ///< what rows showed of database.time_zone
    std::optional<RowsRead> rows_read;            ///< nothing in the first sweep of a run
    bool state_loaded = false;                    ///< the journal was asked what it remembers
    std::optional<model::Canary> canary;          ///< the row that went ahead of the others
    std::optional<model::Instant> last_purge;     ///< of the journal
    std::optional<QueuePosition> queue_position;  ///< nothing until the registry told
    bool out_of_line = false;                     ///< we resigned because our database failed, and did not queue again
    bool commit_unknown = false;                  ///< a commit's outcome is not known, and no whole sweep came since
    bool journal_seen = false;                    ///< the journal could be written
    bool journal_failed = false;                  ///< it can no longer
    std::optional<store::LimitsInForce> limits_told;  ///< of failover transactions, as last logged
    LossTimes losses;                                 ///< of whom rows were handed over
    std::optional<model::Instant> read_before;  ///< when the last sweep read them; nothing in the first, or long ago
    model::ClusterEvidence cluster;             ///< whether registry and database belong together
    std::string database_identity;              ///< the journal's; empty without one
    std::optional<model::MasterAddress> recovered_by;  ///< a remembered member, by a receipt; while nothing is known
    model::WorkerSightings workers;                    ///< which worker addresses the registry showed, and when
    std::optional<JournalMark> mark;                   ///< what must still be there
    std::optional<model::WentBack> went_back;          ///< the last time that it was not
    QueuesSeen queues;                                 ///< only told
    std::optional<model::Instant> unheld_at;           ///< when the last sweep looked, if it was whole and nothing held
};

}  // namespace dsr::sweep
