// SPDX-License-Identifier: Apache-2.0
#include "sweep/stranded_repair.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "model/failure.hpp"
#include "model/instance_states.hpp"
#include "plan/history.hpp"
#include "plan/receipt.hpp"
#include "sweep/evidence.hpp"
#include "sweep/failover_limits.hpp"
#include "sweep/host_turn.hpp"
#include "sweep/journal_mark.hpp"
#include "sweep/split_queue.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

using Histories = std::map<WorkflowInstanceId, journal::InstanceHistory>;
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
std::optional<int> old_state(const WorkflowInstance& row, const Errors& errors, const Histories& histories,
                             const SchemaFacts& schema) {
    if (schema.generation == Generation::process) return row.state;
    const auto taken = failover_states(Generation::workflow);
    const auto known = [&](std::optional<int> state) {
        return state && std::find(taken.begin(), taken.end(), *state) != taken.end();
    };
    if (known(row.history.state_before)) return row.history.state_before;
    const auto error = errors.find(row.id);
    const auto history = histories.find(row.id);
    if (error != errors.end() && known(error->second.old_state) &&
        of_this_claim(error->second, row, history == histories.end() ? nullptr : &history->second, schema))
        return error->second.old_state;
    return std::nullopt;
}

/// The repair of stranded rows, batch by batch.
class Repair {
public:
    Repair(const SweepContext& context, const std::vector<WorkflowInstanceId>& stranded, const Snapshot& snapshot,
           const Author& author, Memory& memory, SweepReport& report)
        : context_(context),
          stranded_(stranded),
          snapshot_(snapshot),
          author_(author),
          memory_(memory),
          report_(report) {}

    [[nodiscard]] bool done() const { return begun_ == stranded_.size() && pending_.empty(); }

    /// Repairs the next batch of at most `size` rows. Throws Failure when the database is unreachable.
    void batch(std::size_t size) {
        if (pending_.empty()) {
            const std::size_t end = std::min(stranded_.size(), begun_ + size);
            pending_.push({begun_, end});
            begun_ = end;
        }
        const RowRange range = pending_.next();
        std::vector<JournalEntry> entries;
        try {
            write(ids_of(range), entries);
            pending_.written();
        } catch (const Failure& failure) {
            if (failure.kind() == ErrorKind::unknown_outcome) return resolve_unknown(entries, failure);
            failed(range, entries, failure.what());
        }
    }

private:
    [[nodiscard]] std::span<const WorkflowInstanceId> ids_of(RowRange range) const {
        return std::span(stranded_).subspan(range.begin, range.size());
    }

