// SPDX-License-Identifier: Apache-2.0
// Whether database.time_zone is the zone that masters write in. A wrong zone makes rows of the living look like an
// earlier incarnation's. Pure; any thread.
//
// Proof: per incarnation, because a JVM keeps its zone for life, and the next one may have another (an upgrade, another
// start script). Only times that a master of that host writes count: up to 3.2 start_time and restart_time, in 3.3 and
// later the last entry of state_history, for the JVM that triggers a run (the API server) writes the other two; in both
// the submit times of tasks. Such a time proves the zone when it lies within 5 minutes of now and after the
// incarnation's registration and after the last disproof.
// Disproof: any time of a row that is new since the last sweep and that does not lie between the two sweeps. Whoever
// wrote it, one of DolphinScheduler's servers writes in another zone, or a clock is wrong.
#pragma once

#include <chrono>
#include <optional>

#include "model/new_rows.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether a row that is owned until `latest` reads earlier than `bound` in whatever zone it was written.
bool earlier_in_any_zone(model::Instant latest, model::Instant bound);

/// Whether this very incarnation was seen to write in the zone.
bool zone_proven(const model::LiveMaster& master, const model::ZoneEvidence& evidence);

/// Takes new rows into `evidence`, and drops proofs of incarnations that are gone. `previous`: when the sweep before
/// read its rows; nothing in the first sweep of a run, whose rows are not new. `now`: not before these were read.
void weigh(model::ZoneEvidence& evidence, const model::NewRows& rows, std::optional<model::Instant> previous,
           model::Instant now, const model::Snapshot& snapshot);

/// Takes an unfinished row into `evidence`, which may be older: it may have been taken up since the last sweep.
void note_take_up(model::ZoneEvidence& evidence, const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                  model::Instant now);

/// What two replicas, or two lives of one, know together: proofs that are newer than either's last doubt.
model::ZoneEvidence merged(model::ZoneEvidence ours, const model::ZoneEvidence& learnt);

}  // namespace dsr::plan
