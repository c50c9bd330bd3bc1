// SPDX-License-Identifier: Apache-2.0
// Rows stream past the planner, one verdict each; what is left at the end is the Plan. Pure: no I/O, no clock of its
// own. Memory is bounded by `max_planned`, whatever the number of rows. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <set>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

class Planner {
public:
    /// Rows that one plan holds; what is beyond is counted and left for the next sweep, which follows at once.
    static constexpr std::size_t max_planned = 100'000;

    /// Rows to repair that one plan holds.
    static constexpr std::size_t max_stranded = 10'000;

    /// `snapshot` must outlive the planner; `now` is when its registry was seen.
    Planner(const model::Snapshot& snapshot, model::Instant now);

    /// Judges one row, counts it, and plans it when it is an orphan. Rows come in ascending order of id.
    model::Judgement see(const model::WorkflowInstance& row);

    /// The plan of all rows seen. Holds are in it; a plan with holds still says what would be done.
    [[nodiscard]] model::Plan finish();

    /// The hosts that the rows seen so far name (never NULL, '' or G1's claim).
    [[nodiscard]] const std::set<model::MasterAddress>& owners() const { return owners_; }

    /// Those of them whose rows a failover selects by their state.
    [[nodiscard]] const std::set<model::MasterAddress>& owners_to_fail_over() const { return owners_to_fail_over_; }

private:
    const model::Snapshot& snapshot_;
    model::Instant now_;
    model::Plan plan_;
    std::map<model::MasterAddress, model::HostPlan> hosts_;
    std::set<model::MasterAddress> owners_;
    std::set<model::MasterAddress> owners_to_fail_over_;
};

}  // namespace dsr::plan
