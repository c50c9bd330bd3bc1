// SPDX-License-Identifier: Apache-2.0
// The step "confirm", between observe and plan: determines the outcome of earlier failovers from the current rows.
// Writes only receipts to the journal. Sweep's thread.
#pragma once

#include "sweep/scope.hpp"

namespace dsr::sweep {

/// Follows every entry without a final receipt. Counts the new receipts and keeps them in the report. Throws Failure.
void confirm(const SweepScope& scope);

}  // namespace dsr::sweep
