// SPDX-License-Identifier: Apache-2.0
#include "sweep/host_failover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/failure.hpp"
#include "sweep/failover_limits.hpp"
#include "sweep/journal_mark.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

std::string changed(const Judgement& judged) {
    return fmt::format("now {}: {}", name(judged.verdict), judged.reason);
}

}  // namespace

HostFailover::HostFailover(const SweepContext& context, const HostPlan& plan, const Snapshot& snapshot,
                           const Author& author, Memory& memory, Pace& pace, StuckLocks& stuck,
                           WorkerContacts& contacts, SweepReport& report, std::stop_token stop)
    : context_(context),
      plan_(plan),
      snapshot_(snapshot),
      author_(author),
      memory_(memory),
      pace_(pace),
      contacts_(contacts),
      report_(report),
      stop_(stop),
      turn_(context, plan.host, snapshot, memory, stuck, report, std::move(stop)),
      lost_(lost_at(snapshot, plan.host)),
      rows_(plan.rows) {}

void HostFailover::run(std::size_t most, const std::function<void()>& step) {
    const std::size_t batch_size = pace_.batch(std::max<std::size_t>(1, snapshot_.policy.batch));
    const auto recovered_before = report_.count(Outcome::recovered);
    while (ended_ < rows_.size()) {
        const auto recovered = report_.count(Outcome::recovered) - recovered_before;
        if (recovered >= most) {
            report_.beyond_limit += rows_.size() - ended_;
            return;
        }
        if (const auto pause = pace_.due(context_.now()); pause.count() > 0) {
            turn_.leave();
            context_.sleep(pause, stop_);
            step();
        }
        const auto refusal = turn_.enter();
        step();
        if (refusal) return end({ended_, rows_.size()}, refusal->outcome, refusal->reason);
        if (pending_.empty())
            pending_.push({ended_, ended_ + std::min({rows_.size() - ended_, batch_size, most - recovered})});
        if (const auto hold = lost_since(context_, snapshot_, memory_)) {
            turn_.leave();
            report_.holds.push_back(*hold);
            return end({ended_, rows_.size()}, Outcome::skipped_changed, hold->reason);
        }
        const RowRange next = pending_.next();
        const Instant began = context_.now();
        batch(next);
        pace_.wrote(report_.count(Outcome::recovered) - recovered_before - recovered, began);
        step();
    }
}

std::vector<TaskInstance> HostFailover::departed_tasks(std::size_t most, std::size_t room,
                                                       const std::function<void()>& step) {
    std::vector<TaskInstance> found;
    if (turn_.changed_since_plan()) return found;
    const std::size_t end = std::min(most, rows_.size());
    const std::size_t batch_size = std::max<std::size_t>(1, snapshot_.policy.batch);
    for (std::size_t begin = 0; begin < end && !stop_.stop_requested(); begin += batch_size) {
        auto tasks =
            live_tasks(context_.store, snapshot_, memory_.workers, ids_of({begin, std::min(end, begin + batch_size)}));
        std::erase_if(tasks,
                      [&](const TaskInstance& task) { return !may_ask_departed(task, snapshot_, memory_.workers); });
        if (found.size() + tasks.size() > room) break;
        std::set<WorkflowInstanceId> owners;
        for (const auto& task : tasks) owners.insert(task.workflow_instance);
        // Judge after the tasks were read, as in handle_live_tasks().
        const auto refused = no_longer_orphaned({owners.begin(), owners.end()});
        for (auto& task : tasks) {
            if (!refused.contains(task.workflow_instance)) found.push_back(std::move(task));
        }
        step();
    }
    return found;
}

void HostFailover::give_up(const std::string& reason) {
    turn_.leave();
    end({ended_, rows_.size()}, Outcome::failed, reason);
}

void HostFailover::batch(RowRange range) {
    try {
        range = handle_live_tasks(range);
    } catch (const Failure& failure) {
        return drop(range, failure.what());
    }
    if (stop_.stop_requested()) return end(range, Outcome::skipped_changed, stopped);
    if (range.begin == range.end) return;
    // Handling tasks takes time: if the lock was lost meanwhile, the range waits for another turn.
    if (!turn_.still_held()) {
        turn_.leave();
        pending_.push(range);
        return;
    }
    fail_over_batch(range);
}

