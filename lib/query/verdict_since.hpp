// SPDX-License-Identifier: Apache-2.0
// Since when a row has its verdict, as far as registry, row and journal tell. For display only; no decision uses it.
// Pure; any thread.
#pragma once

#include <optional>

#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::query {

/// `row` as it was judged with `snapshot`. Nothing for a verdict whose begin nothing shows.
std::optional<model::Instant> verdict_since(const model::WorkflowInstance& row, model::Verdict verdict,
                                            const model::Snapshot& snapshot);

}  // namespace dsr::query
