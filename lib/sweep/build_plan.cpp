// SPDX-License-Identifier: Apache-2.0
#include "sweep/build_plan.hpp"

#include <algorithm>

#include "plan/cluster_proof.hpp"
#include "plan/membership.hpp"
#include "plan/planner.hpp"
#include "plan/zone_proof.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Rows that neither run nor will be handled: an operator should look at them.
bool worth_a_notice(Verdict verdict, const WorkflowInstance& row) {
    switch (verdict) {
        case Verdict::unassigned:
            return row.state != state::submitted_success;  // not begun yet
        case Verdict::unknown:
        case Verdict::quarantined:
        case Verdict::unrecoverable:
        case Verdict::overdue:
        case Verdict::failed:
        case Verdict::stranded:
        case Verdict::superseded:
        case Verdict::ambiguous:
        case Verdict::zombie:
        case Verdict::waiting:
            return true;
        default:
            return false;
    }
}

}  // namespace

PlanResult build_plan(const SweepContext& context, const Snapshot& snapshot, Memory& memory, Instant now,
                      const std::stop_token& stop, const Progress& progress, const Observer& observer) {
    PlanResult result;
    plan::Planner planner(snapshot, now);
    memory.ledger.begin_pass();
    auto losses = activity_counts_since(snapshot);
    // A host without rows in a state that a failover selects needs no look. A row that enters such a state later is
    // judged again by its own tasks before it is handed over.
    std::erase_if(losses,
                  [&](const auto& loss) { return !snapshot.membership.absent.at(loss.first).rows_in_failover_states; });
    if (!losses.empty()) result.task_activity = context.store.task_activity_since(losses);
    WorkflowInstanceId after{};
    std::uint64_t rows_seen = 0;
    for (;;) {
        if (stop.stop_requested()) {
            result.complete = false;
            break;
        }
        auto page = context.store.unfinished_after(after, page_rows);
        const Evidence evidence(context, snapshot, memory, page, result.task_activity);
        for (auto& row : page) {
            evidence.annotate(row);
            memory.ledger.saw(row.id);
            if (snapshot.registry.fresh) plan::note_take_up(memory.zone, row, snapshot, now);
            if (snapshot.registry.fresh && memory.read_before)
                plan::note_take_up(memory.cluster, row, snapshot, *memory.read_before, now);
            const auto judged = planner.see(row);
            if (judged.verdict == Verdict::zombie) result.zombies.insert(MasterAddress{*row.host});
            if (observer) observer(row, judged);
            if (worth_a_notice(judged.verdict, row) && ++result.notices_total <= SweepReport::kept_notices)
                result.notices.push_back({row.id, row.host, judged});
        }
        rows_seen += page.size();
        if (progress) progress(rows_seen, 0, 0);
        if (page.size() < page_rows) break;
        after = page.back().id;
    }
    if (result.complete) {
        memory.ledger.end_pass();
        if (snapshot.registry.fresh) {
            const auto before = memory.membership;
            plan::note_owners(memory.membership, planner.owners(), now);
            for (auto& [address, absence] : memory.membership.absent)
                absence.rows_in_failover_states = planner.owners_to_fail_over().contains(address);
            result.absent_owners = plan::newly_absent(before, memory.membership);
        }
    }
    result.plan = planner.finish();
    return result;
}

std::vector<AbsentMaster> absent_masters(const Membership& membership, const Snapshot& snapshot,
                                         const PlanResult& seen) {
    std::vector<AbsentMaster> masters;
    if (!snapshot.registry.fresh) return masters;
    for (const auto& [address, absence] : membership.absent) {
        AbsentMaster master{address,           absence.last_incarnation,       absence.since, absence.views,
                            absence.owns_rows, seen.zombies.contains(address), std::nullopt,  absence.witnessed};
        const auto counted = seen.plan.owners.find(address);
        const bool any_waits =
            counted != seen.plan.owners.end() && counted->second.waiting + counted->second.orphan > 0;
        // A zombie's time is known only from its rows: each task write restarts the grace.
        if (!master.zombie && any_waits)
            master.grace_over_at = plan::due(absence.since, absence.views, snapshot.policy, snapshot.registry.taken_at);
        masters.push_back(std::move(master));
    }
    return masters;
}

}  // namespace dsr::sweep
