// SPDX-License-Identifier: Apache-2.0
#include "sweep/host_turn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/failure.hpp"
#include "plan/guards.hpp"
#include "plan/markers.hpp"
#include "registry/layout.hpp"
#include "sweep/leadership.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr std::chrono::seconds before_session_end{3};
constexpr std::chrono::seconds shortest{3};

std::chrono::seconds within_session(registry::Registry& registry) {
    const Milliseconds session = registry.session_timeout();
    if (session.count() == 0)
        throw Failure(ErrorKind::retry, "there is no registry session, so nothing can be handed over");
    return std::chrono::floor<std::chrono::seconds>(session - before_session_end);
}

std::string told(Milliseconds limit) {
    return limit.count() == 0 ? "none" : human(limit);
}

}  // namespace

std::optional<std::string> session_too_short(registry::Registry& registry) {
    if (within_session(registry) >= shortest) return std::nullopt;
    return fmt::format(
        "the registry granted a session timeout of {}, but a failover needs at least {}; raise "
        "registry.session_timeout or the server's limits",
        human(registry.session_timeout()), human(before_session_end + shortest));
}

store::FailoverLimits failover_limits(registry::Registry& registry, const Policy& policy,
                                      std::chrono::microseconds held) {
    store::FailoverLimits limits;
    limits.whole = std::max(std::chrono::ceil<Milliseconds>(policy.lock_hold - held), policy.lock_hold / 2);
    limits.most = std::min(within_session(registry), std::chrono::ceil<std::chrono::seconds>(policy.lock_hold));
    return limits;
}

std::unique_ptr<store::FailoverTransaction> begin_failover(const SweepScope& scope,
                                                           const store::FailoverLimits& wanted) {
    auto transaction = scope.context.store.begin_failover(wanted);
    const auto limits = transaction->limits();
    if (!limits || limits == scope.memory.limits_told) return transaction;
    scope.memory.limits_told = limits;
    scope.context.log.info(
        "the database limits failover transactions: statement {}, idle time {} (registry session {})",
        told(limits->statement), told(limits->rest), human(scope.context.registry.session_timeout()));
    return transaction;
}

HostTurn::HostTurn(const SweepScope& scope, const MasterAddress& host, StuckLocks& stuck)
    : scope_(scope), host_(host), stuck_(stuck), last_step_(scope.context.now()) {}

std::optional<Refusal> HostTurn::enter() {
    if (scope_.stopping()) return Refusal{Outcome::skipped_changed, stopped};
    if (auto refusal = release_if_not_leader()) return refusal;
    if (auto short_session = session_too_short(scope_.context.registry))
        return Refusal{Outcome::failed, *short_session};
    const bool held_too_long = lock_ && scope_.context.now() - locked_at_ >= scope_.snapshot.policy.lock_hold;
    if (lock_ && !held_too_long && lock_->still_held()) return registration_changed(scope_, host_);
    lock_.reset();
    if (auto refusal = acquire()) return refusal;
    if (auto refusal = changed_since_plan(scope_, host_)) return refusal;
    return fence();
}

store::FailoverLimits HostTurn::limits() {
    return failover_limits(scope_.context.registry, scope_.snapshot.policy, scope_.context.now() - locked_at_);
}

std::optional<model::TransactionGuard> HostTurn::guard() {
    if (!lock_) return std::nullopt;
    const auto& masters = scope_.snapshot.registry.masters;
    const auto judged = std::ranges::find(masters, host_, &LiveMaster::address);
    return lock_->guard(host_, judged == masters.end() ? std::nullopt : std::optional(judged->session_id));
}

std::optional<Refusal> HostTurn::release_if_not_leader() {
    const Instant now = scope_.context.now();
    if (auto hold = plan::stalled(last_step_, now, scope_.snapshot.policy)) {
        scope_.report.holds.push_back(*hold);
        lock_.reset();
        return Refusal{Outcome::skipped_changed, hold->reason};
    }
    last_step_ = now;
    auto refusal = lost_leadership(scope_.context.registry);
    if (refusal) lock_.reset();
    return refusal;
}

std::optional<Refusal> HostTurn::acquire() {
    if (auto refusal = no_address(host_)) return refusal;
    const auto path = registry::lock_path(scope_.snapshot.layout, host_);
    if (const auto known = stuck_.find(path); known != stuck_.end()) return known->second;
    const auto& markers = scope_.snapshot.registry.markers;
    const auto absence = scope_.snapshot.membership.absent.find(host_);
    const bool may_leak = scope_.snapshot.registry.marker_directory &&
                          scope_.snapshot.layout == LockLayout::per_address &&
                          absence != scope_.snapshot.membership.absent.end() && absence->second.last_incarnation;
    const auto proof = [&](const registry::LockHolder& holder) {
        return plan::leaked(holder.node, holder.created_in, *absence->second.last_incarnation, markers,
                            holder.held_from_creation);
    };
    const Instant queued_at = scope_.context.now();
    auto attempt = scope_.context.registry.acquire(path, scope_.snapshot.policy.lock_wait, scope_.stop,
                                                   may_leak ? registry::LeakProof(proof) : registry::LeakProof{});
    const Instant waited_until = scope_.context.now();
    scope_.report.lock_waits.add(waited_until - queued_at);
    if (attempt.lock) {
        lock_ = std::move(attempt.lock);
        locked_at_ = waited_until;
        return std::nullopt;
    }
    if (scope_.stopping()) return Refusal{Outcome::skipped_changed, stopped};
    std::string reason = fmt::format("the failover lock {} is held by another client", path);
    if (attempt.holder) {
        reason += fmt::format(" ({}, client {}, session 0x{:x}, since {})", attempt.holder->node, attempt.holder->data,
                              static_cast<std::uint64_t>(attempt.holder->session_id), rfc3339(attempt.holder->since));
    }
    reason += fmt::format(" for longer than failover.lock_wait ({}): the host is left to the holder",
                          human(scope_.snapshot.policy.lock_wait));
    const bool named = attempt.holder && !attempt.holder->remedy.empty();
    scope_.report.holds.push_back(
        {Guard::lock_stuck,
         reason + "; " +
             (named ? attempt.holder->remedy : "if the lock is never released, restart the master that holds it")});
    return stuck_.try_emplace(path, Refusal{Outcome::skipped_lock, reason}).first->second;
}

std::optional<Refusal> HostTurn::fence() {
    const auto absence = scope_.snapshot.membership.absent.find(host_);
    if (!scope_.snapshot.registry.marker_directory || absence == scope_.snapshot.membership.absent.end() ||
        !absence->second.last_incarnation)
        return std::nullopt;
    // The value of an earlier fence again: in JDBC it may have been rolled back with its transaction.
    const Instant value = absence->second.fenced.value_or(scope_.context.now());
    switch (lock_->fence(*absence->second.last_incarnation, value)) {
        case registry::Fencing::fenced:
            ++scope_.report.fences;
            // Otherwise the next sweep would take the marker for a master's.
            if (const auto known = scope_.memory.membership.absent.find(host_);
                known != scope_.memory.membership.absent.end() && !known->second.fenced)
                known->second.fenced = value;
            return std::nullopt;
        case registry::Fencing::registered:
            return Refusal{Outcome::skipped_changed, "its master registered again since it was judged"};
        case registry::Fencing::lock_lost:
            break;
    }
    lock_.reset();
    return Refusal{Outcome::skipped_changed, "the failover lock was lost before the lost master was fenced"};
}

}  // namespace dsr::sweep
