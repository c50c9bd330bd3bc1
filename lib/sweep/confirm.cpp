// SPDX-License-Identifier: Apache-2.0
#include "sweep/confirm.hpp"

#include <map>
#include <vector>

#include "plan/receipt.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

std::optional<plan::FailedCommand> failed_command_of(const std::map<WorkflowInstanceId, store::ErrorCommand>& errors,
                                                     WorkflowInstanceId id) {
    const auto found = errors.find(id);
    if (found == errors.end()) return std::nullopt;
    const auto& error = found->second;
    return plan::FailedCommand{error.id, error.message, error.recovery, error.updated_at};
}

void count(const JournalEntry& entry, const Memory& memory, SweepReport& report) {
    if (entry.receipt == Receipt::recovered && entry.receipt_at) {
        if (const auto lost = memory.losses.of(entry.from_host, entry.at, memory.membership))
            report.loss_to_takeover.add(*entry.receipt_at - *lost);
    }
    ++report.receipts[static_cast<std::size_t>(entry.receipt)];
    const bool to_tell = entry.receipt == Receipt::overdue || entry.receipt == Receipt::failed;
    if (to_tell && report.receipts_to_tell.size() < SweepReport::kept_receipts)
        report.receipts_to_tell.push_back(entry);
}

}  // namespace

void confirm(const SweepScope& scope) {
    const auto& context = scope.context;
    const Snapshot& snapshot = scope.snapshot;
    SweepReport& report = scope.report;
    std::int64_t after = 0;
    report.unconfirmed = 0;
    while (!scope.stopping()) {
        const auto entries = context.journal.unconfirmed(after, journal::page_entries);
        if (entries.empty()) return;
        after = entries.back().number;
        std::vector<WorkflowInstanceId> ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        // Read errors first: a command that fails between the two reads then shows up next time and is never taken for
        // gone.
        const auto errors = context.store.error_commands(ids);
        std::map<WorkflowInstanceId, WorkflowInstance> rows;
        for (auto& row : context.store.read(ids)) rows.emplace(row.id, std::move(row));
        std::vector<JournalEntry> changed;
        for (const auto& entry : entries) {
            const auto row = rows.find(entry.instance);
            auto seen = plan::receipt_of(entry, row == rows.end() ? nullptr : &row->second,
                                         failed_command_of(errors, entry.instance), snapshot.schema, snapshot.policy,
                                         context.now());
            if (seen.receipt == Receipt::awaited || seen.receipt == Receipt::overdue) ++*report.unconfirmed;
            if (seen.receipt == entry.receipt) continue;
            count(seen, scope.memory, report);
            changed.push_back(std::move(seen));
        }
        if (!changed.empty()) context.journal.confirm(changed);
        if (entries.size() < journal::page_entries) return;
    }
}

}  // namespace dsr::sweep
