// SPDX-License-Identifier: Apache-2.0
// Before a batch of 3.1 or older is handed over: what its unfinished tasks on registered workers, and on workers that
// lost their registration, ask for. Sweep's thread.
//
// A worker that is registered and cannot be reached keeps its rows back for up to three sweeps: the registry says that
// its process lives, so the task may run. A worker that is not registered and cannot be reached keeps nothing back: in
// nearly all cases its machine or process is gone, and its tasks with it, and a wait would delay every workflow of a
// machine that took master and worker along. A master of 3.1 does the same: it asks, logs the failure and goes on.
#pragma once

#include <map>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/snapshot.hpp"
#include "store/workflow_store.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// What one sweep learnt by asking workers.
struct WorkerContacts {
    std::set<model::WorkerAddress> unreachable;  ///< not tried again in this sweep
    std::set<model::TaskInstanceId> asked;       ///< tasks of unregistered workers that were asked to kill them
};

/// The unfinished tasks of these instances that ask for something by the policy: those on registered workers, and with
/// policy `kill` those on workers that are not registered now but may be asked (may_ask_departed). For others marking
/// is enough.
std::vector<model::TaskInstance> live_tasks(store::WorkflowStore& store, const model::Snapshot& snapshot,
                                            const model::WorkerSightings& sightings,
                                            std::span<const model::WorkflowInstanceId> ids);

/// Whether the task's worker is not registered, but this registry showed its address at or after the task's submit time
/// and within the last 24 hours.
bool may_ask_departed(const model::TaskInstance& task, const model::Snapshot& snapshot,
                      const model::WorkerSightings& sightings);

/// Kills (policy `kill`) these live tasks, as a master does before it marks them. Returns the instances that must not
/// be handed over now, each with the reason.
std::map<model::WorkflowInstanceId, std::string> apply_live_task_policy(const SweepContext& context,
                                                                        const model::Snapshot& snapshot, Memory& memory,
                                                                        WorkerContacts& contacts,
                                                                        std::span<const model::TaskInstance> live,
                                                                        const std::stop_token& stop);

}  // namespace dsr::sweep
