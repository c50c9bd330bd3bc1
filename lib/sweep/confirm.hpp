// SPDX-License-Identifier: Apache-2.0
// The step "confirm", between observe and plan: determines the outcome of earlier failovers from the current rows, and
// the life of releases of workflow instances: bound or refused before the rows are judged, used or expired after rows
// were handed over. Writes only the journal: on the leader, and never in a dry run. Sweep's thread.
#pragma once

#include <optional>

#include "sweep/context.hpp"

namespace dsr::sweep {

/// Follows every entry without a final receipt. Counts the new receipts and keeps them in the report. Throws Failure.
void confirm(const SweepScope& scope);

/// Binds each new release to the gate at which its row stops now, or refuses it. Ends those whose row finished or
/// changed its owner. Requires a fresh view of the registry. Adds refused and expired releases to the report. Returns
/// whether any is bound now, which age_releases() is for. Throws Failure.
bool settle_releases(const SweepScope& scope);

/// Marks used releases, adds the time since `unheld_before` to bound ones, and ends those older than
/// failover.release_valid. `unheld_before`: when the previous sweep observed, if nothing held it and this one. Throws
/// Failure.
void age_releases(const SweepScope& scope, std::optional<model::Instant> unheld_before);

}  // namespace dsr::sweep
