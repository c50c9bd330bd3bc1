// SPDX-License-Identifier: Apache-2.0
// Before a batch of 3.1 or older is handed over: what its unfinished tasks on registered workers ask for. Sweep's
// thread.
#pragma once

#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/snapshot.hpp"
#include "store/workflow_store.hpp"
#include "sweep/memory.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

/// The unfinished tasks of these instances that run on registered workers, where the policy asks for anything to be
/// done about such. Tasks whose worker is gone, or that have no host, ask for nothing: marking them is enough.
std::vector<model::TaskInstance> live_tasks(store::WorkflowStore& store, const model::Snapshot& snapshot,
                                            std::span<const model::WorkflowInstanceId> ids);

/// Kills (policy `kill`) these live tasks, as a master does before it marks them. Returns the instances that must not
/// be handed over now, each with the reason.
std::map<model::WorkflowInstanceId, std::string> settle_live_tasks(worker::TaskKiller& killer,
                                                                   const model::Snapshot& snapshot, Memory& memory,
                                                                   std::span<const model::TaskInstance> live,
                                                                   const std::stop_token& stop);

}  // namespace dsr::sweep
