// SPDX-License-Identifier: Apache-2.0
// What judging a row needs beyond its own columns: the journal's entries, what this process remembers, tasks written
// since its host went, the state of the workflow that started it. Read for one page or one batch. build_plan, the
// failover, the repair and shadow mode all judge through it, so that none judges by less than another. Reads only;
// must not be made while a failover transaction is open. Sweep's thread.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "journal/journal.hpp"
#include "model/snapshot.hpp"
#include "model/verdict.hpp"
#include "model/workflow_instance.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// The latest submission or end of a task, by instance.
using TaskActivity = std::map<model::WorkflowInstanceId, model::Instant>;

/// Since when task activity shows that an absent owner of rows is alive, by owner; empty when no absent host counts.
store::Losses activity_counts_since(const model::Snapshot& snapshot);

class Evidence {
public:
    /// Of the rows `ids`, with the task activity of these rows read now. All references outlive it. Throws Failure.
    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
             std::span<const model::WorkflowInstanceId> ids);

    /// Of one page, with the task activity that the sweep read for all rows, which outlives it.
    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory,
             std::span<const model::WorkflowInstance> page, const TaskActivity& activity);

    /// Fills in what the store leaves alone. `row` is one of those that this was made for.
    void annotate(model::WorkflowInstance& row) const;

    /// Annotates the row and judges it, as of the moment when the registry was seen.
    model::Judgement judge(model::WorkflowInstance& row) const;

    /// What the journal knows of these rows.
    [[nodiscard]] const std::map<model::WorkflowInstanceId, journal::InstanceHistory>& histories() const {
        return histories_;
    }

private:
    using Ids = std::span<const model::WorkflowInstanceId>;
    struct Parent {
        model::WorkflowInstanceId id;
        model::Judgement judged;
        model::OwnershipTime ownership;
        std::optional<model::Instant> recovered_at;  ///< by this daemon, the last time
    };

    Evidence(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory, Ids ids, Ids children,
             int depth, const TaskActivity* activity);
    /// Judges by the releases that no sweep has bound yet as by bound ones. The rest of the row is annotated.
    void foresee_releases(model::WorkflowInstance& row, const journal::InstanceHistory& history) const;
    void read_parents(const SweepContext& context, Ids children, int depth, const TaskActivity* activity);

    const model::Snapshot& snapshot_;
    Memory& memory_;
    std::map<model::WorkflowInstanceId, journal::InstanceHistory> histories_;
    TaskActivity read_activity_;                           ///< of these rows, unless the sweep's is used
    const TaskActivity* activity_ = nullptr;               ///< the sweep's
    std::map<model::WorkflowInstanceId, Parent> parents_;  ///< by sub-workflow; unfinished ones only
};

}  // namespace dsr::sweep
