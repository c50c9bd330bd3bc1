// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.hpp"

#include <algorithm>

#include "model/instance_states.hpp"
#include "plan/guards.hpp"
#include "plan/judge.hpp"
#include "plan/markers.hpp"

namespace dsr::plan {

using namespace model;

Planner::Planner(const Snapshot& snapshot, Instant now) : snapshot_(snapshot), now_(now) {}

Judgement Planner::see(const WorkflowInstance& row) {
    Judgement judged = judge(row, snapshot_, now_);
    ++plan_.counts[static_cast<std::size_t>(judged.verdict)];
    if (row.host && !row.host->empty() && *row.host != claimed_host_text) {
        const auto& owner = *owners_.insert(MasterAddress{*row.host}).first;
        plan_.owners[owner].count(judged.verdict);
        const auto taken = failover_states(snapshot_.schema.generation);
        if (row.state && std::ranges::find(taken, *row.state) != taken.end()) owners_to_fail_over_.insert(owner);
    }
    if (judged.acts_at)
        plan_.next_action_at = std::min(plan_.next_action_at.value_or(*judged.acts_at), *judged.acts_at);
    if (needs_person(judged.verdict) && plan_.need_person.size() < Plan::max_need_person)
        plan_.need_person.push_back(row.id);
    if (judged.verdict == Verdict::stranded && plan_.stranded.size() < max_stranded) plan_.stranded.push_back(row.id);
    if (calls_for_failover(judged.verdict)) {
        if (plan_.planned >= max_planned) {
            ++plan_.beyond_limit;
        } else {
            auto& host = hosts_[MasterAddress{*row.host}];
            if (host.rows.empty()) host.reason = judged.reason;
            host.rows.push_back({row.id, judged.verdict});
            ++plan_.planned;
        }
    }
    return judged;
}

Plan Planner::finish() {
    for (auto& [address, host] : hosts_) {
        host.host = address;
        plan_.hosts.push_back(std::move(host));
    }
    plan_.holds = holds(snapshot_, now_);
    // An empty database proves nothing, and has nothing to hand over.
    if (std::ranges::all_of(plan_.counts, [](std::uint64_t rows) { return rows == 0; }))
        std::erase_if(plan_.holds, [](const Hold& hold) { return hold.guard == Guard::unproven_cluster; });
    if (snapshot_.policy.clean_markers) {
        for (const auto& marker : snapshot_.registry.markers) {
            if (may_remove(marker, snapshot_.registry, owners_, snapshot_.policy.marker_retention, now_))
                plan_.expired_markers.push_back(marker);
        }
    }
    return std::move(plan_);
}

}  // namespace dsr::plan
