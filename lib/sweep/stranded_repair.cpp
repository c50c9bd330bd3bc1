// SPDX-License-Identifier: Apache-2.0
#include "sweep/stranded_repair.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "model/failure.hpp"
#include "model/instance_states.hpp"
#include "plan/guards.hpp"
#include "plan/history.hpp"
#include "plan/receipt.hpp"
#include "sweep/batches.hpp"
#include "sweep/evidence.hpp"
#include "sweep/host_turn.hpp"
#include "sweep/journal_entries.hpp"
#include "sweep/leadership.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

using Errors = std::map<WorkflowInstanceId, store::ErrorCommand>;

/// Whether the failed command belongs to the claim that the row carries. The journal tells for our own commands;
/// another's must be a recovery that is newer than the owner's take-up.
bool of_this_claim(const store::ErrorCommand& error, const WorkflowInstance& row,
                   const journal::InstanceHistory* history, const SchemaFacts& schema) {
    const plan::FailedCommand failed{error.id, {}, error.recovery, error.updated_at};
    const auto ours = [&](const JournalEntry& entry) { return entry.command == error.id; };
    if (history != nullptr && std::any_of(history->entries.begin(), history->entries.end(), ours)) {
        return std::any_of(history->entries.begin(), history->entries.end(), [&](const JournalEntry& entry) {
            return plan::is_command_of(failed, entry) && plan::answers(entry, row, schema);
        });
    }
    return error.recovery && error.updated_at && row.ownership.stamped &&
           *error.updated_at >= std::chrono::floor<std::chrono::seconds>(*row.ownership.stamped);
}

/// The state in which the recovery continues. Never guessed: a wrong state would pause, stop or continue the workflow
/// against the operator's intent.
std::optional<int> old_state(const WorkflowInstance& row, const Errors& errors, const Evidence& evidence,
                             const SchemaFacts& schema) {
    if (schema.generation == Generation::process) return row.state;
    const auto taken = failover_states(Generation::workflow);
    const auto known = [&](std::optional<int> state) {
        return state && std::find(taken.begin(), taken.end(), *state) != taken.end();
    };
    if (known(row.history.state_before)) return row.history.state_before;
    const auto error = errors.find(row.id);
    if (error != errors.end() && known(error->second.old_state) &&
        of_this_claim(error->second, row, evidence.history_of(row.id), schema))
        return error->second.old_state;
    return std::nullopt;
}

/// Reports a row whose state is unknown. Nothing was attempted; it requires manual repair until the state is set.
void unknown_state(SweepReport& report, const WorkflowInstance& row) {
    const auto known = std::ranges::find(report.notices, row.id, &Notice::id);
    if (known == report.notices.end()) return;
    known->judgement.reason =
        "claimed for failover (state 18), and neither the journal nor the newest command of this claim in "
        "t_ds_error_command contains its previous state: set its state to 1, 2 or 4 manually, and it is handed over "
        "like any orphan";
}

/// The repair of stranded rows, batch by batch.
class Repair {
public:
    Repair(const SweepScope& scope, registry::HeldLock& lock, const InstanceIds& stranded)
        : scope_(scope), lock_(lock), batches_(stranded) {}

    [[nodiscard]] bool done() const { return batches_.empty(); }

    /// Repairs the next batch. Throws Failure when the database is unreachable.
    void batch() {
        const Batch batch = batches_.next(batch_size(scope_.snapshot.policy));
        std::vector<JournalEntry> entries;
        try {
            write(batch.ids, entries);
            batches_.written();
        } catch (const Failure& failure) {
            if (failure.kind() == ErrorKind::unknown_outcome) return resolve_unknown(entries, failure);
            failed(batch, entries, failure.what());
        }
    }

private:
    /// Writes one transaction. `entries`: receives its journal entries.
    void write(const InstanceIds& ids, std::vector<JournalEntry>& entries) {
        const auto& context = scope_.context;
        const Snapshot& snapshot = scope_.snapshot;
        const Instant now = context.now();
        const Evidence evidence(context, snapshot, scope_.memory, ids);
        Errors errors;
        if (snapshot.schema.generation == Generation::workflow) errors = context.store.error_commands(ids);
        auto transaction = begin_failover(scope_, failover_limits(context.registry, snapshot.policy, {}));
        if (const auto guard = lock_.guard({}, std::nullopt)) {
            if (const auto refused = transaction->enter(*guard))
                throw Failure(ErrorKind::retry, std::string(text(*refused)) + "; nothing was repaired");
        }
        auto locked = transaction->lock_claimed(ids);
        const auto with_command = transaction->with_command(ids);
        std::map<WorkflowInstanceId, std::string> dropped;
        std::vector<store::StrandedRow> taken;
        for (auto& row : locked) {
            row.command_pending = with_command.contains(row.id);
            const auto judged = evidence.judge(row);
            if (judged.verdict != Verdict::stranded) {
                dropped[row.id] = std::string("now ") + std::string(name(judged.verdict)) + ": " + judged.reason;
                continue;
            }
            const auto state = old_state(row, errors, evidence, snapshot.schema);
            if (!state) {
                unknown_state(scope_.report, row);
                continue;
            }
            entries.push_back(entry_of(scope_, row, EntryKind::repair, *state, judged, now));
            taken.push_back({std::move(row), *state});
        }
        if (!taken.empty()) {
            transaction->repair(taken, now);
            transaction->record(entries);
            transaction->commit();
            scope_.memory.mark = JournalMark{std::nullopt, scope_.report.sweep, entries.back().instance, now};
        }
        for (const auto& entry : entries) end(entry.instance, entry.from_host, Outcome::recovered, "");
        for (const auto& [id, why] : dropped) end(id, MasterAddress{}, Outcome::skipped_changed, why);
    }

