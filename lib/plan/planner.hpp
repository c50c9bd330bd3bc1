// SPDX-License-Identifier: Apache-2.0
// Judges a stream of rows, one verdict each, and collects the Plan. Pure: no I/O, no clock of its own. Memory is
// bounded by `max_planned`, whatever the number of rows. One thread.
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
    /// Maximum number of rows in one plan. The rest is counted and left to the next sweep, which follows at once.
    static constexpr std::size_t max_planned = 100'000;

    /// Maximum number of rows to repair in one plan.
    static constexpr std::size_t max_stranded = 10'000;

    /// `snapshot` must outlive the planner; `now` is when its registry was seen.
    Planner(const model::Snapshot& snapshot, model::Instant now);

    /// Judges and counts one row, and plans it when it is an orphan. Rows must come in ascending order of id.
    model::Judgement see(const model::WorkflowInstance& row);

    /// The plan of all rows seen, with its holds. A plan with holds still says what would be done.
    [[nodiscard]] model::Plan finish();

    /// The hosts named by the rows seen so far (never NULL, '' or G1's claim).
    [[nodiscard]] const std::set<model::MasterAddress>& owners() const { return owners_; }

    /// The hosts whose rows are in a state that a failover selects.
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
