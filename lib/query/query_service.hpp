// SPDX-License-Identifier: Apache-2.0
// What a sweep would think now, asked by a person: the same observation, the same plan, the same journal, without any
// write and without changing what the daemon remembers (it works on a copy). Made for one question after the other;
// each looks anew. Sweep's thread, between sweeps: it uses the sweep's connections. Throws model::Failure as they do,
// Failure(permanent) besides for a schema that is not known, and Failure(retry) when asked to stop on the way.
#pragma once

#include <stop_token>
#include <vector>

#include "model/policy.hpp"
#include "query/answers.hpp"
#include "query/daemon_status.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::query {

class QueryService {
public:
    /// Whether whoever asks stands in the line of replicas: then not_leader holds while another leads.
    enum class Role { replica, observer };

    /// All that `context` names outlives it. `memory` of an observer may be empty: what the journal remembers is taken
    /// up. `shadow`: failover.mode.
    QueryService(sweep::SweepContext context, const model::Policy& policy, sweep::Memory memory, Role role,
                 std::stop_token stop = {}, bool shadow = false);

    struct Filter {
        std::vector<model::Verdict> verdicts;  ///< empty: all
        std::optional<std::string> host;
    };
    /// Rows with id > after that fit, at most `limit` (at most Verdicts::most).
    [[nodiscard]] Verdicts verdicts(const Filter& filter, model::WorkflowInstanceId after, std::size_t limit) const;
    [[nodiscard]] Explanation explain(model::WorkflowInstanceId id) const;
    /// Why a release of the instance would be refused by the next sweep; nothing when it would be bound, when that
    /// cannot be judged now, or when nobody knows the instance.
    [[nodiscard]] std::optional<std::string> release_refused(model::WorkflowInstanceId id) const;
    [[nodiscard]] Impact impact() const;
    /// Throws Failure(permanent) without a journal.
    [[nodiscard]] History history(std::optional<model::WorkflowInstanceId> instance, std::size_t limit) const;
    /// What can be told of a daemon that does not answer.
    [[nodiscard]] DaemonStatus daemon_status() const;

private:
    /// One look, as a sweep begins.
    struct Look {
        model::Snapshot snapshot;
        sweep::Memory memory;
        bool shadow_ready = false;
        std::string journal_missing_columns{};
    };
    [[nodiscard]] Look look() const;
    /// Every row once past `observer`; a request to stop that does not come from it is a Failure.
    [[nodiscard]] sweep::PlanResult build_plan(Look& seen, const sweep::Observer& observer,
                                               const std::stop_token& enough = {}) const;
    void tell_history(Explanation& explained, const Look& seen) const;
    /// Of a observer, who saw no sweep, by this one look.
    [[nodiscard]] model::QueueReport queues(Look& seen) const;
    /// The stuck serial queue that the instance blocks, or waits in.
    [[nodiscard]] std::optional<model::StuckQueue> stuck_queue_of(model::WorkflowInstanceId id,
                                                                  const model::WorkflowInstance* row, Look& seen) const;
    [[nodiscard]] std::map<std::int64_t, model::Project> projects_of(std::vector<std::int64_t> codes) const;

    sweep::SweepContext context_;
    model::Policy policy_;
    sweep::Memory memory_;
    Role role_;
    std::stop_token stop_;
    bool shadow_;
};

}  // namespace dsr::query
