// SPDX-License-Identifier: Apache-2.0
// The step "confirm", between observe and plan: determines the outcome of earlier failovers from the current rows.
// Writes only receipts to the journal. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Follows every entry without a final receipt. Counts the new receipts and keeps them in the report. Throws Failure.
void confirm(const SweepContext& context, const model::SchemaFacts& schema, const model::Policy& policy,
             const Memory& memory, model::SweepReport& report, const std::stop_token& stop);

}  // namespace dsr::sweep
