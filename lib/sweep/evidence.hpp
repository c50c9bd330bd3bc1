// SPDX-License-Identifier: Apache-2.0
// What judging a row needs beyond its own columns: journal entries, this process's memory, task writes since the loss
// of its host, the state of the parent workflow. Read for one page or one batch. build_plan, failover, repair and
// shadow mode all judge through it, so that all use the same evidence. Reads only; must not be created while a failover
// transaction is open. Sweep's thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "journal/journal.hpp"
#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// The latest submission or end of a task, by instance.
using TaskActivity = std::map<model::WorkflowInstanceId, model::Instant>;

/// By owner, the time from which task activity proves that an absent owner is alive; empty when no absent host counts.
store::Losses activity_counts_since(const model::Snapshot& snapshot);

class Evidence {
public:
    /// For the rows `ids`; reads their task activity now. All references outlive it. Throws Failure.
    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
             std::span<const model::WorkflowInstanceId> ids);

    /// For one page, with the task activity that the sweep read for all rows. That map outlives it.
    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
             std::span<const model::WorkflowInstance> page, const TaskActivity& activity);

    /// Fills in the fields that the store does not set. `row` must be one of those given at construction.
    void annotate(model::WorkflowInstance& row) const;

    /// Annotates the row and judges it as of the time of the registry view.
    model::Judgement judge(model::WorkflowInstance& row) const;

    /// Judges a row that was planned as an orphan of `host` again. Returns why it must not be handed over now;
    /// otherwise nothing, and `judged` is its judgement.
    std::optional<std::string> no_orphan(model::WorkflowInstance& row, const model::MasterAddress& host,
                                         model::Judgement& judged) const;

    /// The journal's history of one of these rows; null when there is none.
    [[nodiscard]] const journal::InstanceHistory* history_of(model::WorkflowInstanceId id) const {
        return journal::history_in(histories_, id);
    }

private:
    using Ids = std::span<const model::WorkflowInstanceId>;
    struct Parent {
        model::WorkflowInstanceId id;
        model::Judgement judged;
        model::OwnershipTime ownership;
        std::optional<model::Instant> recovered_at;  ///< the last time, by this daemon
    };

    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory, Ids ids, Ids children,
             int depth, const TaskActivity* activity);
    /// Treats releases that no sweep has bound yet as bound. The rest of the row is already annotated.
    void foresee_releases(model::WorkflowInstance& row, const journal::InstanceHistory& history) const;
    void read_parents(const SweepContext& context, Ids children, int depth, const TaskActivity* activity);

    const model::Snapshot& snapshot_;
    Memory& memory_;
    journal::InstanceHistories histories_;
    TaskActivity read_activity_;                           ///< of these rows; unused when the sweep's map is given
    const TaskActivity* activity_ = nullptr;               ///< the sweep's
    std::map<model::WorkflowInstanceId, Parent> parents_;  ///< by sub-workflow; unfinished ones only
};

/// Planned orphans of one host in their present state, read outside of a transaction.
struct JudgedAgain {
    struct Orphan {
        model::WorkflowInstance row;
        model::Judgement judged;
    };
    std::map<model::WorkflowInstanceId, Orphan> orphans;
    std::map<model::WorkflowInstanceId, std::string> refused;  ///< why the others must not be handed over now
};

/// Reads the evidence, then the rows, and judges each again. Throws Failure.
JudgedAgain judge_again(const SweepScope& scope, const model::MasterAddress& host,
                        std::span<const model::WorkflowInstanceId> ids);

}  // namespace dsr::sweep
