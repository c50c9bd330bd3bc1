// SPDX-License-Identifier: Apache-2.0
// The failover of one dead host's rows: takes DolphinScheduler's failover lock, observes the registry again, then
// writes batch by batch in one transaction each. Every row is judged again once it is locked. Sweep's thread.
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

    /// Hands over at most `most` rows and adds the remainder to report.beyond_limit. Calls `step` after each batch and
    /// each wait. Throws Failure; give_up() then ends the remaining rows.
    void run(std::size_t most, const std::function<void()>& step);
    /// The tasks of its first `most` rows that unregistered workers may be asked to kill, at most `room`. Takes no
    /// lock; omits rows that are no longer orphans. Calls `step` after each batch. Throws Failure.
    std::vector<model::TaskInstance> departed_tasks(std::size_t most, std::size_t room,
                                                    const std::function<void()>& step);
    /// Releases the lock and ends every remaining row as failed.
    void give_up(const std::string& reason);

private:
    void batch(RowRange range);
    /// Ends the rows of the range that must not be handed over in their present state, or whose tasks must be waited
    /// for; returns the remaining range. Each row is handled once, in its first range, so that tasks are killed once.
    RowRange handle_live_tasks(RowRange range);
    /// Which of these are no longer orphans, each with the reason.
    [[nodiscard]] std::map<model::WorkflowInstanceId, Refusal> no_longer_orphaned(
        const std::vector<model::WorkflowInstanceId>& ids);
    /// Judges the row in its present state.
    model::Judgement judge_again(model::WorkflowInstance& row, const Evidence& evidence) const;
    /// Whether the journal has this sweep's entry for the row. The entry is committed together with the failover.
    [[nodiscard]] bool written(const Histories& histories, model::WorkflowInstanceId id) const;
    [[nodiscard]] Histories histories_of(std::span<const model::WorkflowInstanceId> ids) const;
    /// Null when the store refuses to begin; every row has then ended.
    std::unique_ptr<store::FailoverTransaction> begin();
    void fail_over_batch(RowRange range);
    void failed(RowRange range, const std::string& why);
    /// For a batch whose evidence could not be read: nothing may be written without it, and smaller batches would not
    /// help.
    void drop(RowRange range, const std::string& why);
    /// After a lost answer to commit: reads the rows again to determine the outcome.
    /// `taken`: the rows to be written, as they were locked.
    void resolve_unknown(RowRange range, const std::vector<model::WorkflowInstance>& taken, const std::string& why);
    /// Records in memory that the row, as it was locked, was handed over.
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
    std::optional<model::Instant> lost_;  ///< when the owner was lost

    std::vector<model::PlannedFailover> rows_;  ///< in the order in which they end
    std::size_t ended_ = 0;                     ///< number of rows ended, from the front
    SplitQueue pending_;                        ///< ranges still to be written
    std::size_t tasks_handled_ = 0;             ///< tasks of rows before this position are already handled
};

}  // namespace dsr::sweep
