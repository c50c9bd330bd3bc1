// SPDX-License-Identifier: Apache-2.0
#include "sweep/journal_entries.hpp"

#include <algorithm>
#include <vector>

#include "plan/guards.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Entries of one instance that are searched for the mark's entry: more than any instance is ever handed over.
constexpr std::size_t entries_of_one = 100;

bool is_marked(const JournalEntry& entry, const JournalMark& mark) {
    return entry.sweep == mark.sweep && entry.instance == mark.instance;
}

bool still_there(journal::Journal& journal, const JournalMark& mark) {
    if (mark.number) {
        const auto entry = journal.entry(*mark.number);
        return entry && is_marked(*entry, mark);
    }
    const auto entries = journal.entries(mark.instance, entries_of_one);
    return std::any_of(entries.begin(), entries.end(),
                       [&](const JournalEntry& entry) { return is_marked(entry, mark); });
}

bool holds_entry_of(const journal::InstanceHistory& history, const std::string& sweep) {
    return std::any_of(history.entries.begin(), history.entries.end(),
                       [&](const JournalEntry& entry) { return entry.sweep == sweep; });
}

/// The rows that this process handed over and whose entries the journal no longer holds.
std::vector<WorkflowInstanceId> lost_rows(journal::Journal& journal, const journal::RunLedger& ledger) {
    std::vector<WorkflowInstanceId> lost;
    const auto journaled = ledger.journaled();
    for (std::size_t begin = 0; begin < journaled.size(); begin += journal::page_entries) {
        const auto end = std::min(journaled.size(), begin + journal::page_entries);
        std::vector<WorkflowInstanceId> ids;
        for (std::size_t i = begin; i < end; ++i) ids.push_back(journaled[i].first);
        const auto histories = journal.history_of(ids);
        for (std::size_t i = begin; i < end; ++i) {
            const auto* history = journal::history_in(histories, journaled[i].first);
            if (history == nullptr || !holds_entry_of(*history, journaled[i].second))
                lost.push_back(journaled[i].first);
            if (lost.size() == WentBack::max_rows) return lost;
        }
    }
    return lost;
}

/// The fields that both kinds of entry have.
template <typename Entry>
Entry common_entry(const SweepScope& scope, const WorkflowInstance& row, EntryKind kind, int old_state,
                   const Judgement& judged, Instant now) {
    Entry entry;
    entry.sweep = scope.report.sweep;
    entry.at = now;
    entry.kind = kind;
    entry.instance = row.id;
    entry.from_host = MasterAddress{row.host.value_or("")};
    entry.old_state = old_state;
    entry.owned_since = row.ownership.stamped;
    entry.verdict = judged.verdict;
    entry.reason = judged.reason;
    entry.version = scope.context.version;
    entry.replica = scope.context.replica;
    return entry;
}

}  // namespace

JournalEntry entry_of(const SweepScope& scope, const WorkflowInstance& row, EntryKind kind, int old_state,
                      const Judgement& judged, Instant now) {
    auto entry = common_entry<JournalEntry>(scope, row, kind, old_state, judged, now);
    const auto& absent = scope.snapshot.membership.absent;
    if (const auto lost = absent.find(entry.from_host); lost != absent.end() && lost->second.last_incarnation) {
        entry.from_startup = lost->second.last_incarnation->startup_time;
        entry.from_process = lost->second.last_incarnation->process_id;
    }
    entry.releases = row.history.releases;
    entry.zone = scope.entry_zone;
    return entry;
}

ShadowEntry shadow_entry_of(const SweepScope& scope, const WorkflowInstance& row, EntryKind kind,
                            const Judgement& judged) {
    auto entry = common_entry<ShadowEntry>(scope, row, kind, row.state.value_or(-1), judged, scope.context.now());
    entry.owned_until = row.ownership.last_change();
    return entry;
}

bool written_in(const SweepScope& scope, const journal::InstanceHistory* history, EntryKind kind) {
    return history != nullptr && std::ranges::any_of(history->entries, [&](const JournalEntry& entry) {
               return entry.sweep == scope.report.sweep && entry.kind == kind;
           });
}

void check_journal(const SweepContext& context, const Policy& policy, Memory& memory) {
    const Instant now = context.now();
    const bool retained = memory.mark && now - memory.mark->at < policy.journal_retention;
    if (retained && !still_there(context.journal, *memory.mark)) {
        memory.went_back = WentBack{now, memory.mark->number.value_or(0), memory.mark->sweep,
                                    lost_rows(context.journal, memory.ledger)};
    }
    const auto newest = context.journal.entries(std::nullopt, 1);
    if (newest.empty()) {
        memory.mark.reset();
    } else {
        const JournalEntry& entry = newest.front();
        memory.mark = JournalMark{entry.number, entry.sweep, entry.instance, entry.at};
    }
}

std::optional<WentBack> unreleased(const Memory& memory, const Control& control) {
    if (!memory.went_back) return std::nullopt;
    const bool released = control.database_release && *control.database_release >= memory.went_back->seen_at;
    return released ? std::nullopt : memory.went_back;
}

std::optional<Hold> lost_since(const SweepScope& scope) {
    Memory& memory = scope.memory;
    if (!scope.snapshot.journal_ready) return std::nullopt;
    const auto before = memory.went_back;
    check_journal(scope.context, scope.snapshot.policy, memory);
    if (memory.went_back == before) return std::nullopt;
    Snapshot seen;
    seen.went_back = memory.went_back;
    return plan::database_went_back(seen);
}

void recall_hand_over(const Memory& memory, bool journal_ready, const journal::InstanceHistory* history,
                      WorkflowInstance& row) {
    row.handed_over = memory.ledger.when(row);
    row.hand_over_lost = false;
    if (!journal_ready) return;
    if (const std::string sweep = memory.ledger.sweep_of(row); !sweep.empty()) {
        row.hand_over_lost = history == nullptr || !holds_entry_of(*history, sweep);
        return;
    }
    // Rows that an earlier process handed over, while nothing has taken them up since.
    if (!memory.went_back) return;
    const auto& rows = memory.went_back->rows;
    const bool named = std::find(rows.begin(), rows.end(), row.id) != rows.end();
    const bool older =
        row.ownership.form != OwnershipTime::Form::known || row.ownership.latest <= memory.went_back->seen_at;
    const bool handed_over_since = history != nullptr && std::any_of(history->entries.begin(), history->entries.end(),
                                                                     [&](const JournalEntry& entry) {
                                                                         return entry.at >= memory.went_back->seen_at;
                                                                     });
    row.hand_over_lost = named && older && !handed_over_since;
}

}  // namespace dsr::sweep
