// SPDX-License-Identifier: Apache-2.0
// For builds of 3.1 and older, before a batch is handed over: how to handle its unfinished tasks on registered workers
// and on workers that lost their registration. Sweep's thread.
//
// A registered but unreachable worker holds its rows back for up to three sweeps: its registration shows that the
// process lives, so the task may still run. An unregistered and unreachable worker holds nothing back: in nearly all
// cases its machine or process is gone together with its tasks, and a wait would delay every workflow of a machine that
// ran both master and worker. A master of 3.1 does the same: it asks, logs the failure and continues.
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

/// Results of asking workers in one sweep.
struct WorkerContacts {
    std::set<model::WorkerAddress> unreachable;  ///< not tried again in this sweep
    std::set<model::TaskInstanceId> asked;       ///< tasks whose unregistered workers were asked to kill them
};

/// The unfinished tasks of these instances that the policy acts on: those on registered workers and, with policy
/// `kill`, those on unregistered workers that may be asked (may_ask_departed). All others need only be marked.
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
