// SPDX-License-Identifier: Apache-2.0
// Guards that hold a whole sweep: each one function of what was observed. Pure; any thread. A guard that holds is in
// the report, the log and an alert; its name is in model/hold.hpp.
#pragma once

#include <optional>
#include <vector>

#include "model/hold.hpp"
#include "model/snapshot.hpp"

namespace dsr::plan {

/// The registry could not be seen fresh: nothing can be judged.
std::optional<model::Hold> registry_not_fresh(const model::Snapshot& snapshot);

/// Nobody is there to take anything up. Lifts by itself with the first master that registers.
std::optional<model::Hold> no_live_master(const model::Snapshot& snapshot);

/// Lock nodes stand where this schema's masters never put one: which lock excludes them is not known.
std::optional<model::Hold> unknown_layout(const model::Snapshot& snapshot);

/// Rows were started in the future, or the clocks of database, masters and this machine differ by more than
/// guards.clock_skew, or a new row contradicts database.time_zone: that is wrong, or a clock is.
std::optional<model::Hold> clock(const model::Snapshot& snapshot, model::Instant now);

/// failover.enabled is false.
std::optional<model::Hold> disabled(const model::Snapshot& snapshot);

/// A person paused the daemon.
std::optional<model::Hold> paused(const model::Snapshot& snapshot, model::Instant now);

/// No fresh view for too long: this process was suspended or starved, its clock was set, or the registry was out of
/// reach. Absences start again.
std::optional<model::Hold> own_stall(const model::Snapshot& snapshot);

/// Another replica of this daemon leads.
std::optional<model::Hold> not_leader(const model::Snapshot& snapshot);

/// The journal is not there and journal.required is true.
std::optional<model::Hold> no_journal(const model::Snapshot& snapshot);

/// No row shows that this registry and this database belong to one cluster, or a new one shows that they do not.
std::optional<model::Hold> unproven_cluster(const model::Snapshot& snapshot);

/// The database lost a commit of ours, and no person released that yet.
std::optional<model::Hold> database_went_back(const model::Snapshot& snapshot);

/// All of the above, and mass_loss, that hold now.
std::vector<model::Hold> holds(const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
