// SPDX-License-Identifier: Apache-2.0
#include "sweep/host_failover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/failure.hpp"
#include "sweep/journal_entries.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// How often a guard may refuse a host's transaction in one sweep. Each refusal is followed by a new turn, which names
/// the reason where it lasts.
constexpr int max_refusals = 3;

/// Between two tries to lock the rows of a COMMIT without an answer.
constexpr std::chrono::seconds pause_of_commit{1};
/// So long the failover lock is kept for them from a database that cannot be reached: masters wait for it without
/// limit.
constexpr std::chrono::minutes max_outage{10};

}  // namespace

HostFailover::HostFailover(const SweepScope& scope, const HostPlan& plan, Pace& pace, StuckLocks& stuck,
                           WorkerContacts& contacts)
    : scope_(scope),
      plan_(plan),
      pace_(pace),
      contacts_(contacts),
      turn_(scope, plan.host, stuck),
      lost_(lost_at(scope.snapshot, plan.host)),
      batches_(ids_of(plan.rows)) {
    for (const auto& row : plan.rows) open_.emplace_hint(open_.end(), row.id, row.verdict);
}

void HostFailover::run(std::uint64_t most) {
    const std::size_t size = pace_.batch(batch_size(scope_.snapshot.policy));
    while (!open_.empty()) {
        if (recovered_ >= most) {
            scope_.report.beyond_limit += open_.size();
            return;
        }
        wait_for_pace();
        const auto refusal = turn_.enter();  // lock, recheck, fence
        scope_.progressed();
        if (refusal) return end_all(refusal->outcome, refusal->reason);
        if (const auto hold = lost_since(scope_)) {
            turn_.leave();
            scope_.report.holds.push_back(*hold);
            return end_all(Outcome::skipped_changed, hold->reason);
        }
        Batch batch = batches_.next(static_cast<std::size_t>(std::min<std::uint64_t>(size, most - recovered_)));
        const Instant began = scope_.context.now();
        const auto recovered_before = recovered_;
        handle_live_tasks(batch);
        if (scope_.stopping()) {
            end(batch.ids, Outcome::skipped_changed, stopped);
        } else if (!batch.ids.empty() && turn_.still_held()) {
            fail_over_batch(batch);
        } else if (!batch.ids.empty()) {
            // Handling tasks takes time: the lock was lost meanwhile, and the batch waits for another turn.
            turn_.leave();
            batches_.try_again(std::move(batch));
        }
        pace_.wrote(static_cast<std::size_t>(recovered_ - recovered_before), began);
        scope_.progressed();
    }
}

void HostFailover::give_up(const std::string& reason) {
    turn_.leave();
    end_all(Outcome::failed, reason);
}

void HostFailover::wait_for_pace() {
    const auto pause = pace_.due(scope_.context.now());
    if (pause.count() == 0) return;
    turn_.leave();
    scope_.context.sleep(pause, scope_.stop);
    scope_.progressed();
}

void HostFailover::handle_live_tasks(Batch& batch) {
    if (!batch.first_try || !scope_.snapshot.schema.marks_tasks()) return;
    try {
        // Most rows of a lost cluster have no live tasks: those rows are judged again under their locks when written.
        auto live = live_tasks(scope_, batch.ids);
        if (live.empty()) return;
        // While we waited for the lock, its holder may have recovered these rows; their tasks then run legitimately.
        // Only a row that is still an orphan may have its tasks killed. Judge after the tasks were read: tasks running
        // at that moment were started earlier.
        const auto again = judge_again(scope_, plan_.host, owners_of(live));
        std::erase_if(live, [&](const TaskInstance& task) { return again.refused.contains(task.workflow_instance); });
        const auto held_back = apply_live_task_policy(scope_, contacts_, live);
        if (scope_.stopping()) return;
        for (const auto& [id, why] : again.refused) end(id, Outcome::skipped_changed, why);
        for (const auto& [id, why] : held_back) end(id, Outcome::failed, why);
    } catch (const Failure& failure) {
        drop(batch, failure.what());
    }
    std::erase_if(batch.ids, [&](WorkflowInstanceId id) { return !open_.contains(id); });
}

