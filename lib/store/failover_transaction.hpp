// SPDX-License-Identifier: Apache-2.0
// The part of the port to DolphinScheduler's database that writes a failover (workflow_store.hpp). Same thread and
// errors as there.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <vector>

#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/journal_entry.hpp"
#include "model/transaction_guard.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::store {

/// A row found claimed, without a command.
struct StrandedRow {
    model::WorkflowInstance row;
    int old_state = 0;  ///< the state in which its recovery continues: 1, 2 or 4 in G2; the row's own in G1
};

/// Limits of a failover transaction, in addition to the configured ones.
struct FailoverLimits {
    /// Maximum time of one statement, and of the idle time between two; whole seconds. A shorter configured limit takes
    /// precedence.
    std::chrono::seconds most = std::chrono::hours{24};
    /// Maximum time of the whole transaction: no statement begins later, commit included.
    model::Milliseconds whole = std::chrono::hours{24};
};

/// The limits by which the server itself ends a transaction; zero means no such limit.
struct LimitsInForce {
    model::Milliseconds statement{0};  ///< of one statement
    model::Milliseconds rest{0};       ///< of the idle time between two
    bool operator==(const LimitsInForce&) const = default;
};

/// The writes of one batch in one transaction at READ COMMITTED (SQLite: BEGIN IMMEDIATE). Rolled back when destroyed
/// without commit().
class FailoverTransaction {
public:
    virtual ~FailoverTransaction() = default;

    /// The limits by which the server ends this transaction; nothing where there is no server (SQLite).
    [[nodiscard]] virtual std::optional<LimitsInForce> limits() const = 0;

    /// Before anything else, where the registry is in this database: takes DolphinScheduler's lock, keeps the address
    /// from registering, writes the marker, and checks our leadership, which commit() checks once more. On a refusal
    /// there is nothing to commit, and the transaction must not go on.
    [[nodiscard]] virtual std::optional<model::GuardRefusal> enter(const model::TransactionGuard& guard) {
        (void)guard;
        throw std::logic_error("this database holds no registry whose guard could be entered");
    }

    /// First: locks and rereads those of `ids` that still have this host and a failover state. Ascending, without
    /// command_pending. Throws Failure(permanent) when the schema differs from the last result of inspect().
    [[nodiscard]] virtual std::vector<model::WorkflowInstance> lock(std::span<const model::WorkflowInstanceId> ids,
                                                                    const model::MasterAddress& host) = 0;

    /// Second, separate statement: which of `ids` have a row in t_ds_command now.
    [[nodiscard]] virtual std::set<model::WorkflowInstanceId> with_command(
        std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Claims the rows (G1 host 'NULL'; G2 state 18), marks their unfinished tasks 8 where the generation requires it,
    /// and inserts one recovery command each, exactly as a master of this version does
    /// (docs/dolphinscheduler-protocol.md, sections 7, 8 and 10). Only rows returned by lock(), unchanged. Throws
    /// Failure(conflict), with nothing to commit, when any count disagrees.
    virtual void fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                           model::Instant now) = 0;

    /// Locks and rereads those of `ids` that carry the mark of a failover (G1 host 'NULL' and a state of the failover
    /// list; G2 state 18). Called instead of lock(); otherwise alike.
    [[nodiscard]] virtual std::vector<model::WorkflowInstance> lock_claimed(
        std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Inserts one recovery command each, as fail_over() does, for rows returned by lock_claimed(). Leaves the rows
    /// themselves unchanged. Throws as fail_over().
    virtual void repair(std::span<const StrandedRow> rows, model::Instant now) = 0;

    /// Writes the journal's entries of the rows handed over or repaired in this transaction, after that call, each with
    /// the id of the command that it inserted. Throws Failure(conflict), with nothing to commit, when the journal
    /// already holds an entry for the same loss; the transaction must not go on then.
    virtual void record(std::span<const model::JournalEntry> entries) = 0;

    /// Throws Failure(unknown_outcome) when the answer was lost; Failure(retry|conflict) when it did certainly not
    /// commit.
    virtual void commit() = 0;
};

}  // namespace dsr::store
