// SPDX-License-Identifier: Apache-2.0
#include "sweep/shadow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "plan/judge.hpp"
#include "plan/shadow_score.hpp"
#include "sweep/evidence.hpp"
#include "sweep/host_turn.hpp"
#include "sweep/live_tasks.hpp"
#include "sweep/stranded_repair.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

using Ids = std::vector<WorkflowInstanceId>;
using Rows = std::map<WorkflowInstanceId, WorkflowInstance>;
using Histories = std::map<WorkflowInstanceId, journal::InstanceHistory>;

Rows rows_of(const SweepContext& context, const Ids& ids) {
    Rows rows;
    for (auto& row : context.store.read(ids)) rows.emplace(row.id, std::move(row));
    return rows;
}

ShadowEntry entry_of(const WorkflowInstance& row, EntryKind kind, const Judgement& judged, const Author& author,
                     Instant now) {
    ShadowEntry entry;
    entry.sweep = author.sweep;
    entry.at = now;
    entry.kind = kind;
    entry.instance = row.id;
    entry.from_host = {row.host.value_or("")};
    entry.old_state = row.state.value_or(-1);
    entry.owned_since = row.ownership.stamped;
    entry.owned_until = row.ownership.last_change();
    entry.verdict = judged.verdict;
    entry.reason = judged.reason;
    entry.version = author.version;
    entry.replica = author.replica;
    return entry;
}

/// The notes of one sweep in shadow mode.
class Notes {
public:
    Notes(const SweepContext& context, const Snapshot& snapshot, Memory& memory, const Author& author,
          SweepReport& report)
        : context_(context), snapshot_(snapshot), memory_(memory), author_(author), report_(report) {}

    void note_host(const HostPlan& host, const std::stop_token& stop) {
        StuckLocks none;
        HostTurn turn(context_, host.host, snapshot_, memory_, none, report_, stop);
        if (const auto refusal = turn.changed_since_plan()) {
            for (const auto& row : host.rows)
                report_.add({row.id, host.host, row.verdict, refusal->outcome, refusal->reason});
            return;
        }
        const std::size_t size = std::max<std::size_t>(1, snapshot_.policy.batch);
        for (std::size_t begin = 0; begin < host.rows.size() && !stop.stop_requested(); begin += size)
            batch(host, std::span(host.rows).subspan(begin, std::min(size, host.rows.size() - begin)), stop);
    }

    void note_repairs(const Ids& stranded) {
        const auto ids = repairable(context_, stranded, snapshot_, memory_);
        if (ids.empty()) return;
        auto rows = rows_of(context_, ids);
        const Evidence evidence(context_, snapshot_, memory_, ids);
        std::vector<ShadowEntry> entries;
        for (const auto id : ids) {
            const auto row = rows.find(id);
            if (row == rows.end()) continue;
            const auto judged = evidence.judge(row->second);
            if (judged.verdict != Verdict::stranded) continue;
            entries.push_back(entry_of(row->second, EntryKind::repair, judged, author_, context_.now()));
            report_.add({id, MasterAddress{}, Verdict::stranded, Outcome::would_recover, judged.reason});
        }
        keep(entries);
    }

private:
    void batch(const HostPlan& host, std::span<const PlannedFailover> planned, const std::stop_token& stop) {
        Ids ids;
        ids.reserve(planned.size());
        for (const auto& row : planned) ids.push_back(row.id);
        auto rows = rows_of(context_, ids);
        const Evidence evidence(context_, snapshot_, memory_, ids);
        // A kill has side effects, so shadow mode cannot predict its result; `hold` only reads.
        std::map<WorkflowInstanceId, std::string> held;
        if (snapshot_.policy.live_worker_tasks == LiveWorkerTasks::hold) {
            WorkerContacts contacts;
            held = apply_live_task_policy(context_, snapshot_, memory_, contacts,
                                          live_tasks(context_.store, snapshot_, memory_.workers, ids), stop);
        }
        std::vector<ShadowEntry> entries;
        for (const auto& wanted : planned) {
            const auto end = [&](Outcome outcome, const std::string& reason) {
                report_.add({wanted.id, host.host, wanted.verdict, outcome, reason});
            };
            const auto row = rows.find(wanted.id);
            if (row == rows.end()) {
                end(Outcome::skipped_changed, "it is gone since it was judged");
                continue;
            }
            if (row->second.host != host.host.text) {
                end(Outcome::skipped_changed, "its host changed since it was judged");
                continue;
            }
            const auto judged = evidence.judge(row->second);
            if (!calls_for_failover(judged.verdict)) {
                end(Outcome::skipped_changed, fmt::format("now {}: {}", name(judged.verdict), judged.reason));
                continue;
            }
            if (const auto why = held.find(wanted.id); why != held.end()) {
                end(Outcome::failed, why->second);
                continue;
            }
            entries.push_back(entry_of(row->second, EntryKind::failover, judged, author_, context_.now()));
            end(Outcome::would_recover, judged.reason);
        }
        keep(entries);
    }

    void keep(const std::vector<ShadowEntry>& entries) {
        for (const auto& entry : context_.journal.note_shadow(entries)) {
            ++report_.shadow_noted;
            report_.shadow_hosts.insert(entry.from_host);
            report_.look_again_at = entry.at + plan::shadow_window(snapshot_.policy);
        }
    }

    const SweepContext& context_;
    const Snapshot& snapshot_;
    Memory& memory_;
    const Author& author_;
    SweepReport& report_;
};

bool handed_over_since(const Histories& histories, const ShadowEntry& entry) {
    const auto history = histories.find(entry.instance);
    return history != histories.end() && std::any_of(history->second.entries.begin(), history->second.entries.end(),
                                                     [&](const JournalEntry& done) { return done.at >= entry.at; });
}

}  // namespace

void compare_shadow(const SweepContext& context, const Snapshot& snapshot, Memory& memory,
                    const std::stop_token& stop) {
    std::int64_t after = 0;
    while (!stop.stop_requested()) {
        const auto entries = context.journal.unsettled_shadow(after, journal::page_entries);
        if (entries.empty()) break;
        after = entries.back().number;
        Ids ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        const Evidence evidence(context, snapshot, memory, ids);
        auto rows = rows_of(context, ids);
        const Instant now = context.now();
        std::vector<ShadowEntry> changed;
        for (const auto& entry : entries) {
            plan::ShadowLook look;
            look.handed_over_since = handed_over_since(evidence.histories(), entry);
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

void note_shadow(const SweepContext& context, const Plan& plan, const Snapshot& snapshot, Memory& memory,
                 const Author& author, SweepReport& report, const std::stop_token& stop) {
    Notes notes(context, snapshot, memory, author, report);
    for (const auto& host : plan.hosts) {
        if (stop.stop_requested()) return;
        notes.note_host(host, stop);
    }
    if (!stop.stop_requested()) notes.note_repairs(plan.stranded);
}

}  // namespace dsr::sweep
