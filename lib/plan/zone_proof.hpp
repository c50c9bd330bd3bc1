// SPDX-License-Identifier: Apache-2.0
// Whether database.time_zone is the zone that masters write in. A wrong zone makes rows of live masters look like an
// earlier incarnation's. Pure; any thread.
//
// Proof: per incarnation, because a JVM keeps its zone for life and the next one may have another (an upgrade, another
// start script). Only times that a master of that host writes count: start_time and restart_time up to 3.2; the last
// entry of state_history in 3.3 and later, because the JVM that triggers a run (the API server) writes the other two;
// the submit times of tasks in both. Such a time proves the zone when it lies within 5 minutes of now, after the
// incarnation's registration and after the last disproof.
// Disproof: any time of a row that is new since the last sweep and does not lie between the two sweeps. One of
// DolphinScheduler's servers then writes in another zone, or a clock is wrong.
#pragma once

#include <chrono>
#include <optional>

#include "model/new_rows.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether a row owned until `latest` reads earlier than `bound` in any zone.
bool earlier_in_any_zone(model::Instant latest, model::Instant bound);

/// Whether this incarnation was seen to write in the zone.
bool zone_proven(const model::LiveMaster& master, const model::ZoneEvidence& evidence);

/// Adds new rows to `evidence`, and drops proofs of incarnations that are gone. `previous`: when the previous sweep
/// read its rows; nothing in the first sweep of a run, whose rows are not new. `now`: not before these rows were read.
void weigh(model::ZoneEvidence& evidence, const model::NewRows& rows, std::optional<model::Instant> previous,
           model::Instant now, const model::Snapshot& snapshot);

/// Adds an unfinished row to `evidence`. It may be older: it may have been taken up since the last sweep.
void note_take_up(model::ZoneEvidence& evidence, const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                  model::Instant now);

/// The combined knowledge of two replicas, or of two runs of one: proofs that are newer than the last doubt of either.
model::ZoneEvidence merged(model::ZoneEvidence ours, const model::ZoneEvidence& learnt);

}  // namespace dsr::plan
