// SPDX-License-Identifier: Apache-2.0
#include "sweep/host_failover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/failure.hpp"
#include "plan/judge.hpp"
#include "registry/layout.hpp"
#include "sweep/live_tasks.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr const char* stopped = "the daemon was asked to stop; the next sweep goes on";

/// So many rows failing one by one, with none written between them, are no poisoned rows but a fault of everything.
constexpr std::size_t most_failed_alone = 8;

}  // namespace

HostFailover::HostFailover(const Hands& hands, const HostPlan& plan, const Snapshot& snapshot, Memory& memory,
                           SweepReport& report, std::stop_token stop)
    : hands_(hands),
      plan_(plan),
      snapshot_(snapshot),
      memory_(memory),
      report_(report),
      stop_(std::move(stop)),
      rows_(plan.rows) {}

void HostFailover::run(std::size_t most, const std::function<void()>& step) {
    const std::size_t batch_size = std::max<std::size_t>(1, snapshot_.policy.batch);
    const auto recovered_before = report_.count(Outcome::recovered);
    while (ended_ < rows_.size()) {
        const auto recovered = report_.count(Outcome::recovered) - recovered_before;
        if (recovered >= most) {
            report_.beyond_limit += rows_.size() - ended_;
            return;
        }
        if (const auto refusal = enter()) return end({ended_, rows_.size()}, refusal->outcome, refusal->reason);
        if (ahead_.empty())
            ahead_.push_back({ended_, std::min({rows_.size(), ended_ + batch_size, ended_ + (most - recovered)})});
        const Stretch next = ahead_.back();
        ahead_.pop_back();
        batch(next);
        step();
    }
}

void HostFailover::give_up(const std::string& reason) {
    lock_.reset();
    end({ended_, rows_.size()}, Outcome::failed, reason);
}

std::optional<HostFailover::Refusal> HostFailover::enter() {
    if (stop_.stop_requested()) return Refusal{Outcome::skipped_changed, stopped};
    const bool held_too_long = lock_ && hands_.now() - locked_at_ >= snapshot_.policy.lock_hold;
    if (lock_ && !held_too_long && lock_->still_held()) return std::nullopt;
    lock_.reset();
    if (auto refusal = acquire()) return refusal;
    if (const auto changed = changed_since_plan(); !changed.empty()) return Refusal{Outcome::skipped_changed, changed};
    return std::nullopt;
}

std::optional<HostFailover::Refusal> HostFailover::acquire() {
    if (!registry::is_node_name(plan_.host.text))
        return Refusal{Outcome::failed,
                       "'" + plan_.host.text + "' cannot be the address of a master; mend the row's host"};
    const auto path = registry::lock_path(snapshot_.layout, plan_.host);
    auto attempt = hands_.registry.acquire(path, snapshot_.policy.lock_wait, stop_, {});
    if (attempt.lock) {
        lock_ = std::move(attempt.lock);
        locked_at_ = hands_.now();
        return std::nullopt;
    }
    if (stop_.stop_requested()) return Refusal{Outcome::skipped_changed, stopped};
    std::string reason = fmt::format("the failover lock {} is held by another", path);
    if (attempt.holder) {
        reason += fmt::format(" ({}, client {}, session 0x{:x}, since {})", attempt.holder->node, attempt.holder->data,
                              static_cast<std::uint64_t>(attempt.holder->session_id), rfc3339(attempt.holder->since));
    }
    reason += fmt::format(" for longer than failover.lock_wait ({}): the host is left to the holder",
                          human(snapshot_.policy.lock_wait));
    report_.holds.push_back({Guard::lock_stuck, reason + "; if it never lets go, restart that master"});
    return Refusal{Outcome::skipped_lock, reason};
}

std::string HostFailover::changed_since_plan() {
    const auto now_there = hands_.registry.registered(plan_.host);
    const auto& masters = snapshot_.registry.masters;
    const auto then = std::find_if(masters.begin(), masters.end(),
                                   [&](const LiveMaster& master) { return master.address == plan_.host; });
    if (now_there.has_value() != (then != masters.end()))
        return now_there ? "its master registered again since it was judged" : "its master went since it was judged";
    if (now_there && (now_there->startup_time != then->startup_time || now_there->process_id != then->process_id ||
                      now_there->session_id != then->session_id))
        return "another incarnation of its master registered since it was judged";
    if (hands_.registry.live_master_count() == 0) return "the last living master went since it was judged";
    return {};
}

void HostFailover::batch(Stretch stretch) {
    stretch = settle(stretch);
    if (stop_.stop_requested()) return end(stretch, Outcome::skipped_changed, stopped);
    if (stretch.begin == stretch.end) return;
    // Looking after tasks took its time: the lock must be ours still. If not, the stretch waits for another turn.
    if (!lock_->still_held()) {
        lock_.reset();
        ahead_.push_back(stretch);
        return;
    }
    hand_over(stretch);
}

