// SPDX-License-Identifier: Apache-2.0
#include "sweep/host_turn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "plan/leak_proof.hpp"
#include "plan/takeover_stamps.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"
#include "sweep/failover_limits.hpp"

namespace dsr::sweep {

using namespace model;

namespace {
constexpr std::chrono::seconds min_stall{30};
constexpr const char* new_marker_of_host =
    "a failover marker of its host was written since it was judged: a master may have taken its rows over";

struct ByName {
    bool operator()(const FailoverMarker& marker, const std::string& name) const { return marker.name < name; }
    bool operator()(const std::string& name, const FailoverMarker& marker) const { return name < marker.name; }
};
}  // namespace

std::optional<Refusal> lost_leadership(registry::Registry& registry) {
    const auto line = registry.lead();
    if (line.leads) return std::nullopt;
    return Refusal{Outcome::skipped_changed,
                   "another replica leads now" + (line.leader.empty() ? "" : " (" + line.leader + ")")};
}

std::optional<Hold> stalled(Instant began, Instant now, const Policy& policy) {
    // A step may wait for a lock, for workers and for statements.
    const auto longest = std::max<std::chrono::microseconds>(2 * policy.sweep_interval, min_stall) + policy.lock_wait +
                         policy.lock_hold + policy.kill_wait;
    if (now >= began && now - began <= longest) return std::nullopt;
    return Hold{Guard::own_stall,
                now < began ? std::string("this machine's clock was set back in the middle of a sweep: what was seen "
                                          "before may be old; the next sweep looks again")
                            : fmt::format("one step of this sweep took {} (the process was suspended or starved, or "
                                          "the clock was set forward): what was seen before may be old; the next "
                                          "sweep looks again",
                                          human(now - began))};
}

HostTurn::HostTurn(const SweepContext& context, const MasterAddress& host, const Snapshot& snapshot, Memory& memory,
                   StuckLocks& stuck, SweepReport& report, std::stop_token stop)
    : context_(context),
      host_(host),
      snapshot_(snapshot),
      memory_(memory),
      stuck_(stuck),
      report_(report),
      stop_(std::move(stop)),
      last_step_(context.now()) {}

std::optional<Refusal> HostTurn::enter() {
    if (stop_.stop_requested()) return Refusal{Outcome::skipped_changed, stopped};
    if (auto refusal = release_if_not_leader()) return refusal;
    if (auto short_session = session_too_short(context_.registry)) return Refusal{Outcome::failed, *short_session};
    const bool held_too_long = lock_ && context_.now() - locked_at_ >= snapshot_.policy.lock_hold;
    if (lock_ && !held_too_long && lock_->still_held()) return registration_changed();
    lock_.reset();
    if (auto refusal = acquire()) return refusal;
    if (auto refusal = changed_since_plan()) return refusal;
    return fence();
}

store::FailoverLimits HostTurn::limits() {
    return failover_limits(context_.registry, snapshot_.policy, context_.now() - locked_at_);
}

std::optional<Refusal> HostTurn::release_if_not_leader() {
    const Instant now = context_.now();
    if (auto hold = stalled(last_step_, now, snapshot_.policy)) {
        report_.holds.push_back(*hold);
        lock_.reset();
        return Refusal{Outcome::skipped_changed, hold->reason};
    }
    last_step_ = now;
    auto refusal = lost_leadership(context_.registry);
    if (refusal) lock_.reset();
    return refusal;
}

std::optional<Refusal> HostTurn::acquire() {
    if (auto refusal = no_address()) return refusal;
    const auto path = registry::lock_path(snapshot_.layout, host_);
    if (const auto known = stuck_.find(path); known != stuck_.end()) return known->second;
    const auto& markers = snapshot_.registry.markers;
    const auto absence = snapshot_.membership.absent.find(host_);
    const bool may_leak = snapshot_.registry.marker_directory && snapshot_.layout == LockLayout::per_address &&
                          absence != snapshot_.membership.absent.end() && absence->second.last_incarnation;
    const auto proof = [&](const registry::LockHolder& holder) {
        return plan::leaked(holder.node, holder.created_in, *absence->second.last_incarnation, markers);
    };
    const Instant queued_at = context_.now();
    auto attempt = context_.registry.acquire(path, snapshot_.policy.lock_wait, stop_,
                                             may_leak ? registry::LeakProof(proof) : registry::LeakProof{});
    const Instant waited_until = context_.now();
    report_.lock_waits.add(waited_until - queued_at);
    if (attempt.lock) {
        lock_ = std::move(attempt.lock);
        locked_at_ = waited_until;
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
    return stuck_.try_emplace(path, Refusal{Outcome::skipped_lock, reason}).first->second;
}

std::optional<Refusal> HostTurn::no_address() const {
    if (registry::is_node_name(host_.text)) return std::nullopt;
    return Refusal{Outcome::failed, "'" + host_.text + "' cannot be the address of a master; correct the row's host"};
}

std::optional<Refusal> HostTurn::changed_since_plan() {
    if (auto refusal = registration_changed()) return refusal;
    const auto changed = plan::recovers_in_place(snapshot_) ? marker_since_plan() : std::string{};
    if (changed.empty()) return std::nullopt;
    return Refusal{Outcome::skipped_changed, changed};
}

std::optional<Refusal> HostTurn::registration_changed() {
    if (auto refusal = no_address()) return refusal;
    auto changed = other_registration();
    if (changed.empty()) changed = new_marker();
    if (changed.empty()) return std::nullopt;
    return Refusal{Outcome::skipped_changed, changed};
}

std::string HostTurn::other_registration() {
    const auto now_there = context_.registry.registered(host_);
    const auto& masters = snapshot_.registry.masters;
    const auto then =
        std::find_if(masters.begin(), masters.end(), [&](const LiveMaster& master) { return master.address == host_; });
    if (now_there.has_value() != (then != masters.end()))
        return now_there ? "its master registered again since it was judged" : "its master went since it was judged";
    if (now_there && (now_there->startup_time != then->startup_time || now_there->process_id != then->process_id ||
                      now_there->session_id != then->session_id))
        return "another incarnation of its master registered since it was judged";
    if (context_.registry.live_master_count() == 0) return "the last living master went since it was judged";
    return {};
}

std::string HostTurn::new_marker() {
    if (snapshot_.schema.generation != Generation::workflow) return {};
    const auto names = context_.registry.marker_names();
    const auto& seen = snapshot_.registry;
    if (names.has_value() != seen.marker_directory) return "the directory of failover markers came or went since";
    if (!names) return {};
    const auto absence = memory_.membership.absent.find(host_);
    const bool fenced = absence != memory_.membership.absent.end() && absence->second.fenced &&
                        absence->second.last_incarnation.has_value();
    const auto own = fenced ? registry::marker_name(*absence->second.last_incarnation) : std::string{};
    const auto known = [&](const std::string& name) {
        return std::binary_search(seen.markers.begin(), seen.markers.end(), name, ByName{});
    };
    const bool any = std::any_of(names->begin(), names->end(), [&](const std::string& name) {
        const auto parsed = registry::parse_marker_name(name);
        return (!parsed || parsed->address == host_.text) && name != own && !known(name);
    });
    return any ? new_marker_of_host : std::string{};
}

std::string HostTurn::marker_since_plan() {
    const auto view = context_.registry.observe();
    if (!view.fresh) return view.why_not_fresh;
    const auto of_host = [&](const RegistryView& of) {
        std::vector<FailoverMarker> markers;
        std::copy_if(of.markers.begin(), of.markers.end(), std::back_inserter(markers),
                     [&](const FailoverMarker& marker) { return !marker.name_parsed || marker.address == host_.text; });
        // Our own fence of this turn is not evidence of a master.
        const auto absence = memory_.membership.absent.find(host_);
        if (absence != memory_.membership.absent.end() && absence->second.fenced) {
            std::erase_if(markers, [&](const FailoverMarker& marker) {
                return marker.value_time && epoch_ms(*marker.value_time) == epoch_ms(*absence->second.fenced);
            });
        }
        return markers;
    };
    if (of_host(view) == of_host(snapshot_.registry) && view.marker_directory == snapshot_.registry.marker_directory)
        return {};
    return new_marker_of_host;
}

std::optional<Refusal> HostTurn::fence() {
    const auto absence = snapshot_.membership.absent.find(host_);
    if (!snapshot_.registry.marker_directory || absence == snapshot_.membership.absent.end() ||
        !absence->second.last_incarnation)
        return std::nullopt;
    const Instant value = context_.now();
    switch (lock_->fence(*absence->second.last_incarnation, value)) {
        case registry::Fencing::fenced:
            ++report_.fences;
            // Otherwise the next sweep would take the marker for a master's.
            if (const auto known = memory_.membership.absent.find(host_);
                known != memory_.membership.absent.end() && !known->second.fenced)
                known->second.fenced = value;
            return std::nullopt;
        case registry::Fencing::registered:
            return Refusal{Outcome::skipped_changed, "its master registered again since it was judged"};
        case registry::Fencing::lock_lost:
            break;
    }
    lock_.reset();
    return Refusal{Outcome::skipped_changed, "the failover lock was lost before the dead master could be fenced"};
}

}  // namespace dsr::sweep
