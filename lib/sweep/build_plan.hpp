// SPDX-License-Identifier: Apache-2.0
// The step "plan": streams every unfinished row through the planner, page by page. Reads only. Sweep's thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stop_token>

#include "model/plan.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/evidence.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Called with the number of rows read so far, and of rows handed over so far out of those planned.
using Progress = std::function<void(std::uint64_t rows_seen, std::uint64_t done, std::uint64_t planned)>;

/// Called with every row and its judgement, in ascending order of id.
using Observer = std::function<void(const model::WorkflowInstance& row, const model::Judgement& judged)>;

inline constexpr std::size_t page_rows = 2000;

struct PlanResult {
    model::Plan plan;
    std::vector<model::Notice> notices;  ///< the first few rows that an operator should know of
    std::uint64_t notices_total = 0;
    std::vector<model::MasterAddress> absent_owners;  ///< owners noted as absent for the first time
    std::set<model::MasterAddress> zombies;           ///< absent hosts whose tasks were written after their loss
    TaskActivity task_activity;                       ///< task writes since the earliest loss
    bool complete = true;                             ///< false when stop was requested before the end
};

PlanResult build_plan(const SweepContext& context, const model::Snapshot& snapshot, Memory& memory, model::Instant now,
                      const std::stop_token& stop, const Progress& progress, const Observer& observer = {});

/// Visits the hosts of the plan one after the other until `most` rows are used up. `visit` gets the number of rows that
/// it may use and returns how many it used. Returns the number of rows of the hosts that were not visited.
template <typename Visit>
std::uint64_t for_each_host(const model::Plan& plan, std::uint64_t most, const Visit& visit) {
    std::uint64_t not_visited = 0;
    for (const auto& host : plan.hosts) {
        if (most == 0) {
            not_visited += host.rows.size();
        } else {
            most -= std::min<std::uint64_t>(most, visit(host, most));
        }
    }
    return not_visited;
}

/// The masters that are missing after that plan, for display; none when the view is not fresh.
std::vector<model::AbsentMaster> absent_masters(const model::Membership& membership, const model::Snapshot& snapshot,
                                                const PlanResult& seen);

}  // namespace dsr::sweep
