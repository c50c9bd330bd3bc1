// SPDX-License-Identifier: Apache-2.0
// The step "confirm", after observe and before the plan: what became of the failovers of earlier sweeps, by the rows as
// they are now. Writes receipts to the journal only. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Follows every entry that has no last receipt yet; counts and keeps in the report what came. Throws Failure.
void confirm(const SweepContext& context, const model::SchemaFacts& schema, const model::Policy& policy,
             const Memory& memory, model::SweepReport& report, const std::stop_token& stop);

}  // namespace dsr::sweep
