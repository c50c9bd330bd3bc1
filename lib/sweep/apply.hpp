// SPDX-License-Identifier: Apache-2.0
// The step "apply": fails over the planned hosts one after the other (host_failover handles one). Everything that the
// plan is based on is checked again before it is acted on. Sweep's thread.
#pragma once

#include <stop_token>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/entries.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Hands over at most `most` planned rows and adds the remainder to report.beyond_limit. Every other planned row ends
/// as an action in the report. Throws Failure when registry or database is unreachable; rows that were not reached are
/// first reported as failed.
void apply(const SweepContext& context, const model::Plan& plan, const model::Snapshot& snapshot, Memory& memory,
           std::uint64_t most, const Author& author, model::SweepReport& report, const std::stop_token& stop,
           const Progress& progress);

}  // namespace dsr::sweep
