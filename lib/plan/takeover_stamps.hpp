// SPDX-License-Identifier: Apache-2.0
// Builds that recover in place: a recovered row keeps the dead host (3.3.0 and its development line;
// docs/dolphinscheduler-protocol.md, section 9.4), so that an orphan
// and a row that another master runs look the same. Here is what tells them apart, as far as anything does. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>

#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// Whether rows must be judged as those of such a build: told by the schema, or by dolphinscheduler.recovers_in_place.
bool recovers_in_place(const model::Snapshot& snapshot);

/// Why a master may have taken the row over although its host is absent; nothing when none can have: the loss was
/// witnessed, nothing in the row is newer than it, and either no master was registered when the host vanished and none
/// started since the row is owned, or the marker directory is there and holds no marker of that host written since it
/// was last seen (less guards.clock_skew: that is ZooKeeper's clock), nor one that names the lost incarnation (but for
/// the one that we fenced it by), and every other master is the one that it was then.
std::optional<std::string> may_run_elsewhere(const model::WorkflowInstance& row, const model::MasterAddress& host,
                                             const model::Snapshot& snapshot);

/// Why a row of a build that recovers in place is not handed over, although `verdict` calls for it; nothing when it may
/// be: the row of another build, a released one, or one for which may_run_elsewhere() finds nothing.
std::optional<std::string> kept_in_place(const model::WorkflowInstance& row, model::Verdict verdict,
                                         const model::Snapshot& snapshot);

}  // namespace dsr::plan