    /// Writes one transaction. `entries`: receives its journal entries.
    void write(std::span<const WorkflowInstanceId> ids, std::vector<JournalEntry>& entries) {
        const Instant now = context_.now();
        const Evidence evidence(context_, snapshot_, memory_, ids);
        if (snapshot_.schema.generation == Generation::workflow) errors_ = context_.store.error_commands(ids);
        auto transaction = context_.store.begin_failover(failover_limits(context_.registry, snapshot_.policy, {}));
        tell_limits(context_, *transaction, memory_);
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
            const auto state = old_state(row, errors_, evidence.histories(), snapshot_.schema);
            if (!state) {
                unknown_state(row);
                continue;
            }
            entries.push_back(entry_of(row, EntryKind::repair, *state, judged, snapshot_, author_, now));
            taken.push_back({std::move(row), *state});
        }
        if (!taken.empty()) {
            transaction->repair(taken, now);
            transaction->record(entries);
            transaction->commit();
            memory_.mark = JournalMark{std::nullopt, author_.sweep, entries.back().instance, now};
        }
        for (const auto& entry : entries) end(entry.instance, entry.from_host, Outcome::recovered, "");
        for (const auto& [id, why] : dropped) end(id, MasterAddress{}, Outcome::skipped_changed, why);
    }

    void failed(RowRange range, const std::vector<JournalEntry>& entries, const std::string& why) {
        context_.store.ping();  // a failure to answer here ends the sweep, not only this batch
        switch (pending_.failed(range)) {
            case SplitQueue::Failed::row:
                return failed(ids_of(range), entries, why);
            case SplitQueue::Failed::everything:
                // The remaining ranges are those between this one and the rows not begun.
                failed(ids_of({range.begin, stranded_.size()}), entries, why);
                begun_ = stranded_.size();
                return;
            case SplitQueue::Failed::split:
                context_.log.warn("a batch of {} repairs failed and is split: {}", range.size(), why);
        }
    }

    /// Reports a row whose state is unknown. Nothing was attempted; it requires manual repair until the state is set.
    void unknown_state(const WorkflowInstance& row) {
        const std::string reason =
            "claimed for failover (state 18), and neither the journal nor the newest command of this claim in "
            "t_ds_error_command tells the state that it had before: set its state to 1, 2 or 4 by hand, and it is "
            "handed over like any orphan";
        const auto known = std::find_if(report_.notices.begin(), report_.notices.end(),
                                        [&](const Notice& notice) { return notice.id == row.id; });
        if (known != report_.notices.end()) known->judgement.reason = reason;
    }

    /// After a lost answer to commit: the journal shows the outcome for these rows.
    void resolve_unknown(const std::vector<JournalEntry>& entries, const Failure& failure) {
        std::vector<WorkflowInstanceId> ids;
        ids.reserve(entries.size());
        for (const auto& entry : entries) ids.push_back(entry.instance);
        const auto written = context_.journal.history_of(ids);
        for (const auto& entry : entries) {
            const auto history = written.find(entry.instance);
            const bool there =
                history != written.end() &&
                std::any_of(history->second.entries.begin(), history->second.entries.end(),
                            [&](const auto& e) { return e.sweep == entry.sweep && e.kind == EntryKind::repair; });
            end(entry.instance, entry.from_host, there ? Outcome::recovered : Outcome::unknown,
                there ? "" : failure.what());
        }
    }

    /// `entries`: those about to be written; they name the host.
    void failed(std::span<const WorkflowInstanceId> ids, const std::vector<JournalEntry>& entries,
                const std::string& why) {
        for (const auto id : ids) {
            const auto entry = std::find_if(entries.begin(), entries.end(),
                                            [&](const JournalEntry& candidate) { return candidate.instance == id; });
            end(id, entry == entries.end() ? MasterAddress{} : entry->from_host, Outcome::failed, why);
        }
    }

    void end(WorkflowInstanceId id, const MasterAddress& host, Outcome outcome, const std::string& reason) {
        report_.add({id, host, Verdict::stranded, outcome, reason});
    }

    const SweepContext& context_;
    const std::vector<WorkflowInstanceId>& stranded_;
    const Snapshot& snapshot_;
    const Author& author_;
    Memory& memory_;
    SweepReport& report_;
    Errors errors_;
    SplitQueue pending_;
    std::size_t begun_ = 0;  ///< rows before this position were queued
};

}  // namespace

std::vector<WorkflowInstanceId> repairable(const SweepContext& context, const std::vector<WorkflowInstanceId>& stranded,
                                           const Snapshot& snapshot, Memory& memory) {
    if (stranded.empty() || !snapshot.journal_ready) return {};
    if (snapshot.schema.generation == Generation::process) return stranded;
    const Evidence evidence(context, snapshot, memory, stranded);
    const auto errors = context.store.error_commands(stranded);
    std::vector<WorkflowInstanceId> result;
    for (auto& row : context.store.read(stranded)) {
        evidence.annotate(row);
        if (old_state(row, errors, evidence.histories(), snapshot.schema)) result.push_back(row.id);
    }
    return result;
}

void repair_stranded(const SweepContext& context, const std::vector<WorkflowInstanceId>& stranded,
                     const Snapshot& snapshot, const Author& author, Memory& memory, SweepReport& report,
                     const std::stop_token& stop) {
    if (stranded.empty() || !snapshot.journal_ready || stop.stop_requested()) return;
    auto attempt = context.registry.acquire_own("stranded", snapshot.policy.lock_wait, stop);
    if (!attempt.lock) return;  // another replica is repairing
    if (const auto short_session = session_too_short(context.registry)) {
        for (const auto id : stranded)
            report.add({id, MasterAddress{}, Verdict::stranded, Outcome::failed, *short_session});
        return;
    }
    const std::size_t size = std::max<std::size_t>(1, snapshot.policy.batch);
    Repair repair(context, stranded, snapshot, author, memory, report);
    Instant last_step = context.now();
    while (!repair.done() && !stop.stop_requested()) {
        const Instant now = context.now();
        if (auto hold = stalled(last_step, now, snapshot.policy)) {
            report.holds.push_back(*hold);
            return;
        }
        last_step = now;
        if (!attempt.lock->still_held() || lost_leadership(context.registry) ||
            context.registry.live_master_count() == 0)
            return;
        if (const auto hold = lost_since(context, snapshot, memory)) {
            report.holds.push_back(*hold);
            return;
        }
        repair.batch(size);
    }
}

}  // namespace dsr::sweep
