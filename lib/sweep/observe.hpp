// SPDX-License-Identifier: Apache-2.0
// The step "observe": reads registry and database and makes the Snapshot that rows are judged by. Reads only. Sweep's
// thread.
#pragma once

#include <optional>
#include <vector>

#include "journal/journal.hpp"
#include "model/snapshot.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// What the database and the registry show.
struct Reading {
    std::optional<model::Instant> newest_start_time;
    model::Instant rows_read_at;
    std::optional<std::int64_t> registry_stamp;  ///< the newest of JDBC clients, where another registry is configured
    model::NewRows new_rows;                     ///< since the last sweep
    std::vector<model::NewInstance> newest;      ///< the newest rows; only while nothing is known of the cluster
    std::optional<std::chrono::microseconds> database_ahead;
    model::RegistryView view;
    bool all_masters_lost = false;  ///< every master missing at once: not fresh; the next view decides
};

/// Reads the database, then the registry. A master registers before it takes up a row, so the host of every row read
/// here is in the view, unless it belongs to another registry. Throws Failure when the database is unreachable. When
/// the registry is (see require_reached), the reading must not be used.
Reading read_cluster(const SweepContext& context, const Memory& memory);

/// Throws Failure (retry) when the registry was unreachable.
void require_reached(const model::RegistryView& view);

struct Observation {
    model::Snapshot snapshot;
    std::vector<model::MasterAddress> newly_lost;  ///< masters that this view misses for the first time
};

/// Makes the Snapshot of a reading, and folds the view into memory. `schema` and `journal` are read by the caller in
/// the same sweep. `position`: who leads; nothing when unknown, and then this replica does. `foretells`: for a reader
/// that writes nothing, so that its snapshot shows what the next sweep would bind and create first. "Now" is the time
/// when the registry had answered. Throws Failure when the journal is unreachable.
Observation observe(const SweepContext& context, const model::SchemaFacts& schema, const journal::JournalState& journal,
                    const model::Policy& policy, Reading reading, const std::optional<QueuePosition>& position,
                    bool foretells, Memory& memory);

}  // namespace dsr::sweep
