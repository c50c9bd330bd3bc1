// SPDX-License-Identifier: Apache-2.0
#include "sweep/survey.hpp"

#include <algorithm>
#include <map>

#include "plan/absence.hpp"
#include "plan/judge.hpp"
#include "plan/past.hpp"
#include "plan/planner.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Rows that neither run nor are about to be handled: someone should look.
bool worth_a_notice(Verdict verdict, const WorkflowInstance& row) {
    switch (verdict) {
        case Verdict::unassigned:
            return row.state != state::submitted_success;  // that one is merely not begun
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

/// What the journal knows of the rows of one page.
void read_pasts(journal::Journal& journal, const Snapshot& snapshot, Instant now, std::vector<WorkflowInstance>& page) {
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(page.size());
    for (const auto& row : page) ids.push_back(row.id);
    if (ids.empty()) return;
    const auto pasts = journal.past_of(ids);
    for (auto& row : page) {
        const auto past = pasts.find(row.id);
        if (past == pasts.end()) continue;
        row.past = plan::past_failovers(row, past->second.entries, past->second.releases, past->second.released_at,
                                        snapshot.schema, now);
    }
}

/// Tasks that somebody wrote since the first of the absent owners went: he who did is alive.
std::map<WorkflowInstanceId, Instant> activity(store::WorkflowStore& store, const Snapshot& snapshot) {
    std::optional<Instant> first;
    for (const auto& [address, absence] : snapshot.attendance.absent) {
        if (absence.owns_rows) first = std::min(first.value_or(absence.lost_at()), absence.lost_at());
    }
    if (!snapshot.registry.fresh || !first) return {};
    return store.task_activity_since(*first);
}

/// Who started the sub-workflows of one page, and what the journal knows of those.
struct Parents {
    std::map<WorkflowInstanceId, WorkflowInstanceId> of;
    std::map<WorkflowInstanceId, journal::Past> pasts;

    /// Whether the parent of row is handed over in this sweep, or was since row runs. A parent's id is the lower one,
    /// so it went past the planner before.
    [[nodiscard]] bool failed_over(const WorkflowInstance& row, const plan::Planner& planner) const {
        const auto parent = of.find(row.id);
        if (parent == of.end()) return false;
        if (planner.plans(parent->second)) return true;
        const auto past = pasts.find(parent->second);
        return past != pasts.end() && !past->second.entries.empty() &&
               (row.ownership.form != OwnershipTime::Form::known ||
                past->second.entries.front().at >= row.ownership.earliest);
    }
};

Parents parents_in(const Hands& hands, const Snapshot& snapshot, const std::vector<WorkflowInstance>& page) {
    Parents parents;
    if (!snapshot.schema.may_recover_in_place()) return parents;
    std::vector<WorkflowInstanceId> children;
    for (const auto& row : page) {
        if (row.is_sub_workflow) children.push_back(row.id);
    }
    if (children.empty()) return parents;
    parents.of = hands.store.parents_of(children);
    std::vector<WorkflowInstanceId> starters;
    starters.reserve(parents.of.size());
    for (const auto& [child, parent] : parents.of) starters.push_back(parent);
    if (snapshot.journal_ready) parents.pasts = hands.journal.past_of(starters);
    return parents;
}

}  // namespace

Survey survey(const Hands& hands, const Snapshot& snapshot, Memory& memory, Instant now, const std::stop_token& stop,
              const Progress& progress, const Observer& observer) {
    Survey result;
    plan::Planner planner(snapshot, now);
    memory.ledger.begin_pass();
    result.task_activity = activity(hands.store, snapshot);
    const auto& active = result.task_activity;
    WorkflowInstanceId after{};
    std::uint64_t rows_seen = 0;
    for (;;) {
        if (stop.stop_requested()) {
            result.complete = false;
            break;
        }
        auto page = hands.store.unfinished_after(after, page_rows);
        if (snapshot.journal_ready) read_pasts(hands.journal, snapshot, now, page);
        const auto parents = parents_in(hands, snapshot, page);
        for (auto& row : page) {
            row.parent_failed_over = parents.failed_over(row, planner);
            row.handed_over = memory.ledger.when(row);
            row.unreachable_tries = memory.ledger.unreachable_tries(row.id);
            if (!row.command_pending && plan::claimed(row, snapshot.schema))
                row.claimed_since = memory.ledger.claimed(row.id, now);
            if (const auto task = active.find(row.id); task != active.end()) row.task_activity = task->second;
            memory.ledger.saw(row.id);
            const auto judged = planner.see(row);
            if (judged.verdict == Verdict::zombie) result.zombies.insert(MasterAddress{*row.host});
            if (observer) observer(row, judged);
            if (worth_a_notice(judged.verdict, row) && result.notices.size() < SweepReport::kept_notices)
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
            const auto before = memory.attendance;
            plan::note_owners(memory.attendance, planner.owners(), now);
            result.absent_owners = plan::newly_absent(before, memory.attendance);
        }
    }
    result.plan = planner.finish();
    return result;
}

std::vector<AbsentMaster> absent_masters(const Attendance& attendance, const Snapshot& snapshot, const Survey& seen) {
    std::vector<AbsentMaster> masters;
    if (!snapshot.registry.fresh) return masters;
    for (const auto& [address, absence] : attendance.absent) {
        AbsentMaster master{address,           absence.last_incarnation,       absence.since, absence.views,
                            absence.owns_rows, seen.zombies.contains(address), std::nullopt};
        // Of a zombie only its rows tell: the grace starts again with each task that is written.
        if (!master.zombie)
            master.grace_over_at = plan::due(absence.since, absence.views, snapshot.policy, snapshot.registry.taken_at);
        masters.push_back(std::move(master));
    }
    return masters;
}

}  // namespace dsr::sweep
