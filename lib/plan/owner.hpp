// SPDX-License-Identifier: Apache-2.0
// Which incarnation owns a row, and whether it is gone, according to the registry, the row's ownership time and its
// tasks. Pure; any thread.
#pragma once

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether the row carries the mark of a failover: G1 host text 'NULL', G2 state 18.
bool claimed(const model::WorkflowInstance& row, const model::SchemaFacts& schema);

/// Judges a row that carries that mark: `waiting` until it has been seen so for the grace, then `stranded`.
model::Judgement judge_claimed(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

/// Judges a row that names a host: `owned`, `zombie`, `ambiguous`, `waiting` or one of the orphans.
model::Judgement judge_owner(const model::WorkflowInstance& row, const model::Snapshot& snapshot, model::Instant now);

}  // namespace dsr::plan
