// SPDX-License-Identifier: Apache-2.0
#include "sweep/departed_workers.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "model/failure.hpp"
#include "sweep/host_failover.hpp"
#include "sweep/pace.hpp"

namespace dsr::sweep {

using namespace model;

WorkerContacts ask_departed_workers(const SweepContext& context, const Plan& plan, const Snapshot& snapshot,
                                    Memory& memory, std::uint64_t most, const Author& author, SweepReport& report,
                                    const std::stop_token& stop, const Progress& progress) {
    WorkerContacts contacts;
    const bool asks = snapshot.schema.marks_tasks() && snapshot.policy.live_worker_tasks == LiveWorkerTasks::kill &&
                      worker::kill_message_types(snapshot.schema).has_value();
    if (!asks || memory.workers.departed.empty()) return contacts;

    Pace pace(snapshot.policy.rate);  // unused here, as is `stuck`: nothing is written and no lock is taken
    StuckLocks stuck;
    std::vector<TaskInstance> tasks;
    try {
        for (const auto& host : plan.hosts) {
            if (most == 0 || stop.stop_requested()) break;
            HostFailover failover(context, host, snapshot, author, memory, pace, stuck, contacts, report, stop);
            const auto rows = std::min<std::uint64_t>(most, host.rows.size());
            auto found = failover.departed_tasks(rows, max_departed_tasks - tasks.size(), [&] {
                if (progress) progress(0, report.actions_total, plan.planned);
            });
            std::move(found.begin(), found.end(), std::back_inserter(tasks));
            most -= rows;
        }
    } catch (const Failure& failure) {
        // No kill is lost: a task that is not asked for here is asked for with its batch.
        context.log.warn("workers without registration are asked with each batch instead of before: {}",
                         failure.what());
    }
    if (tasks.empty() || stop.stop_requested()) return contacts;
    (void)apply_live_task_policy(context, snapshot, memory, contacts, tasks, stop);
    if (stop.stop_requested()) return contacts;
    for (const auto& task : tasks) contacts.asked.insert(task.id);
    return contacts;
}

}  // namespace dsr::sweep
