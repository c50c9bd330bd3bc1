// SPDX-License-Identifier: Apache-2.0
// Before a batch of 3.1 or older is handed over: what its unfinished tasks on registered workers ask for. Sweep's
// thread.
#pragma once

#include <map>
#include <span>
#include <stop_token>
#include <string>

#include "model/snapshot.hpp"
#include "store/workflow_store.hpp"
#include "sweep/memory.hpp"
#include "worker/task_killer.hpp"

namespace dsr::sweep {

/// Kills (policy `kill`) the tasks of these instances that run on registered workers, as a master does before it marks
/// them. Returns the instances that must not be handed over now, each with the reason. Tasks whose worker is gone, or
/// that have no host, ask for nothing: marking them is enough.
std::map<model::WorkflowInstanceId, std::string> settle_live_tasks(store::WorkflowStore& store,
                                                                   worker::TaskKiller& killer,
                                                                   const model::Snapshot& snapshot, Memory& memory,
                                                                   std::span<const model::WorkflowInstanceId> ids,
                                                                   const std::stop_token& stop);

}  // namespace dsr::sweep
