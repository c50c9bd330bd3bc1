// SPDX-License-Identifier: Apache-2.0
// The failover of one dead host's rows: takes DolphinScheduler's failover lock, observes the registry again, fences,
// then writes batch by batch in one transaction each. Every row is judged again once it is locked. Sweep's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "sweep/batches.hpp"
#include "sweep/context.hpp"
#include "sweep/evidence.hpp"
#include "sweep/host_turn.hpp"
#include "sweep/live_tasks.hpp"
#include "sweep/pace.hpp"

namespace dsr::sweep {

class HostFailover {
public:
    /// All references outlive it.
    HostFailover(const SweepScope& scope, const model::HostPlan& plan, Pace& pace, StuckLocks& stuck,
                 WorkerContacts& contacts);

    /// Hands over at most `most` rows and adds the remainder to report.beyond_limit. Throws Failure; give_up() then
    /// ends the remaining rows.
    void run(std::uint64_t most);
    /// Releases the lock and ends every remaining row as failed.
    void give_up(const std::string& reason);
    /// The number of rows handed over.
    [[nodiscard]] std::uint64_t recovered() const { return recovered_; }

private:
    /// Waits without the lock until failover.rate allows the next batch.
    void wait_for_pace();
    /// Ends the rows of the batch that must not be handed over in their present state, or whose tasks must be waited
    /// for; the batch keeps the others. Each row is handled once, in its first batch, so that tasks are killed once.
    void handle_live_tasks(Batch& batch);
    void fail_over_batch(const Batch& batch);
    /// For a batch whose evidence could not be read: nothing may be written without it, and smaller batches would not
    /// help.
    void drop(const Batch& batch, const std::string& why);
    void failed(const Batch& batch, const std::string& why);
    /// After a guard's refusal, with nothing written: the batch is tried again in another turn.
    void take_another_turn(Batch batch, model::GuardRefusal refused);
    /// After a lost answer to commit, up to release 3.2: returns when these rows can be locked again, so that the
    /// server has committed or rolled back, when the failover lock is lost, or the database was out of reach for long.
    /// Masters of those releases, once they have the failover lock, read rows without a lock and write them without a
    /// condition.
    void await_commit(const InstanceIds& ids, const std::string& why);
    /// After a lost answer to commit: reads the rows again to determine the outcome.
    /// `taken`: the rows to be written, as they were locked.
    void resolve_unknown(const Batch& batch, const std::vector<model::WorkflowInstance>& taken, const std::string& why);
    /// Records in memory that the row, as it was locked, was handed over.
    void remember(const model::WorkflowInstance& row, model::Instant at);

    /// Ends a row: its outcome goes to the report.
    void end(model::WorkflowInstanceId id, model::Outcome outcome, const std::string& reason);
    void end(const InstanceIds& ids, model::Outcome outcome, const std::string& reason);
    /// Ends all rows that have not ended.
    void end_all(model::Outcome outcome, const std::string& reason);

    const SweepScope& scope_;
    const model::HostPlan& plan_;
    Pace& pace_;
    WorkerContacts& contacts_;
    HostTurn turn_;
    std::optional<model::Instant> lost_;                        ///< when the owner was lost
    std::map<model::WorkflowInstanceId, model::Verdict> open_;  ///< rows that have not ended, as planned
    Batches batches_;
    std::uint64_t recovered_ = 0;
    int refusals_ = 0;  ///< by guards of the registry in the database
};

}  // namespace dsr::sweep