void HostFailover::fail_over_batch(const Batch& batch) {
    const auto& ids = batch.ids;
    std::optional<Evidence> evidence;
    try {
        evidence.emplace(scope_.context, scope_.snapshot, scope_.memory, ids);
    } catch (const Failure& failure) {
        return drop(batch, failure.what());
    }
    std::vector<WorkflowInstance> taken;
    std::unique_ptr<store::FailoverTransaction> transaction;
    try {
        const Instant now = scope_.context.now();
        try {
            transaction = begin_failover(scope_, turn_.limits());
        } catch (const Failure& failure) {
            if (failure.kind() != ErrorKind::permanent) throw;
            return give_up(failure.what());  // the failure concerns the server, not these rows
        }
        if (const auto guard = turn_.guard()) {
            if (const auto refused = transaction->enter(*guard)) {
                transaction.reset();
                return take_another_turn(batch, *refused);
            }
        }
        auto locked = transaction->lock(ids, plan_.host);
        const auto with_command = transaction->with_command(ids);
        std::map<WorkflowInstanceId, std::string> dropped;
        std::vector<JournalEntry> entries;
        for (const auto id : ids) dropped.emplace(id, "its host or state changed since it was judged");
        for (auto& row : locked) {
            row.command_pending = with_command.contains(row.id);
            Judgement judged;
            if (auto why = evidence->no_orphan(row, plan_.host, judged)) {
                dropped[row.id] = std::move(*why);
                continue;
            }
            dropped.erase(row.id);
            entries.push_back(entry_of(scope_, row, EntryKind::failover, row.state.value_or(-1), judged, now));
            taken.push_back(std::move(row));
        }
        if (!taken.empty()) {
            transaction->fail_over(taken, plan_.host, now);
            if (scope_.snapshot.journal_ready) transaction->record(entries);
            // A process that was suspended past its session must not overwrite what a master did meanwhile.
            if (!turn_.still_held())
                throw Failure(ErrorKind::retry, "the failover lock was lost during a batch; the batch was rolled back");
            transaction->commit();
            for (const auto& done : taken) remember(done, now);
        }
        transaction.reset();
        batches_.written();
        for (const auto id : ids) {
            const auto why = dropped.find(id);
            if (why == dropped.end()) {
                end(id, Outcome::recovered, "");
            } else {
                end(id, Outcome::skipped_changed, why->second);
            }
        }
    } catch (const Failure& failure) {
        transaction.reset();
        const bool unknown = failure.kind() == ErrorKind::unknown_outcome;
        if (unknown) await_commit(batch.ids, failure.what());
        turn_.leave();
        if (unknown) return resolve_unknown(batch, taken, failure.what());
        failed(batch, failure.what());
    }
}

void HostFailover::take_another_turn(Batch batch, GuardRefusal refused) {
    turn_.leave();
    if (++refusals_ < max_refusals) return batches_.try_again(std::move(batch));
    const auto outcome = refused == GuardRefusal::lock_taken ? Outcome::skipped_lock : Outcome::skipped_changed;
    end_all(outcome,
            fmt::format("{}; so it went {} times, and the host is left to the next sweep", text(refused), refusals_));
}

void HostFailover::drop(const Batch& batch, const std::string& why) {
    turn_.leave();
    scope_.context.store.ping();  // a failure to answer here ends the sweep, not only this batch
    end(batch.ids, Outcome::failed, "the data for judging it could not be read: " + why);
}

void HostFailover::failed(const Batch& batch, const std::string& why) {
    scope_.context.store.ping();  // a failure to answer here ends the sweep, not only this batch
    switch (batches_.failed(batch)) {
        case Batches::Failed::row:
            return end(batch.ids, Outcome::failed, why);
        case Batches::Failed::everything:
            return end_all(Outcome::failed, why);
        case Batches::Failed::split:
            scope_.context.log.warn("a batch of {} rows of {} failed and is split: {}", batch.ids.size(),
                                    plan_.host.text, why);
    }
}

