// SPDX-License-Identifier: Apache-2.0
#include "sweep/live_tasks.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "plan/judge.hpp"
#include "plan/worker_sightings.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

bool registered(const TaskInstance& task, const Snapshot& snapshot) {
    return task.host && snapshot.registry.workers.contains(WorkerAddress{*task.host});
}

/// Sends the kill messages of these tasks, but none to a worker that was unreachable in this sweep. Returns the tasks
/// whose workers did not accept them. Records nothing when stop was requested.
std::set<TaskInstanceId> ask_workers(const SweepContext& context, worker::KillMessageTypes types,
                                     const Snapshot& snapshot, WorkerContacts& contacts,
                                     std::span<const TaskInstance> tasks, const std::stop_token& stop) {
    std::set<TaskInstanceId> unreached;
    std::vector<worker::KillRequest> requests;
    requests.reserve(tasks.size());
    for (const auto& task : tasks) {
        if (contacts.asked.contains(task.id)) continue;
        WorkerAddress address{*task.host};
        if (contacts.unreachable.contains(address)) {
            unreached.insert(task.id);
        } else {
            requests.push_back({std::move(address), task.id});
        }
    }
    if (requests.empty()) return unreached;
    const auto answers = context.killer.kill(types, requests, snapshot.policy.kill_wait, stop);
    if (stop.stop_requested()) return unreached;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& [address, task] = requests[i];
        if (answers[i] != worker::KillAnswer::unreachable) continue;
        unreached.insert(task);
        if (contacts.unreachable.insert(address).second && !snapshot.registry.workers.contains(address))
            context.log.warn("the worker {} is not registered and cannot be reached: its tasks count as ended",
                             address.text);
    }
    return unreached;
}

}  // namespace

bool may_ask_departed(const TaskInstance& task, const Snapshot& snapshot, const WorkerSightings& sightings) {
    return task.host && !registered(task, snapshot) &&
           plan::sighted_since(sightings, {*task.host}, task.submitted_at, snapshot.registry.taken_at);
}

std::vector<TaskInstance> live_tasks(store::WorkflowStore& store, const Snapshot& snapshot,
                                     const WorkerSightings& sightings, std::span<const WorkflowInstanceId> ids) {
    std::vector<TaskInstance> live;
    const auto wanted = snapshot.policy.live_worker_tasks;
    // `hold` concerns registered workers: an unregistered one is usually gone, and its rows would wait for a day.
    const bool departed = wanted == LiveWorkerTasks::kill && !sightings.departed.empty();
    if (!snapshot.schema.marks_tasks() || wanted == LiveWorkerTasks::mark ||
        (snapshot.registry.workers.empty() && !departed))
        return live;
    for (auto& task : store.unfinished_tasks(ids)) {
        if (registered(task, snapshot) || (departed && may_ask_departed(task, snapshot, sightings)))
            live.push_back(std::move(task));
    }
    return live;
}

std::map<WorkflowInstanceId, std::string> apply_live_task_policy(const SweepContext& context, const Snapshot& snapshot,
                                                                 Memory& memory, WorkerContacts& contacts,
                                                                 std::span<const TaskInstance> live,
                                                                 const std::stop_token& stop) {
    std::map<WorkflowInstanceId, std::string> held_back;
    const Policy& policy = snapshot.policy;
    if (live.empty()) return held_back;

    if (policy.live_worker_tasks == LiveWorkerTasks::hold) {
        for (const auto& task : live) {
            held_back.try_emplace(
                task.workflow_instance,
                fmt::format("task {} runs on the registered worker {} and failover.live_worker_tasks is "
                            "hold",
                            task.id.value, *task.host));
        }
        return held_back;
    }
    const auto types = worker::kill_message_types(snapshot.schema);
    if (!types) {
        for (const auto& task : live) {
            if (!registered(task, snapshot)) continue;
            held_back.try_emplace(task.workflow_instance,
                                  fmt::format("task {} runs on the registered worker {}, and which kill message it "
                                              "understands is not known: t_ds_version says '{}'; stop the task by hand",
                                              task.id.value, *task.host, snapshot.schema.version_text));
        }
        return held_back;
    }

    const auto unreached = ask_workers(context, *types, snapshot, contacts, live, stop);
    if (stop.stop_requested()) return held_back;  // an interrupted kill proves nothing about the worker
    std::set<WorkflowInstanceId> reached;
    for (const auto& task : live) {
        if (!registered(task, snapshot)) continue;
        if (!unreached.contains(task.id)) {
            reached.insert(task.workflow_instance);
            continue;
        }
        held_back.try_emplace(task.workflow_instance,
                              fmt::format("task {} runs on the registered worker {}, which cannot be reached",
                                          task.id.value, *task.host));
    }
    for (auto& [id, reason] : held_back) {
        memory.ledger.worker_unreachable(id);
        reason += fmt::format(" (try {} of {}); the row waits for the next sweep", memory.ledger.unreachable_tries(id),
                              plan::max_unreachable_tries);
    }
    for (const auto id : reached) {
        if (!held_back.contains(id)) memory.ledger.worker_reached(id);
    }
    return held_back;
}

}  // namespace dsr::sweep
