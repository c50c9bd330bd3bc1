// SPDX-License-Identifier: Apache-2.0
// Where the registry does not make masters stop that are cut off from it: the signs that an absent master runs on.
#pragma once

#include <string>

#include "model/snapshot.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Looks for signs of life of the absent masters whose rows would be handed over now, and notes them in the snapshot.
/// Throws Failure when the database is unreachable.
void look_for_cut_off_masters(const SweepContext& context, model::Snapshot& snapshot, model::Instant now);

/// Why this absent master seems to run on, though it did not when its rows were judged; empty when nothing says so. An
/// operator's release of rows that were judged by such a sign holds.
std::string runs_on_since_plan(const SweepScope& scope, const model::MasterAddress& host);

}  // namespace dsr::sweep
