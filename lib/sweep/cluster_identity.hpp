// SPDX-License-Identifier: Apache-2.0
// The part of the cluster proof that needs the journal: releases, and an identity for the database. Sweep's thread.
#pragma once

#include "model/snapshot.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Applies a release to the evidence. Call it after observe(), once snapshot.control is known. `names_database`: give a
/// database without an identity a new one, which only the leader may do. Does nothing for a view that is not fresh.
/// Throws Failure.
void settle_cluster(const SweepContext& context, Memory& memory, model::Snapshot& snapshot, bool names_database);

}  // namespace dsr::sweep
