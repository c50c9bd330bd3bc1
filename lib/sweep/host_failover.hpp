// SPDX-License-Identifier: Apache-2.0
// The failover of one dead host's rows: under DolphinScheduler's own failover lock, after another look at the registry,
// batch by batch, one transaction each, every row judged again once it is locked. Sweep's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/entries.hpp"
#include "sweep/evidence.hpp"
#include "sweep/host_turn.hpp"
#include "sweep/live_tasks.hpp"
#include "sweep/memory.hpp"
#include "sweep/pace.hpp"
#include "sweep/split_queue.hpp"

namespace dsr::sweep {

class HostFailover {
    using Histories = std::map<model::WorkflowInstanceId, journal::InstanceHistory>;

public:
    /// All references outlive it.
    HostFailover(const SweepContext& context, const model::HostPlan& plan, const model::Snapshot& snapshot,
                 const Author& author, Memory& memory, Pace& pace, StuckLocks& stuck, WorkerContacts& contacts,
                 model::SweepReport& report, std::stop_token stop);

    /// Hands over at most `most` rows; those that this leaves are added to report.beyond_limit. Calls `step` after each
    /// batch and each wait. Throws Failure; give_up() then ends the rows not come to.
    void run(std::size_t most, const std::function<void()>& step);
    /// The tasks of its first `most` rows that workers without registration may be asked to kill, at most `room`. Takes
    /// no lock; rows that are no orphans any more are left out. Calls `step` after each batch. Throws Failure.
    std::vector<model::TaskInstance> departed_tasks(std::size_t most, std::size_t room,
                                                    const std::function<void()>& step);
    /// Lets go of the lock and ends every row that has not ended, as failed.
    void give_up(const std::string& reason);

private:
    void batch(RowRange range);
    /// Ends the rows of the range that are not to be handed over as they stand now, or whose tasks must be waited
    /// for; returns what is left of it. The first range that a row is in settles it: tasks are killed once.
    RowRange handle_live_tasks(RowRange range);
    /// Which of these are no orphans any more, as they stand now, each with why.
    [[nodiscard]] std::map<model::WorkflowInstanceId, Refusal> no_longer_orphaned(
        const std::vector<model::WorkflowInstanceId>& ids);
    /// What a row as it is now calls for.
    model::Judgement judge_again(model::WorkflowInstance& row, const Evidence& evidence) const;
    /// Whether the journal has this sweep's entry for the row: it stands or falls with the failover.
    [[nodiscard]] bool written(const Histories& histories, model::WorkflowInstanceId id) const;
    [[nodiscard]] Histories histories_of(std::span<const model::WorkflowInstanceId> ids) const;
    /// Null when the store refuses to begin: then every row has ended.
    std::unique_ptr<store::FailoverTransaction> begin();
    void fail_over_batch(RowRange range);
    void failed(RowRange range, const std::string& why);
    /// Of a batch whose evidence could not be read: smaller ones would take as long, and without it none is written.
    void drop(RowRange range, const std::string& why);
    /// After a lost answer to commit: what became of the rows, read again.
    /// `taken`: the rows that were to be written, as they were locked.
    void resolve_unknown(RowRange range, const std::vector<model::WorkflowInstance>& taken, const std::string& why);
    /// Remembers that the row was handed over, as it was locked.
    void remember(const model::WorkflowInstance& row, model::Instant at);

    [[nodiscard]] std::vector<model::WorkflowInstanceId> ids_of(RowRange range) const;
    /// Ends the next row in the order of rows_.
    void end(model::Outcome outcome, const std::string& reason);
    void end(RowRange range, model::Outcome outcome, const std::string& reason);

    const SweepContext& context_;
    const model::HostPlan& plan_;
    const model::Snapshot& snapshot_;
    const Author& author_;
    Memory& memory_;
    Pace& pace_;
    WorkerContacts& contacts_;
    model::SweepReport& report_;
    std::stop_token stop_;
    HostTurn turn_;
    std::optional<model::Instant> lost_;  ///< when the owner was

    std::vector<model::PlannedFailover> rows_;  ///< in the order of their ending
    std::size_t ended_ = 0;                     ///< of rows_, from the front
    SplitQueue pending_;                        ///< what is to be written
    std::size_t tasks_handled_ = 0;             ///< rows before this position had their tasks looked after
};

}  // namespace dsr::sweep
