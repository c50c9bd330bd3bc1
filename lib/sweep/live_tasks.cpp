// SPDX-License-Identifier: Apache-2.0
#include "sweep/live_tasks.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "plan/judge.hpp"

namespace dsr::sweep {

using namespace model;

std::vector<TaskInstance> live_tasks(store::WorkflowStore& store, const Snapshot& snapshot,
                                     std::span<const WorkflowInstanceId> ids) {
    std::vector<TaskInstance> live;
    if (!snapshot.schema.marks_tasks() || snapshot.policy.live_worker_tasks == LiveWorkerTasks::mark ||
        snapshot.registry.workers.empty())
        return live;
    for (auto& task : store.unfinished_tasks(ids)) {
        if (task.host && snapshot.registry.workers.contains(WorkerAddress{*task.host})) live.push_back(std::move(task));
    }
    return live;
}

std::map<WorkflowInstanceId, std::string> settle_live_tasks(worker::TaskKiller& killer, const Snapshot& snapshot,
                                                            Memory& memory, std::span<const TaskInstance> live,
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
            held_back.try_emplace(task.workflow_instance,
                                  fmt::format("task {} runs on the registered worker {}, and which kill message it "
                                              "understands is not known: t_ds_version says '{}'; stop the task by hand",
                                              task.id.value, *task.host, snapshot.schema.version_text));
        }
        return held_back;
    }

    std::vector<worker::KillRequest> requests;
    requests.reserve(live.size());
    for (const auto& task : live) requests.push_back({WorkerAddress{*task.host}, task.id});
    const auto answers = killer.kill(*types, requests, policy.kill_wait, stop);
    std::set<WorkflowInstanceId> reached;
    for (std::size_t i = 0; i < live.size(); ++i) {
        const auto& task = live[i];
        if (answers[i] != worker::KillAnswer::unreachable) {
            reached.insert(task.workflow_instance);
            continue;
        }
        held_back.try_emplace(task.workflow_instance,
                              fmt::format("task {} runs on the registered worker {}, which cannot be reached",
                                          task.id.value, *task.host));
    }
    if (stop.stop_requested()) return held_back;  // an interrupted kill says nothing about the worker
    for (auto& [id, reason] : held_back) {
        memory.ledger.worker_unreachable(id);
        reason += fmt::format(" (try {} of {}); the row waits for the next sweep", memory.ledger.unreachable_tries(id),
                              plan::most_unreachable_tries);
    }
    for (const auto id : reached) {
        if (!held_back.contains(id)) memory.ledger.worker_reached(id);
    }
    return held_back;
}

}  // namespace dsr::sweep