RowRange HostFailover::handle_live_tasks(RowRange range) {
    if (range.end <= tasks_handled_ || !snapshot_.schema.marks_tasks()) return range;
    tasks_handled_ = range.end;
    // Most rows of a lost cluster have no live tasks: those rows are judged again under their locks when written.
    auto live = live_tasks(context_.store, snapshot_, memory_.workers, ids_of(range));
    if (live.empty()) return range;
    // While we waited for the lock, its holder may have recovered these rows; their tasks then run legitimately. Only a
    // row that is still an orphan may have its tasks killed. Judge after the tasks were read: tasks running at that
    // moment were started earlier.
    std::set<WorkflowInstanceId> with_live;
    for (const auto& task : live) with_live.insert(task.workflow_instance);
    auto refused = no_longer_orphaned({with_live.begin(), with_live.end()});
    std::erase_if(live, [&](const TaskInstance& task) { return refused.contains(task.workflow_instance); });
    for (auto& [id, why] : apply_live_task_policy(context_, snapshot_, memory_, contacts_, live, stop_))
        refused.emplace(id, Refusal{Outcome::failed, std::move(why)});
    if (stop_.stop_requested()) return range;

    const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(range.begin);
    const auto last = rows_.begin() + static_cast<std::ptrdiff_t>(range.end);
    const auto free = std::stable_partition(first, last, [&](const auto& row) { return refused.contains(row.id); });
    for (auto row = first; row != free; ++row) {
        const auto& refusal = refused.at(row->id);
        end(refusal.outcome, refusal.reason);
    }
    return {range.begin + static_cast<std::size_t>(free - first), range.end};
}

std::map<WorkflowInstanceId, Refusal> HostFailover::no_longer_orphaned(const std::vector<WorkflowInstanceId>& ids) {
    const Evidence evidence(context_, snapshot_, memory_, ids);
    std::map<WorkflowInstanceId, WorkflowInstance> now_there;
    for (auto& row : context_.store.read(ids)) now_there.emplace(row.id, std::move(row));
    std::map<WorkflowInstanceId, Refusal> refused;
    for (const auto id : ids) {
        const auto row = now_there.find(id);
        if (row == now_there.end()) {
            refused.emplace(id, Refusal{Outcome::skipped_changed, "it is gone since it was judged"});
            continue;
        }
        const auto judged = judge_again(row->second, evidence);
        if (!calls_for_failover(judged.verdict))
            refused.emplace(id, Refusal{Outcome::skipped_changed, changed(judged)});
    }
    return refused;
}

Judgement HostFailover::judge_again(WorkflowInstance& row, const Evidence& evidence) const {
    if (row.host != plan_.host.text) return {Verdict::ambiguous, "its host changed since it was judged", std::nullopt};
    return evidence.judge(row);
}

HostFailover::Histories HostFailover::histories_of(std::span<const WorkflowInstanceId> ids) const {
    return snapshot_.journal_ready ? context_.journal.history_of(ids) : Histories{};
}

std::unique_ptr<store::FailoverTransaction> HostFailover::begin() {
    try {
        auto transaction = context_.store.begin_failover(turn_.limits());
        tell_limits(context_, *transaction, memory_);
        return transaction;
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        // The failure concerns the server, not these rows.
        turn_.leave();
        pending_.clear();
        end({ended_, rows_.size()}, Outcome::failed, failure.what());
        return nullptr;
    }
}

void HostFailover::drop(RowRange range, const std::string& why) {
    turn_.leave();
    context_.store.ping();  // a failure to answer here ends the sweep, not only this batch
    end(range, Outcome::failed, "what it is judged by could not be read: " + why);
}

void HostFailover::fail_over_batch(RowRange range) {
    const auto ids = ids_of(range);
    std::optional<Evidence> read;
    try {
        read.emplace(context_, snapshot_, memory_, ids);
    } catch (const Failure& failure) {
        return drop(range, failure.what());
    }
    const Evidence& evidence = *read;
    std::vector<WorkflowInstance> taken;
    try {
        const Instant now = context_.now();
        auto transaction = begin();
        if (!transaction) return;
        auto locked = transaction->lock(ids, plan_.host);
        const auto with_command = transaction->with_command(ids);
        std::map<WorkflowInstanceId, std::string> dropped;
        std::vector<JournalEntry> entries;
        auto row = locked.begin();
        for (const auto id : ids) {
            if (row == locked.end() || row->id != id) {
                dropped[id] = "its host or state changed since it was judged";
                continue;
            }
            row->command_pending = with_command.contains(id);
            if (const auto judged = judge_again(*row, evidence); calls_for_failover(judged.verdict)) {
                entries.push_back(
                    entry_of(*row, EntryKind::failover, row->state.value_or(-1), judged, snapshot_, author_, now));
                taken.push_back(std::move(*row));
            } else {
                dropped[id] = changed(judged);
            }
            ++row;
        }
        if (!taken.empty()) {
            transaction->fail_over(taken, plan_.host, now);
            if (snapshot_.journal_ready) transaction->record(entries);
            // A process that was suspended past its session must not overwrite what a master did meanwhile.
            if (!turn_.still_held())
                throw Failure(ErrorKind::retry,
                              "the failover lock was lost in the middle of a batch; it was rolled back");
            transaction->commit();
            for (const auto& done : taken) remember(done, now);
        }
        transaction.reset();
        pending_.written();
        for (const auto id : ids) {
            const auto why = dropped.find(id);
            if (why == dropped.end()) {
                end(Outcome::recovered, "");
            } else {
                end(Outcome::skipped_changed, why->second);
            }
        }
    } catch (const Failure& failure) {
        // Masters wait on this lock without limit, so it is not kept over a reconnect.
        turn_.leave();
        if (failure.kind() == ErrorKind::unknown_outcome) return resolve_unknown(range, taken, failure.what());
        failed(range, failure.what());
    }
}

