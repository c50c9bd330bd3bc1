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

#include "model/plan.hpp"
#include "model/task_instance.hpp"
#include "sweep/batches.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Results of asking workers in one sweep.
struct WorkerContacts {
    std::set<model::WorkerAddress> unreachable;  ///< not tried again in this sweep
    std::set<model::TaskInstanceId> asked;       ///< tasks whose unregistered workers were asked to kill them
};

/// Maximum number of tasks handled in one sweep before its locks, which bounds memory. Further tasks are handled with
/// their batch, as are those of rows that replace dropped ones.
inline constexpr std::size_t max_departed_tasks = 20'000;

/// Before any failover lock is taken: asks workers that lost their registration, and may still run tasks of the first
/// `most` planned rows that are still orphans, to kill them, each address once. Masters wait for those locks without
/// limit, and an address that does not answer takes failover.kill_wait. Returns the result for the batches of the same
/// sweep. A failure of registry or database is logged; the batches then ask.
WorkerContacts ask_departed_workers(const SweepScope& scope, const model::Plan& plan, std::uint64_t most);

/// The unfinished tasks of these instances that the policy acts on: those on registered workers and, with policy
/// `kill`, those on unregistered workers that may be asked. All others need only be marked. Throws Failure.
std::vector<model::TaskInstance> live_tasks(const SweepScope& scope, std::span<const model::WorkflowInstanceId> ids);

/// The instances of these tasks, ascending.
InstanceIds owners_of(std::span<const model::TaskInstance> tasks);

/// Kills (policy `kill`) these live tasks, as a master does before it marks them. Returns the instances that must not
/// be handed over now, each with the reason.
std::map<model::WorkflowInstanceId, std::string> apply_live_task_policy(const SweepScope& scope,
                                                                        WorkerContacts& contacts,
                                                                        std::span<const model::TaskInstance> live);

}  // namespace dsr::sweep