    /// `entries`: those about to be written; they name the host.
    void failed(const Batch& batch, const std::vector<JournalEntry>& entries, const std::string& why) {
        scope_.context.store.ping();  // a failure to answer here ends the sweep, not only this batch
        auto ids = batch.ids;
        switch (batches_.failed(batch)) {
            case Batches::Failed::row:
                break;
            case Batches::Failed::everything:
                std::ranges::copy(batches_.rest(), std::back_inserter(ids));
                break;
            case Batches::Failed::split:
                scope_.context.log.warn("a batch of {} repairs failed and is split: {}", ids.size(), why);
                return;
        }
        for (const auto id : ids) {
            const auto entry = std::ranges::find(entries, id, &JournalEntry::instance);
            end(id, entry == entries.end() ? MasterAddress{} : entry->from_host, Outcome::failed, why);
        }
    }

    /// After a lost answer to commit: the journal shows the outcome for these rows.
    void resolve_unknown(const std::vector<JournalEntry>& entries, const Failure& failure) {
        InstanceIds ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        const auto written = scope_.context.journal.history_of(ids);
        for (const auto& entry : entries) {
            const bool there = written_in(scope_, journal::history_in(written, entry.instance), EntryKind::repair);
            end(entry.instance, entry.from_host, there ? Outcome::recovered : Outcome::unknown,
                there ? "" : failure.what());
        }
    }

    void end(WorkflowInstanceId id, const MasterAddress& host, Outcome outcome, const std::string& reason) {
        scope_.report.add({id, host, Verdict::stranded, outcome, reason});
    }

    const SweepScope& scope_;
    registry::HeldLock& lock_;
    Batches batches_;
};

}  // namespace

InstanceIds repairable(const SweepScope& scope, const InstanceIds& stranded) {
    const Snapshot& snapshot = scope.snapshot;
    if (stranded.empty() || !snapshot.journal_ready) return {};
    if (snapshot.schema.generation == Generation::process) return stranded;
    const Evidence evidence(scope.context, snapshot, scope.memory, stranded);
    const auto errors = scope.context.store.error_commands(stranded);
    InstanceIds result;
    for (auto& row : scope.context.store.read(stranded)) {
        evidence.annotate(row);
        if (old_state(row, errors, evidence, snapshot.schema)) result.push_back(row.id);
    }
    return result;
}

void repair_stranded(const SweepScope& scope, const InstanceIds& stranded) {
    const auto& context = scope.context;
    const Policy& policy = scope.snapshot.policy;
    if (stranded.empty() || !scope.snapshot.journal_ready || scope.stopping()) return;
    auto attempt = context.registry.acquire_own("stranded", policy.lock_wait, scope.stop);
    if (!attempt.lock) return;  // another replica is repairing
    if (const auto short_session = session_too_short(context.registry)) {
        for (const auto id : stranded)
            scope.report.add({id, MasterAddress{}, Verdict::stranded, Outcome::failed, *short_session});
        return;
    }
    Repair repair(scope, *attempt.lock, stranded);
    Instant last_step = context.now();
    while (!repair.done() && !scope.stopping()) {
        const Instant now = context.now();
        auto hold = plan::stalled(last_step, now, policy);
        last_step = now;
        if (!hold) {
            if (!attempt.lock->still_held() || lost_leadership(context.registry) ||
                context.registry.live_master_count() == 0)
                return;
            hold = lost_since(scope);
        }
        if (hold) {
            scope.report.holds.push_back(*hold);
            return;
        }
        repair.batch();
    }
}

}  // namespace dsr::sweep
