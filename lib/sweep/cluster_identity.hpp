// SPDX-License-Identifier: Apache-2.0
// The part of the cluster's proof that needs the journal: a release, and a name for the database. Sweep's thread.
#pragma once

#include "model/snapshot.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// After observe(), once snapshot.control is known: takes a release into account. `names_database`: a database without
/// an identity is given one, which only the leader may do. Does nothing for a view that is not fresh. Throws Failure.
void settle_cluster(const SweepContext& context, Memory& memory, model::Snapshot& snapshot, bool names_database);

}  // namespace dsr::sweep
