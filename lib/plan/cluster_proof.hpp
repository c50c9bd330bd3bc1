// SPDX-License-Identifier: Apache-2.0
// Whether this registry and this database belong to one DolphinScheduler cluster. With the registry of one cluster and
// the database of another, every running workflow looks lost. Host names alone prove nothing: charts give equal names
// in each namespace, and pod addresses are reused. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/cluster_evidence.hpp"
#include "model/new_rows.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Maximum number of rows examined while nothing is known.
inline constexpr std::size_t max_proving_rows = 10'000;

/// What one sweep read as evidence. Rows ascending by id.
struct ClusterSigns {
    model::ClusterIdentity identity;           ///< of registry and database now
    std::vector<model::NewInstance> appeared;  ///< since the last sweep; empty when there was none, or it was long ago
    std::vector<model::NewInstance> newest;    ///< of all rows; read only while nothing is known
    /// A known member of this registry that took up a workflow that we handed over, according to receipts in the
    /// journal.
    std::optional<model::MasterAddress> recovered_by;
};

/// The evidence after this sweep. Evidence for another pair does not count. A new row disproves the pair when its host
/// was registered in neither view and was not seen to leave. Otherwise a new row proves it, even after a disproof, when
/// the row names a registered host and was taken up after the startup of that host. While nothing is known, one such
/// row among the newest proves it too, and so does a receipt. `snapshot` holds a fresh view and the membership advanced
/// by it.
model::ClusterEvidence weigh(model::ClusterEvidence before, const ClusterSigns& signs, const model::Snapshot& snapshot,
                             model::Instant now);

/// An unfinished row that was taken up after `last_read`, when the last sweep read the new rows, proves the pair as a
/// new row does.
void note_take_up(model::ClusterEvidence& evidence, const model::WorkflowInstance& row, const model::Snapshot& snapshot,
                  model::Instant last_read, model::Instant now);

/// Applies a release that was not applied yet: it proves the pair that `evidence` concerns. A release older than an
/// hour is ignored, because the operator may have looked at another pair.
void take_release(model::ClusterEvidence& evidence, const std::optional<model::ControlNote>& release,
                  model::Instant now);

}  // namespace dsr::plan
