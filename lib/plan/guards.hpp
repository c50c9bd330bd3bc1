// SPDX-License-Identifier: Apache-2.0
// Guards that hold a whole sweep; each is one function of the observed state. Pure; any thread. A guard that holds
// appears in the report, the log and an alert; its name is in model/hold.hpp.
#pragma once

#include <optional>
#include <vector>

#include "model/hold.hpp"
#include "model/snapshot.hpp"

namespace dsr::plan {

/// No fresh view of the registry: no row can be judged.
std::optional<model::Hold> registry_not_fresh(const model::Snapshot& snapshot);

/// No master is alive to take anything up. Lifts by itself when a master registers.
std::optional<model::Hold> no_live_master(const model::Snapshot& snapshot);

/// Lock nodes exist where this schema's masters never create one, so it is unknown which lock excludes them.
std::optional<model::Hold> unknown_layout(const model::Snapshot& snapshot);

/// Rows were started in the future, or the clocks of database, masters and this machine differ by more than
/// guards.clock_skew, or a new row contradicts database.time_zone. Either a clock or that setting is wrong.
std::optional<model::Hold> clock(const model::Snapshot& snapshot, model::Instant now);

/// failover.enabled is false.
std::optional<model::Hold> disabled(const model::Snapshot& snapshot);

/// An operator paused the daemon.
std::optional<model::Hold> paused(const model::Snapshot& snapshot, model::Instant now);

/// No fresh view for too long: this process was suspended or starved, its clock was set, or the registry was
/// unreachable. Absences start again.
std::optional<model::Hold> own_stall(const model::Snapshot& snapshot);

/// Whether a step of "apply" that ran from `began` to `now` took so long that this process must have been suspended or
/// starved, or its clock was set: what was observed before must not be used.
std::optional<model::Hold> stalled(model::Instant began, model::Instant now, const model::Policy& policy);

/// Another replica of this daemon leads.
std::optional<model::Hold> not_leader(const model::Snapshot& snapshot);

/// The journal does not exist and journal.required is true.
std::optional<model::Hold> no_journal(const model::Snapshot& snapshot);

/// No row shows that this registry and this database belong to one cluster, or a new one shows that they do not.
std::optional<model::Hold> unproven_cluster(const model::Snapshot& snapshot);

/// The database lost a commit of ours, and no operator has released that yet.
std::optional<model::Hold> database_went_back(const model::Snapshot& snapshot);

/// All of the above guards, and mass_loss, that hold now.
std::vector<model::Hold> holds(const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
