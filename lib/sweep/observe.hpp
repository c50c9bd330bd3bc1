// SPDX-License-Identifier: Apache-2.0
// The step "observe": look at registry and database, and make the Snapshot that rows are judged by. Reads only. Sweep's
// thread.
#pragma once

#include <vector>

#include "model/snapshot.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

struct Observation {
    model::Snapshot snapshot;
    std::vector<model::MasterAddress> newly_lost;  ///< masters that this view misses for the first time
    bool all_masters_lost = false;                 ///< every master missing at once, which is looked at once more
};

/// Folds what it saw into memory.membership. Throws Failure when the database is out of reach. Where the registry is
/// (see require_reached), nothing else was looked at, and nobody may go by the snapshot. The schema is the caller's,
/// read in the same sweep. "Now" is when the registry's answers were in.
Observation observe(const SweepContext& context, const model::SchemaFacts& schema, const model::Policy& policy,
                    Memory& memory);

/// Throws Failure (retry) when the registry was out of reach.
void require_reached(const model::RegistryView& view);

}  // namespace dsr::sweep