HostFailover::Stretch HostFailover::settle(Stretch stretch) {
    if (stretch.end <= settled_ || !snapshot_.schema.marks_tasks()) return stretch;
    settled_ = stretch.end;
    // While we queued for the lock its holder may have recovered these very rows: their tasks run rightly then, and
    // only a row that is an orphan still may have its tasks killed.
    std::map<WorkflowInstanceId, WorkflowInstance> now_there;
    for (auto& row : hands_.store.read(ids_of(stretch))) now_there.emplace(row.id, std::move(row));
    std::map<WorkflowInstanceId, Refusal> refused;
    std::vector<WorkflowInstanceId> orphans;
    for (const auto id : ids_of(stretch)) {
        const auto row = now_there.find(id);
        const auto why = row == now_there.end() ? std::string("it is gone since it was judged") : spared(row->second);
        if (why.empty()) {
            orphans.push_back(id);
        } else {
            refused.emplace(id, Refusal{Outcome::skipped_changed, why});
        }
    }
    for (auto& [id, why] : settle_live_tasks(hands_.store, hands_.killer, snapshot_, memory_, orphans, stop_))
        refused.emplace(id, Refusal{Outcome::failed, std::move(why)});
    if (stop_.stop_requested()) return stretch;

    const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(stretch.begin);
    const auto last = rows_.begin() + static_cast<std::ptrdiff_t>(stretch.end);
    const auto free = std::stable_partition(first, last, [&](const auto& row) { return refused.contains(row.id); });
    for (auto row = first; row != free; ++row) {
        const auto& refusal = refused.at(row->id);
        end(refusal.outcome, refusal.reason);
    }
    return {stretch.begin + static_cast<std::size_t>(free - first), stretch.end};
}

std::string HostFailover::spared(WorkflowInstance& row) const {
    if (row.host != plan_.host.text) return "its host changed since it was judged";
    row.handed_over = memory_.ledger.when(row);
    row.unreachable_tries = memory_.ledger.unreachable_tries(row.id);
    const auto judged = plan::judge(row, snapshot_, snapshot_.registry.taken_at);
    if (calls_for_failover(judged.verdict)) return {};
    return fmt::format("now {}: {}", name(judged.verdict), judged.reason);
}

void HostFailover::hand_over(Stretch stretch) {
    try {
        const Instant now = hands_.now();
        const auto ids = ids_of(stretch);
        auto transaction = hands_.store.begin_failover();
        auto locked = transaction->lock(ids, plan_.host);
        const auto with_command = transaction->with_command(ids);
        std::map<WorkflowInstanceId, std::string> dropped;
        std::vector<WorkflowInstance> taken;
        auto row = locked.begin();
        for (const auto id : ids) {
            if (row == locked.end() || row->id != id) {
                dropped[id] = "its host or state changed since it was judged";
                continue;
            }
            row->command_pending = with_command.contains(id);
            if (auto why = spared(*row); why.empty()) {
                taken.push_back(std::move(*row));
            } else {
                dropped[id] = std::move(why);
            }
            ++row;
        }
        if (!taken.empty()) {
            transaction->hand_over(taken, plan_.host, now);
            transaction->commit();
            for (const auto& done : taken) memory_.ledger.handed_over(done, plan_.host, now);
        }
        transaction.reset();
        failed_alone_ = 0;
        for (const auto id : ids) {
            const auto why = dropped.find(id);
            if (why == dropped.end()) {
                end(Outcome::recovered, "");
            } else {
                end(Outcome::skipped_changed, why->second);
            }
        }
    } catch (const Failure& failure) {
        // Masters wait on this lock without limit: it is not kept over a reconnect.
        lock_.reset();
        if (failure.meaning() == Meaning::unknown_outcome) return resolve_unknown(stretch, failure.what());
        failed(stretch, failure.what());
    }
}

void HostFailover::failed(Stretch stretch, const std::string& why) {
    hands_.store.ping();  // out of reach altogether: that ends the sweep, not this batch
    const std::size_t size = stretch.end - stretch.begin;
    if (size == 1) {
        ++failed_alone_;
        return end(stretch, Outcome::failed, why);
    }
    if (failed_alone_ >= most_failed_alone) {
        ahead_.clear();
        return end({ended_, rows_.size()}, Outcome::failed, why);
    }
    // One row that cannot be written must not keep the others from being recovered.
    hands_.log.warn("a batch of {} rows of {} failed and is split: {}", size, plan_.host.text, why);
    const std::size_t middle = stretch.begin + size / 2;
    ahead_.push_back({middle, stretch.end});
    ahead_.push_back({stretch.begin, middle});
}

void HostFailover::resolve_unknown(Stretch stretch, const std::string& why) {
    hands_.log.warn("the outcome of a batch of {} rows of {} is not known and is read again: {}",
                    stretch.end - stretch.begin, plan_.host.text, why);
    std::map<WorkflowInstanceId, WorkflowInstance> found;
    const auto ids = ids_of(stretch);
    try {
        for (auto& row : hands_.store.read(ids)) found.emplace(row.id, row);
    } catch (const Failure&) {
        // Not now. The next sweep sees the rows as they are: claimed with a command, or orphans still.
        return end(stretch, Outcome::unknown, why);
    }
    const Instant now = hands_.now();
    for (const auto id : ids) {
        const auto row = found.find(id);
        if (row != found.end() && row->second.command_pending) {
            memory_.ledger.handed_over(row->second, plan_.host, now);
            end(Outcome::recovered, "");
        } else {
            // Not there now does not prove that it will not come: the server may still be at it. Writing again waits
            // for that under the row's lock, in the next sweep.
            end(Outcome::unknown, why);
        }
    }
}

std::vector<WorkflowInstanceId> HostFailover::ids_of(Stretch stretch) const {
    std::vector<WorkflowInstanceId> ids;
    ids.reserve(stretch.end - stretch.begin);
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) ids.push_back(rows_[i].id);
    return ids;
}

void HostFailover::end(Outcome outcome, const std::string& reason) {
    const auto& row = rows_[ended_++];
    report_.add({row.id, plan_.host, row.verdict, outcome, reason});
}

void HostFailover::end(Stretch stretch, Outcome outcome, const std::string& reason) {
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) end(outcome, reason);
}

}  // namespace dsr::sweep
