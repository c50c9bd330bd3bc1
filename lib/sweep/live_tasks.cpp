// SPDX-License-Identifier: Apache-2.0
#include "sweep/live_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "model/failure.hpp"
#include "plan/judge.hpp"
#include "plan/worker_sightings.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/evidence.hpp"
#include "sweep/recheck.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

bool registered(const TaskInstance& task, const Snapshot& snapshot) {
    return task.host && snapshot.registry.workers.contains(WorkerAddress{*task.host});
}

/// Sends the kill messages of these tasks, but none to a worker that was unreachable in this sweep. Returns the tasks
/// whose workers did not accept them. Records nothing when stop was requested.
std::set<TaskInstanceId> ask_workers(const SweepScope& scope, worker::KillMessageTypes types, WorkerContacts& contacts,
                                     std::span<const TaskInstance> tasks) {
    const Snapshot& snapshot = scope.snapshot;
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
    const auto answers = scope.context.killer.kill(types, requests, snapshot.policy.kill_wait, scope.stop);
    if (scope.stopping()) return unreached;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& [address, task] = requests[i];
        if (answers[i] != worker::KillAnswer::unreachable) continue;
        unreached.insert(task);
        if (contacts.unreachable.insert(address).second && !snapshot.registry.workers.contains(address))
            scope.context.log.warn("the worker {} is not registered and cannot be reached: its tasks count as ended",
                                   address.text);
    }
    return unreached;
}

/// Whether the task's worker is not registered, but this registry showed its address at or after the task's submit time
/// and within the last 24 hours.
bool may_ask_departed(const SweepScope& scope, const TaskInstance& task) {
    return task.host && !registered(task, scope.snapshot) &&
           plan::sighted_since(scope.memory.workers, {*task.host}, task.submitted_at, scope.snapshot.registry.taken_at);
}

/// The tasks of the planned rows `ids` that unregistered workers may be asked to kill; omits rows that are no longer
/// orphans. Tasks before rows: the tasks seen were started before the row was found to be an orphan.
std::vector<TaskInstance> departed_tasks(const SweepScope& scope, const MasterAddress& host, const InstanceIds& ids) {
    auto tasks = live_tasks(scope, ids);
    std::erase_if(tasks, [&](const TaskInstance& task) { return !may_ask_departed(scope, task); });
    const auto again = judge_again(scope, host, owners_of(tasks));
    std::erase_if(tasks, [&](const TaskInstance& task) { return again.refused.contains(task.workflow_instance); });
    return tasks;
}

}  // namespace

WorkerContacts ask_departed_workers(const SweepScope& scope, const Plan& plan, std::uint64_t most) {
    WorkerContacts contacts;
    const Snapshot& snapshot = scope.snapshot;
    const bool asks = snapshot.schema.marks_tasks() && snapshot.policy.live_worker_tasks == LiveWorkerTasks::kill &&
                      worker::kill_message_types(snapshot.schema).has_value();
    if (!asks || scope.memory.workers.departed.empty()) return contacts;

    std::vector<TaskInstance> tasks;
    try {
        for_each_host(plan, most, [&](const HostPlan& host, std::uint64_t may) -> std::uint64_t {
            may = std::min<std::uint64_t>(may, host.rows.size());
            if (scope.stopping() || changed_since_plan(scope, host.host)) return may;
            Batches batches(ids_of(std::span(host.rows).first(may)));
            while (!batches.empty() && !scope.stopping()) {
                auto found = departed_tasks(scope, host.host, batches.next(batch_size(snapshot.policy)).ids);
                if (tasks.size() + found.size() > max_departed_tasks) break;
                std::move(found.begin(), found.end(), std::back_inserter(tasks));
                scope.progressed();
            }
            return may;
        });
    } catch (const Failure& failure) {
        // No kill is lost: a task that is not asked for here is asked for with its batch.
        scope.context.log.warn(
            "unregistered workers receive their kill messages with each batch instead of before the first one: {}",
            failure.what());
    }
    if (tasks.empty() || scope.stopping()) return contacts;
    (void)apply_live_task_policy(scope, contacts, tasks);
    if (scope.stopping()) return contacts;
    for (const auto& task : tasks) contacts.asked.insert(task.id);
    return contacts;
}

std::vector<TaskInstance> live_tasks(const SweepScope& scope, std::span<const WorkflowInstanceId> ids) {
    std::vector<TaskInstance> live;
    const Snapshot& snapshot = scope.snapshot;
    const auto wanted = snapshot.policy.live_worker_tasks;
    // `hold` concerns registered workers: an unregistered one is usually gone, and its rows would wait for a day.
    const bool departed = wanted == LiveWorkerTasks::kill && !scope.memory.workers.departed.empty();
    if (!snapshot.schema.marks_tasks() || wanted == LiveWorkerTasks::mark ||
        (snapshot.registry.workers.empty() && !departed))
        return live;
    for (auto& task : scope.context.store.unfinished_tasks(ids)) {
        if (registered(task, snapshot) || (departed && may_ask_departed(scope, task))) live.push_back(std::move(task));
    }
    return live;
}

InstanceIds owners_of(std::span<const TaskInstance> tasks) {
    std::set<WorkflowInstanceId> owners;
    for (const auto& task : tasks) owners.insert(task.workflow_instance);
    return {owners.begin(), owners.end()};
}

std::map<WorkflowInstanceId, std::string> apply_live_task_policy(const SweepScope& scope, WorkerContacts& contacts,
                                                                 std::span<const TaskInstance> live) {
    std::map<WorkflowInstanceId, std::string> held_back;
    const Snapshot& snapshot = scope.snapshot;
    const Policy& policy = snapshot.policy;
    auto& ledger = scope.memory.ledger;
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
                                  fmt::format("task {} runs on the registered worker {}, whose kill message format is "
                                              "unknown: t_ds_version contains '{}'; stop the task manually",
                                              task.id.value, *task.host, snapshot.schema.version_text));
        }
        return held_back;
    }

    const auto unreached = ask_workers(scope, *types, contacts, live);
    if (scope.stopping()) return held_back;  // an interrupted kill proves nothing about the worker
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
        ledger.worker_unreachable(id);
        reason += fmt::format(" (try {} of {}); the row waits for the next sweep", ledger.unreachable_tries(id),
                              plan::max_unreachable_tries);
    }
    for (const auto id : reached) {
        if (!held_back.contains(id)) ledger.worker_reached(id);
    }
    return held_back;
}

}  // namespace dsr::sweep
