// SPDX-License-Identifier: Apache-2.0
#include "sweep/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/instance_states.hpp"
#include "plan/history.hpp"
#include "plan/judge.hpp"
#include "plan/owner.hpp"
#include "plan/release_terms.hpp"
#include "sweep/journal_entries.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Sub-workflows nest; a chain longer than this is broken data.
constexpr int max_depth = 16;

std::vector<WorkflowInstanceId> ids_in(std::span<const WorkflowInstance> rows) {
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(rows.size());
    for (const auto& row : rows) ids.push_back(row.id);
    return ids;
}

std::vector<WorkflowInstanceId> sub_workflows_in(std::span<const WorkflowInstance> rows) {
    std::vector<WorkflowInstanceId> ids;
    for (const auto& row : rows) {
        if (row.is_sub_workflow) ids.push_back(row.id);
    }
    return ids;
}

}  // namespace

store::Losses activity_counts_since(const Snapshot& snapshot) {
    store::Losses losses;
    if (!snapshot.registry.fresh) return losses;
    for (const auto& [address, absence] : snapshot.membership.absent) {
        if (absence.owns_rows)
            losses.emplace(address, std::min(absence.last_seen.value_or(absence.lost_at()), absence.lost_at()));
    }
    return losses;
}

Evidence::Evidence(const SweepContext& context, const Snapshot& snapshot, Memory& memory,
                   std::span<const WorkflowInstanceId> ids)
    : Evidence(context, snapshot, memory, ids, ids, 0, nullptr) {}

Evidence::Evidence(const SweepContext& context, const Snapshot& snapshot, Memory& memory,
                   std::span<const WorkflowInstance> page, const TaskActivity& activity)
    : Evidence(context, snapshot, memory, ids_in(page), sub_workflows_in(page), 0, &activity) {}

Evidence::Evidence(const SweepContext& context, const Snapshot& snapshot, Memory& memory, Ids ids, Ids children,
                   int depth, const TaskActivity* activity)
    : snapshot_(snapshot), memory_(memory), activity_(activity) {
    if (ids.empty()) return;
    if (snapshot.journal_ready) histories_ = context.journal.history_of(ids);
    if (activity == nullptr) {
        const auto losses = activity_counts_since(snapshot);
        const auto first = std::ranges::min_element(losses, {}, [](const auto& loss) { return loss.second; });
        if (first != losses.end()) read_activity_ = context.store.task_activity_of(ids, first->second);
    }
    if (snapshot.schema.may_recover_in_place() && depth < max_depth) read_parents(context, children, depth, activity);
}

void Evidence::read_parents(const SweepContext& context, Ids children, int depth, const TaskActivity* activity) {
    if (children.empty()) return;
    const auto starters = context.store.parents_of(children);
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(starters.size());
    for (const auto& [child, starter] : starters) ids.push_back(starter);
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    if (ids.empty()) return;
    auto rows = context.store.read(ids);
    // A finished parent starts nothing, so its sub-workflow is judged alone.
    std::erase_if(rows, [&](const WorkflowInstance& row) { return is_final_state(snapshot_.schema, row.state); });
    const Evidence of_parents(context, snapshot_, memory_, ids_in(rows), sub_workflows_in(rows), depth + 1, activity);
    std::map<WorkflowInstanceId, Parent> parents;
    for (auto& row : rows) {
        Parent parent{row.id, of_parents.judge(row), row.ownership, std::nullopt};
        if (const auto* history = of_parents.history_of(row.id); history != nullptr && !history->entries.empty())
            parent.recovered_at = history->entries.front().at;
        parents.emplace(row.id, std::move(parent));
    }
    for (const auto& [child, starter] : starters) {
        if (const auto parent = parents.find(starter); parent != parents.end()) parents_.emplace(child, parent->second);
    }
}

void Evidence::annotate(WorkflowInstance& row) const {
    const Instant now = snapshot_.registry.taken_at;
    const auto* history = history_of(row.id);
    recall_hand_over(memory_, snapshot_.journal_ready, history, row);
    row.unreachable_tries = memory_.ledger.unreachable_tries(row.id);
    if (!row.command_pending && plan::claimed(row, snapshot_.schema))
        row.claimed_since = memory_.ledger.claimed(row.id, now);
    if (history != nullptr)
        row.history = plan::failover_history(row, history->entries, history->releases, snapshot_.schema, now);
    const TaskActivity& activity = activity_ != nullptr ? *activity_ : read_activity_;
    if (const auto task = activity.find(row.id); task != activity.end()) row.task_activity = task->second;
    if (const auto found = parents_.find(row.id); found != parents_.end()) {
        const Parent& parent = found->second;
        const bool known = row.ownership.form == OwnershipTime::Form::known;
        const bool recovered_since = parent.recovered_at && (!known || *parent.recovered_at >= row.ownership.earliest);
        const bool taken_up_since = known && parent.ownership.form == OwnershipTime::Form::known &&
                                    parent.ownership.earliest > row.ownership.latest;
        std::optional<Instant> restarted_at;
        if (recovered_since) restarted_at = parent.recovered_at;
        if (taken_up_since)
            restarted_at = std::max(restarted_at.value_or(parent.ownership.latest), parent.ownership.latest);
        row.parent = ParentState{parent.id, parent.judged.verdict, restarted_at, parent.judged.acts_at};
    }
    if (snapshot_.foresees_releases && history != nullptr) foresee_releases(row, *history);
}

void Evidence::foresee_releases(WorkflowInstance& row, const journal::InstanceHistory& history) const {
    const Instant now = snapshot_.registry.taken_at;
    auto releases = history.releases;
    for (auto& release : releases) {
        if (!release.terms || release.terms->state != ReleaseState::unbound) continue;
        release.terms = plan::terms_of(release, row, plan::gates(row, snapshot_, now), now);
        row.history = plan::failover_history(row, history.entries, releases, snapshot_.schema, now);
    }
}

Judgement Evidence::judge(WorkflowInstance& row) const {
    annotate(row);
    return plan::judge(row, snapshot_, snapshot_.registry.taken_at);
}

std::optional<std::string> Evidence::no_orphan(WorkflowInstance& row, const MasterAddress& host,
                                               Judgement& judged) const {
    if (row.host != host.text) return "its host changed since it was judged";
    judged = judge(row);
    if (calls_for_failover(judged.verdict)) return std::nullopt;
    return fmt::format("now {}: {}", name(judged.verdict), judged.reason);
}

JudgedAgain judge_again(const SweepScope& scope, const MasterAddress& host, std::span<const WorkflowInstanceId> ids) {
    JudgedAgain result;
    const Evidence evidence(scope.context, scope.snapshot, scope.memory, ids);
    for (auto& row : scope.context.store.read(ids)) {
        const auto id = row.id;
        Judgement judged;
        if (auto why = evidence.no_orphan(row, host, judged)) {
            result.refused.emplace(id, std::move(*why));
        } else {
            result.orphans.emplace(id, JudgedAgain::Orphan{std::move(row), std::move(judged)});
        }
    }
    for (const auto id : ids) {
        if (!result.orphans.contains(id)) result.refused.try_emplace(id, "it was deleted since it was judged");
    }
    return result;
}

}  // namespace dsr::sweep
