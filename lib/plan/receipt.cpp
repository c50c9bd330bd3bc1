// SPDX-License-Identifier: Apache-2.0
#include "plan/receipt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/instance_states.hpp"
#include "plan/history.hpp"
#include "plan/judge.hpp"
#include "plan/owner.hpp"

namespace dsr::plan {

using namespace model;

bool is_command_of(const FailedCommand& failed, const JournalEntry& entry) {
    return entry.command == failed.id && failed.updated_at &&
           *failed.updated_at >= std::chrono::floor<std::chrono::seconds>(entry.at);
}

JournalEntry receipt_of(JournalEntry entry, const WorkflowInstance* row,
                        const std::optional<FailedCommand>& failed_command, const SchemaFacts& schema,
                        const Policy& policy, Instant now) {
    const auto with_receipt = [&](Receipt receipt, std::optional<std::string> taken_by, std::string message) {
        if (entry.receipt == receipt) return entry;
        entry.receipt = receipt;
        entry.receipt_at = now;
        entry.taken_by = std::move(taken_by);
        entry.message = std::move(message);
        return entry;
    };
    if (row == nullptr) return with_receipt(Receipt::recovered, std::nullopt, "the instance was deleted");
    if (is_final_state(schema, row->state)) {
        const bool named = row->host && *row->host != claimed_host_text && *row->host != entry.from_host.text;
        return with_receipt(Receipt::recovered, named ? row->host : std::nullopt,
                            fmt::format("it ended in state {}", *row->state));
    }
    if (failed_command && is_command_of(*failed_command, entry))
        return with_receipt(Receipt::failed, std::nullopt, failed_command->message);
    const bool stamped = !answers(entry, *row, schema);
    // Once the ownership changed, a claim or a command belongs to a later loss. Unreadable times did not change.
    const bool of_a_later_loss = stamped && row->ownership.form != OwnershipTime::Form::unreadable;
    const bool open = row->command_pending || claimed(*row, schema);
    if (of_a_later_loss || !open) {
        const bool named = stamped && row->host != claimed_host_text;
        return with_receipt(Receipt::recovered, named ? row->host : std::nullopt,
                            stamped ? fmt::format("taken up within {}", human(now - entry.at))
                                    : "its command is gone and it is no longer claimed: a master took it up (this "
                                      "build does not record which)");
    }
    if (now - entry.at < policy.confirm_within) return entry;
    return with_receipt(
        Receipt::overdue, std::nullopt,
        row->command_pending
            ? fmt::format("{} has waited for {}: no master fetches it",
                          entry.command ? fmt::format("its command {}", *entry.command) : "a command for it",
                          human(now - entry.at))
            : fmt::format("it is still claimed after {}, without a command", human(now - entry.at)));
}

}  // namespace dsr::plan
