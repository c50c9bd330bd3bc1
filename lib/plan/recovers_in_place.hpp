// SPDX-License-Identifier: Apache-2.0
// Builds that recover in place: a recovered row keeps the dead host (3.3.0 and its development line;
// docs/dolphinscheduler-protocol.md, section 9.4), so an orphan and a row that another master runs look the same. This
// module tells them apart as far as the data allow. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether rows must be judged as those of such a build, according to the schema or dolphinscheduler.recovers_in_place.
bool recovers_in_place(const model::Snapshot& snapshot);

/// Why a master may have taken the row over although its host is absent. Returns nothing when no master can have: the
/// loss was witnessed, nothing in the row is newer than the loss, and one of two conditions holds. Either no master was
/// registered when the host vanished and none has started since the row is owned. Or the marker directory exists, it
/// holds no marker of that host written since the host was last seen (less guards.clock_skew, because ZooKeeper's clock
/// wrote it) and none that names the lost incarnation (except our own fence), and every other master is the same as
/// then.
std::optional<std::string> may_run_elsewhere(const model::WorkflowInstance& row, const model::MasterAddress& host,
                                             const model::Snapshot& snapshot);

/// Why a row of a build that recovers in place is not handed over although `verdict` calls for it. Nothing when it may
/// be: the row of another build, a released one, or one for which may_run_elsewhere() returns nothing.
std::optional<std::string> kept_in_place(const model::WorkflowInstance& row, model::Verdict verdict,
                                         const model::Snapshot& snapshot);

}  // namespace dsr::plan