void HostFailover::remember(const WorkflowInstance& row, Instant at) {
    const bool journaled = scope_.snapshot.journal_ready;
    const auto& sweep = scope_.report.sweep;
    scope_.memory.ledger.handed_over(row, plan_.host, at, journaled ? sweep : std::string());
    if (journaled) scope_.memory.mark = JournalMark{std::nullopt, sweep, row.id, at};
}

void HostFailover::await_commit(const InstanceIds& ids, const std::string& why) {
    if (scope_.snapshot.schema.generation != Generation::process) return;
    scope_.context.log.warn(
        "the failover lock of {} is kept until the database has ended a COMMIT that it did not "
        "answer, because a master would write the same rows a second time: {}",
        plan_.host.text, why);
    Instant reached = scope_.context.now();
    // Also while the daemon stops, which has a limit of its own.
    while (turn_.still_held() && scope_.context.now() - reached < max_outage) {
        try {
            if (turn_.guard()) return;  // the lock is a row that the transaction itself keeps
            const auto transaction = begin_failover(scope_, turn_.limits());
            reached = scope_.context.now();
            (void)transaction->lock(ids, plan_.host);
            return;
        } catch (const Failure& failure) {
            if (failure.kind() == ErrorKind::permanent) return;  // what was refused is not the lock
            scope_.context.log.debug("the rows of {} cannot be locked yet: {}", plan_.host.text, failure.what());
        }
        scope_.context.sleep(pause_of_commit, {});
        scope_.progressed();
    }
}

void HostFailover::resolve_unknown(const Batch& batch, const std::vector<WorkflowInstance>& taken,
                                   const std::string& why) {
    scope_.context.log.warn("the outcome of a batch of {} rows of {} is unknown and is read from the database: {}",
                            batch.ids.size(), plan_.host.text, why);
    const bool journaled = scope_.snapshot.journal_ready;
    std::map<WorkflowInstanceId, WorkflowInstance> found;
    journal::InstanceHistories histories;
    try {
        for (auto& row : scope_.context.store.read(batch.ids)) found.emplace(row.id, row);
        if (journaled) histories = scope_.context.journal.history_of(batch.ids);
    } catch (const Failure&) {
        // Not now. The next sweep sees the rows as they are: claimed with a command, or still orphans.
        return end(batch.ids, Outcome::unknown, why);
    }
    const Instant now = scope_.context.now();
    for (const auto id : batch.ids) {
        const auto row = found.find(id);
        const bool written = written_in(scope_, journal::history_in(histories, id), EntryKind::failover);
        if (!written && (row == found.end() || !row->second.command_pending)) {
            // A missing entry does not prove that the commit failed: from 3.3 on the server may still be working on it.
            // The next sweep writes again, and waits for that under the row's lock, as a master's UPDATE does, which
            // then finds another state.
            end(id, Outcome::unknown, why);
            continue;
        }
        // Compare with the row as it was locked: another master may own it by now, and a command alone may be a
        // master's.
        const auto locked = std::ranges::find(taken, id, &WorkflowInstance::id);
        if (locked != taken.end() && (written || !journaled)) remember(*locked, now);
        end(id, Outcome::recovered, "");
    }
}

void HostFailover::end(WorkflowInstanceId id, Outcome outcome, const std::string& reason) {
    const auto row = open_.extract(id);
    if (row.empty()) return;
    if (outcome == Outcome::recovered) ++recovered_;
    if (outcome == Outcome::recovered && lost_) {
        const Instant now = scope_.context.now();
        scope_.report.loss_to_recovery.add(now - *lost_);
        scope_.memory.losses.handed_over(plan_.host, *lost_, now);
    }
    scope_.report.add({id, plan_.host, row.mapped(), outcome, reason});
}

void HostFailover::end(const InstanceIds& ids, Outcome outcome, const std::string& reason) {
    for (const auto id : ids) end(id, outcome, reason);
}

void HostFailover::end_all(Outcome outcome, const std::string& reason) {
    while (!open_.empty()) end(open_.begin()->first, outcome, reason);
}

}  // namespace dsr::sweep
