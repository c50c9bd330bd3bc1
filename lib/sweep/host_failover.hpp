// SPDX-License-Identifier: Apache-2.0
// The failover of one dead host's rows: under DolphinScheduler's own failover lock, after another look at the registry,
// batch by batch, one transaction each, every row judged again once it is locked. Sweep's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/hands.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

class HostFailover {
public:
    /// All references outlive it.
    HostFailover(const Hands& hands, const model::HostPlan& plan, const model::Snapshot& snapshot, Memory& memory,
                 model::SweepReport& report, std::stop_token stop);

    /// Hands over at most `most` rows; those that this leaves are added to report.beyond_limit. Calls `step` after each
    /// batch. Throws Failure; give_up() then ends the rows not come to.
    void run(std::size_t most, const std::function<void()>& step);
    /// Lets go of the lock and ends every row that has not ended, as failed.
    void give_up(const std::string& reason);

private:
    /// A stretch of rows_, by position.
    struct Stretch {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    struct Refusal {
        model::Outcome outcome;
        std::string reason;
    };

    /// Takes the lock when we do not hold it, or have held it for failover.lock_hold, and looks at the registry again.
    /// Nothing when rows may be written; else what ends them.
    std::optional<Refusal> enter();
    std::optional<Refusal> acquire();
    /// Why this host must be left alone now; empty when the plan still holds.
    std::string changed_since_plan();

    void batch(Stretch stretch);
    /// Ends the rows of the stretch that are not to be handed over as they stand now, or whose tasks must be waited
    /// for; returns what is left of it. The first stretch that a row is in settles it: tasks are killed once.
    Stretch settle(Stretch stretch);
    /// Why a row as it is now is to be left alone; empty when it still calls for failover.
    std::string spared(model::WorkflowInstance& row) const;
    void hand_over(Stretch stretch);
    void failed(Stretch stretch, const std::string& why);
    /// After a lost answer to commit: what became of the rows, read again.
    void resolve_unknown(Stretch stretch, const std::string& why);

    [[nodiscard]] std::vector<model::WorkflowInstanceId> ids_of(Stretch stretch) const;
    /// Ends the next row in the order of rows_.
    void end(model::Outcome outcome, const std::string& reason);
    void end(Stretch stretch, model::Outcome outcome, const std::string& reason);

    const Hands& hands_;
    const model::HostPlan& plan_;
    const model::Snapshot& snapshot_;
    Memory& memory_;
    model::SweepReport& report_;
    std::stop_token stop_;

    std::vector<model::PlannedFailover> rows_;  ///< in the order of their ending
    std::size_t ended_ = 0;                     ///< of rows_, from the front
    std::vector<Stretch> ahead_;                ///< what is to be written, the next one last
    std::size_t settled_ = 0;                   ///< rows before this position had their tasks looked after
    std::size_t failed_alone_ = 0;              ///< rows that failed by themselves since the last that was written
    std::unique_ptr<registry::HeldLock> lock_;
    model::Instant locked_at_;
};

}  // namespace dsr::sweep
