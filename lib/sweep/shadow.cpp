// SPDX-License-Identifier: Apache-2.0
#include "sweep/shadow.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "plan/judge.hpp"
#include "plan/shadow_score.hpp"
#include "sweep/apply.hpp"
#include "sweep/build_plan.hpp"
#include "sweep/evidence.hpp"
#include "sweep/journal_entries.hpp"
#include "sweep/live_tasks.hpp"
#include "sweep/recheck.hpp"
#include "sweep/stranded_repair.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

using Rows = std::map<WorkflowInstanceId, WorkflowInstance>;

Rows rows_of(const SweepScope& scope, const InstanceIds& ids) {
    Rows rows;
    for (auto& row : scope.context.store.read(ids)) rows.emplace(row.id, std::move(row));
    return rows;
}

void keep(const SweepScope& scope, const std::vector<ShadowEntry>& entries) {
    for (const auto& entry : scope.context.journal.note_shadow(entries)) {
        ++scope.report.shadow_noted;
        scope.report.shadow_hosts.insert(entry.from_host);
        if (scope.report.shadow_first.size() < SweepReport::kept_notices)
            scope.report.shadow_first.push_back(entry.instance);
        scope.report.look_again_at = entry.at + plan::shadow_window(scope.snapshot.policy);
    }
}

void note_batch(const SweepScope& scope, const HostPlan& host, std::span<const PlannedFailover> planned) {
    const auto ids = ids_of(planned);
    const auto again = judge_again(scope, host.host, ids);
    // A kill has side effects, so shadow mode cannot predict its result; `hold` only reads.
    std::map<WorkflowInstanceId, std::string> held;
    if (scope.snapshot.policy.live_worker_tasks == LiveWorkerTasks::hold) {
        WorkerContacts contacts;
        held = apply_live_task_policy(scope, contacts, live_tasks(scope, ids));
    }
    std::vector<ShadowEntry> entries;
    for (const auto& wanted : planned) {
        const auto end = [&](Outcome outcome, const std::string& reason) {
            scope.report.add({wanted.id, host.host, wanted.verdict, outcome, reason});
        };
        if (const auto why = again.refused.find(wanted.id); why != again.refused.end()) {
            end(Outcome::skipped_changed, why->second);
        } else if (const auto reason = held.find(wanted.id); reason != held.end()) {
            end(Outcome::failed, reason->second);
        } else {
            const auto& [row, judged] = again.orphans.at(wanted.id);
            entries.push_back(shadow_entry_of(scope, row, EntryKind::failover, judged));
            end(Outcome::would_recover, judged.reason);
        }
    }
    keep(scope, entries);
}

void note_host(const SweepScope& scope, const HostPlan& host) {
    if (scope.stopping()) return;
    if (const auto refusal = changed_since_plan(scope, host.host)) {
        for (const auto& row : host.rows)
            scope.report.add({row.id, host.host, row.verdict, refusal->outcome, refusal->reason});
        return;
    }
    const std::size_t size = batch_size(scope.snapshot.policy);
    for (std::span<const PlannedFailover> rows = host.rows; !rows.empty() && !scope.stopping();) {
        const auto batch = rows.first(std::min(size, rows.size()));
        note_batch(scope, host, batch);
        rows = rows.subspan(batch.size());
    }
}

void note_repairs(const SweepScope& scope, const InstanceIds& stranded) {
    if (scope.stopping()) return;
    const auto ids = repairable(scope, stranded);
    if (ids.empty()) return;
    auto rows = rows_of(scope, ids);
    const Evidence evidence(scope.context, scope.snapshot, scope.memory, ids);
    std::vector<ShadowEntry> entries;
    for (auto& [id, row] : rows) {
        const auto judged = evidence.judge(row);
        if (judged.verdict != Verdict::stranded) continue;
        entries.push_back(shadow_entry_of(scope, row, EntryKind::repair, judged));
        scope.report.add({id, MasterAddress{}, Verdict::stranded, Outcome::would_recover, judged.reason});
    }
    keep(scope, entries);
}

bool handed_over_since(const journal::InstanceHistory* history, const ShadowEntry& entry) {
    return history != nullptr &&
           std::ranges::any_of(history->entries, [&](const JournalEntry& done) { return done.at >= entry.at; });
}

void compare_shadow(const SweepScope& scope) {
    const auto& context = scope.context;
    const Snapshot& snapshot = scope.snapshot;
    std::int64_t after = 0;
    while (!scope.stopping()) {
        const auto entries = context.journal.unsettled_shadow(after, journal::page_entries);
        if (entries.empty()) break;
        after = entries.back().number;
        InstanceIds ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        const Evidence evidence(context, snapshot, scope.memory, ids);
        auto rows = rows_of(scope, ids);
        const Instant now = context.now();
        std::vector<ShadowEntry> changed;
        for (const auto& entry : entries) {
            plan::ShadowLook look;
            look.handed_over_since = handed_over_since(evidence.history_of(entry.instance), entry);
            if (const auto row = rows.find(entry.instance); row != rows.end()) {
                look.row = &row->second;
                evidence.annotate(row->second);
                if (snapshot.registry.fresh)
                    look.verdict = plan::judge(row->second, snapshot, snapshot.registry.taken_at).verdict;
            }
            auto seen = plan::compare(entry, look, snapshot.schema, snapshot.policy, now);
            if (seen != entry) changed.push_back(std::move(seen));
        }
        context.journal.compare_shadow(changed);
        if (entries.size() < journal::page_entries) break;
    }
    (void)context.journal.purge_shadow(context.now() - snapshot.policy.journal_retention, journal::purged_at_once);
}

}  // namespace

void run_shadow(const SweepScope& scope, const Plan& plan, bool writable) {
    // Noted losses are compared even when held, because other daemons and people continue.
    if (writable) compare_shadow(scope);
    if (!plan.holds.empty()) return;
    if (!writable) return report_dry_run(scope, plan, false);
    (void)for_each_host(plan, std::numeric_limits<std::uint64_t>::max(), [&](const HostPlan& host, std::uint64_t) {
        note_host(scope, host);
        return std::uint64_t{0};
    });
    note_repairs(scope, plan.stranded);
    scope.report.interrupted = scope.stopping();
}

}  // namespace dsr::sweep