void HostFailover::failed(RowRange range, const std::string& why) {
    context_.store.ping();  // a failure to answer here ends the sweep, not only this batch
    switch (pending_.failed(range)) {
        case SplitQueue::Failed::row:
            return end(range, Outcome::failed, why);
        case SplitQueue::Failed::everything:
            return end({ended_, rows_.size()}, Outcome::failed, why);
        case SplitQueue::Failed::split:
            context_.log.warn("a batch of {} rows of {} failed and is split: {}", range.size(), plan_.host.text, why);
    }
}

void HostFailover::remember(const WorkflowInstance& row, Instant at) {
    memory_.ledger.handed_over(row, plan_.host, at, snapshot_.journal_ready ? author_.sweep : std::string());
    if (snapshot_.journal_ready) memory_.mark = JournalMark{std::nullopt, author_.sweep, row.id, at};
}

void HostFailover::resolve_unknown(RowRange range, const std::vector<WorkflowInstance>& taken, const std::string& why) {
    context_.log.warn("the outcome of a batch of {} rows of {} is not known and is read again: {}",
                      range.end - range.begin, plan_.host.text, why);
    std::map<WorkflowInstanceId, WorkflowInstance> found;
    Histories histories;
    const auto ids = ids_of(range);
    try {
        for (auto& row : context_.store.read(ids)) found.emplace(row.id, row);
        histories = histories_of(ids);
    } catch (const Failure&) {
        // Not now. The next sweep sees the rows as they are: claimed with a command, or still orphans.
        return end(range, Outcome::unknown, why);
    }
    const Instant now = context_.now();
    for (const auto id : ids) {
        const auto row = found.find(id);
        if (written(histories, id) || (row != found.end() && row->second.command_pending)) {
            // Compare with the row as it was locked: another master may own it by now, and a command alone may be a
            // master's.
            const auto locked =
                std::find_if(taken.begin(), taken.end(), [&](const WorkflowInstance& done) { return done.id == id; });
            if (locked != taken.end() && (written(histories, id) || !snapshot_.journal_ready)) remember(*locked, now);
            end(Outcome::recovered, "");
        } else {
            // A missing entry does not prove that the commit failed: the server may still be working on it. The next
            // sweep writes again, and waits for that under the row's lock.
            end(Outcome::unknown, why);
        }
    }
}

bool HostFailover::written(const Histories& histories, WorkflowInstanceId id) const {
    const auto history = histories.find(id);
    return history != histories.end() &&
           std::any_of(history->second.entries.begin(), history->second.entries.end(), [&](const JournalEntry& entry) {
               return entry.sweep == author_.sweep && entry.kind == EntryKind::failover;
           });
}

std::vector<WorkflowInstanceId> HostFailover::ids_of(RowRange range) const {
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(range.end - range.begin);
    for (std::size_t i = range.begin; i < range.end; ++i) ids.push_back(rows_[i].id);
    return ids;
}

void HostFailover::end(Outcome outcome, const std::string& reason) {
    const auto& row = rows_[ended_++];
    if (outcome == Outcome::recovered && lost_) {
        const Instant now = context_.now();
        report_.loss_to_recovery.add(now - *lost_);
        memory_.losses.handed_over(plan_.host, *lost_, now);
    }
    report_.add({row.id, plan_.host, row.verdict, outcome, reason});
}

void HostFailover::end(RowRange range, Outcome outcome, const std::string& reason) {
    for (std::size_t i = range.begin; i < range.end; ++i) end(outcome, reason);
}

}  // namespace dsr::sweep
