// SPDX-License-Identifier: Apache-2.0
// Answers queries with what a sweep would decide now: the same observation, plan and journal, without any write and
// without changing the daemon's state (it works on a copy). Handles one query after the other; each observes anew.
// Sweep's thread, between sweeps, because it uses the sweep's connections. Throws model::Failure as they do,
// Failure(permanent) for an unknown schema, and Failure(retry) when it is stopped.
#pragma once

#include <stop_token>
#include <vector>

#include "model/policy.hpp"
#include "query/answers.hpp"
#include "query/daemon_status.hpp"
#include "query/timeline.hpp"
#include "query/verdict_page.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::query {

class QueryService {
public:
    /// Whether the caller is in the queue of replicas: then not_leader holds while another leads.
    enum class Role { replica, observer };

    /// Everything in `context` must outlive it. `memory` of an observer may be empty: the journal's state is loaded.
    /// `shadow`: failover.mode.
    QueryService(sweep::SweepContext context, const model::Policy& policy, sweep::Memory memory, Role role,
                 std::stop_token stop = {}, bool shadow = false);

    /// The page that begins after `after` (Verdicts::next_after of the page before; empty: the first), of at most
    /// `limit` rows (at most Verdicts::most). Throws Failure(permanent) for a filter or an order by project if this
    /// user may not read projects.
    [[nodiscard]] Verdicts verdicts(const VerdictFilter& filter, const std::string& after, std::size_t limit) const;
    [[nodiscard]] Explanation explain(model::WorkflowInstanceId id) const;
    /// Why the next sweep would refuse a release of the instance; nothing if it would bind it, if this cannot be judged
    /// now, or if the instance is unknown.
    [[nodiscard]] std::optional<std::string> release_refused(model::WorkflowInstanceId id) const;
    [[nodiscard]] Impact impact() const;
    /// Throws Failure(permanent) without a journal.
    [[nodiscard]] History history(std::optional<model::WorkflowInstanceId> instance, std::size_t limit) const;
    /// The last day. Throws Failure(permanent) without a journal.
    [[nodiscard]] TimelineAnswer timeline() const;
    /// The status without an answer of a daemon.
    [[nodiscard]] DaemonStatus daemon_status() const;

private:
    /// One observation, as at the start of a sweep.
    struct Look {
        model::Snapshot snapshot;
        sweep::Memory memory;
        bool shadow_ready = false;
        std::string journal_missing_columns{};
    };
    [[nodiscard]] Look look() const;
    [[nodiscard]] Explanation explain(model::WorkflowInstanceId id, Look& seen) const;
    /// Passes every row once to `observer`; a stop that `observer` did not request is a Failure.
    [[nodiscard]] sweep::PlanResult build_plan(Look& seen, const sweep::Observer& observer,
                                               const std::stop_token& enough = {}) const;
    void tell_history(Explanation& explained, const Look& seen) const;
    /// For an observer, which saw no sweep, from this one observation.
    [[nodiscard]] model::QueueReport queues(Look& seen) const;
    /// The stuck serial queue that the instance blocks or waits in.
    [[nodiscard]] std::optional<model::StuckQueue> stuck_queue_of(model::WorkflowInstanceId id,
                                                                  const model::WorkflowInstance* row, Look& seen) const;
    [[nodiscard]] std::map<std::int64_t, model::Project> projects_of(std::vector<std::int64_t> codes) const;
    /// Sets the project of each row, as far as this user may read it.
    void add_projects(const std::vector<VerdictRow*>& rows) const;

    sweep::SweepContext context_;
    model::Policy policy_;
    sweep::Memory memory_;
    Role role_;
    std::stop_token stop_;
    bool shadow_;
};

}  // namespace dsr::query
