// SPDX-License-Identifier: Apache-2.0
// What becomes of releases of workflow instances: bound or refused before the rows are judged, used or expired after
// rows were handed over. Writes the journal: only for the replica that leads, and never in a dry run. Sweep's thread.
#pragma once

#include <optional>

#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Binds each release that no sweep has seen to the gate at which its row stops now, or refuses it. Ends those whose
/// row finished or changed its owner. Needs a fresh view of the registry. Refused and expired ones come into the
/// report. Throws Failure.
void settle_releases(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
                     model::SweepReport& report);

/// Marks what was used, adds the time since `unheld_before` to what is bound, and ends what exceeds
/// failover.release_valid. `unheld_before`: when the sweep before looked, if nothing held that one and this one. Throws
/// Failure.
void age_releases(const SweepContext& context, const model::Snapshot& snapshot,
                  std::optional<model::Instant> unheld_before, model::SweepReport& report);

}  // namespace dsr::sweep
