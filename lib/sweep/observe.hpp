// SPDX-License-Identifier: Apache-2.0
// The step "observe": reads registry and database and makes the Snapshot that rows are judged by. Reads only. Sweep's
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
    bool all_masters_lost = false;                 ///< every master missing at once; the next view decides
};

/// Folds the view into memory.membership. Throws Failure when the database is unreachable. When the registry is
/// unreachable (see require_reached), nothing else was read and the snapshot must not be used. `schema` is read by the
/// caller in the same sweep. "Now" is the time when the registry had answered.
Observation observe(const SweepContext& context, const model::SchemaFacts& schema, const model::Policy& policy,
                    Memory& memory);

/// Throws Failure (retry) when the registry was unreachable.
void require_reached(const model::RegistryView& view);

}  // namespace dsr::sweep
