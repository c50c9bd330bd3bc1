// SPDX-License-Identifier: Apache-2.0
#include "plan/owner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/earlier_bound.hpp"
#include "plan/history.hpp"
#include "plan/living_session.hpp"
#include "plan/membership.hpp"
#include "plan/recovers_in_place.hpp"
#include "plan/zone_proof.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Evidence of a living master that lasts longer requires an operator.
constexpr std::chrono::hours max_zombie_time{1};

/// An operator released the row, which settles the question of ownership.
Judgement released() {
    return {Verdict::orphan_earlier_incarnation,
            "released manually: treated as owned by an earlier incarnation of its host", std::nullopt};
}

/// Who writes the tasks of an absent host's row, as far as the build shows it.
std::string task_writer(const Snapshot& snapshot) {
    return recovers_in_place(snapshot) ? "its master seems to be running, cut off from the registry, or another master "
                                         "took it over (this build leaves the lost host in the row)"
                                       : "its master seems to be running, cut off from the registry";
}

/// First generation: waits for the grace after a change of state since `startup`. Such a change is no take-up, but its
/// writer may still act on the row. Nothing when there is no such change, or the grace is over.
std::optional<Judgement> changed_since(const WorkflowInstance& row, Instant startup, const Policy& policy,
                                       Instant now) {
    const auto& changed = row.ownership.changed;
    const auto until = waived(row, Gate::owner_gone);
    if (!changed || *changed < startup || (until && *changed <= *until)) return std::nullopt;
    const Instant acts_at = std::min(*changed, now) + policy.grace;
    if (now >= acts_at) return std::nullopt;
    return Judgement{Verdict::waiting,
                     fmt::format("its state_history was written at {} (STOP, PAUSE, a parent workflow): the grace "
                                 "starts at that time; due at {}",
                                 rfc3339(*changed), rfc3339(acts_at)),
                     acts_at};
}

/// Since when the master is registered, as far as the registry tells.
std::string registration(const LiveMaster& master) {
    if (!master.registered_after) return " (registered at " + rfc3339(master.registered_at) + ")";
    if (*master.registered_after == Instant{}) return " (registered before this daemon's first look)";
    return " (registered after " + rfc3339(*master.registered_after) + ")";
}

/// Whether a row whose host is registered belongs to this incarnation or to an earlier one.
Judgement judge_registered(const WorkflowInstance& row, const LiveMaster& master, const Snapshot& snapshot,
                           Instant now) {
    if (!master.startup_time)
        return {Verdict::owned, "its host is registered; its heartbeat contains no startup time", std::nullopt};
    const bool by_release = waived(row, Gate::owner_gone).has_value();
    if (row.ownership.form != OwnershipTime::Form::known) {
        if (by_release) return released();
        return {Verdict::ambiguous, "its host is registered, but the row contains no time to compare with its startup",
                std::nullopt};
    }

    const auto skew = snapshot.clock_skew;
    const Instant startup = *master.startup_time;
    const auto presence = snapshot.membership.present.find(master.address);
    const bool seen = presence != snapshot.membership.present.end();
    const Instant bound = earlier_bound(master, seen ? &presence->second : nullptr, skew);
    if (row.ownership.earliest - skew >= startup)
        return {Verdict::owned, "its host is registered and has owned it since " + rfc3339(row.ownership.earliest),
                std::nullopt};
    if (row.ownership.latest + skew >= bound) {
        if (by_release) return released();
        return {Verdict::ambiguous,
                fmt::format("taken up between {} and {}, too close to the startup of its host at {}{} to tell which "
                            "incarnation owns it",
                            rfc3339(row.ownership.earliest - skew), rfc3339(row.ownership.latest + skew),
                            rfc3339(startup), bound == startup ? "" : registration(master)),
                std::nullopt};
    }
    const std::string earlier = fmt::format("owned since {} by an earlier incarnation of its host, which started at {}",
                                            rfc3339(row.ownership.latest), rfc3339(startup));
    if (!earlier_in_any_zone(row.ownership.latest + skew, bound) && !zone_proven(master, snapshot.zone) &&
        !by_release) {
        return {Verdict::ambiguous,
                fmt::format("{}; but nothing that this incarnation wrote proves database.time_zone yet: this ends when "
                            "a workflow starts there, or with `ds-reconcilerd release {}`",
                            earlier, row.id.value),
                std::nullopt};
    }
    if (snapshot.schema.generation == Generation::process) {
        if (auto changed = changed_since(row, bound - skew, snapshot.policy, now))
            return {Verdict::waiting, earlier + "; " + changed->reason, changed->acts_at};
    } else {
        const Instant since = seen ? presence->second.since : now;
        const int views = seen ? presence->second.views : 1;
        if (now - since < snapshot.policy.grace || views < snapshot.policy.confirmations) {
            return {
                Verdict::waiting,
                fmt::format("{}; its own startup scan comes first: {} of {} elapsed (seen in {} view(s), {} required)",
                            earlier, human(now - since), human(snapshot.policy.grace), views,
                            snapshot.policy.confirmations),
                due(since, views, snapshot.policy, now)};
        }
    }
    return {Verdict::orphan_earlier_incarnation, earlier, std::nullopt};
}

/// The address of an absent master accepts connections, and this registry does not make masters stop that are cut off.
Judgement answers(const WorkflowInstance& row, const MasterAddress& host, std::chrono::microseconds absent) {
    return {Verdict::zombie,
            fmt::format("host {} absent for {}, but {} accepts connections: its master seems to be running, cut off "
                        "from the registry, and it does not stop by itself. Connect it to the registry again or stop "
                        "it; if another program listens there, `ds-reconcilerd release {}`",
                        host.text, human(absent), host.text, row.id.value),
            std::nullopt};
}

/// The same by a database session from its host.
Judgement works(const WorkflowInstance& row, const MasterAddress& host, const DatabaseSession& session,
                const Policy& policy, std::chrono::microseconds absent) {
    const std::string application =
        session.application.empty() ? "" : fmt::format(", application '{}'", session.application);
    return {Verdict::zombie,
            fmt::format("host {} absent for {}, but the database has an active session from its address ({}, session "
                        "{}{}, last active {} ago): its master seems to be running, cut off from the registry, and it "
                        "does not stop by itself. Connect it to the registry again or stop it; a session that nobody "
                        "uses any more counts for {}; if another program has it, `ds-reconcilerd release {}`",
                        host.text, human(absent), session.client, session.id, application, human(session.idle),
                        human(session_counts_for(policy)), row.id.value),
            std::nullopt};
}

Judgement judge_absent(const WorkflowInstance& row, const MasterAddress& host, const Snapshot& snapshot, Instant now) {
    const auto entry = snapshot.membership.absent.find(host);
    const bool noted = entry != snapshot.membership.absent.end();
    Instant since = noted ? entry->second.since : now;
    const int views = noted ? entry->second.views : 1;
    // The master that took the row up was alive then, registered or not (cut off, or back and gone between two views).
    if (const auto change = row.ownership.last_change()) since = std::max(since, std::min(*change, now));
    const Policy& policy = snapshot.policy;
    // Only a living master writes task rows: it may be cut off from the registry but not from the database. A release
    // covers earlier writes.
    const auto until = waived(row, Gate::owner_gone);
    if (row.task_activity && *row.task_activity > since && !(until && *row.task_activity <= *until)) {
        const std::string seen =
            fmt::format("host {} absent for {}, but a task of this workflow was submitted or ended at {}", host.text,
                        human(now - since), rfc3339(*row.task_activity));
        if (*row.task_activity - since > max_zombie_time)
            return {Verdict::ambiguous,
                    fmt::format(
                        "{}: {}, for over an hour; check that no process runs it, then run `ds-reconcilerd release {}`",
                        seen, task_writer(snapshot), row.id.value),
                    std::nullopt};
        since = std::min(*row.task_activity, now);
        if (now - since < policy.grace) {
            return {Verdict::zombie,
                    fmt::format("{}: {}; the grace starts again, due at {}", seen, task_writer(snapshot),
                                rfc3339(since + policy.grace)),
                    since + policy.grace};
        }
    }
    if (now - since >= policy.grace && views >= policy.confirmations) {
        if (snapshot.answering.contains(host) && !until) return answers(row, host, now - since);
        if (const auto session = snapshot.sessions.find(host); session != snapshot.sessions.end() && !until)
            return works(row, host, session->second, policy, now - since);
        return {Verdict::orphan,
                fmt::format("host {} absent for {} (missing in {} view(s))", host.text, human(now - since), views),
                std::nullopt};
    }
    const Instant acts_at = due(since, views, policy, now);
    return {Verdict::waiting,
            fmt::format("host {} absent for {} (missing in {} view(s), {} required); due after {}, at {}", host.text,
                        human(now - since), views, policy.confirmations, human(policy.grace), rfc3339(acts_at)),
            acts_at};
}

}  // namespace

bool claimed(const WorkflowInstance& row, const SchemaFacts& schema) {
    return schema.generation == Generation::process ? row.host == claimed_host_text : row.state == state::failover;
}

Judgement judge_claimed(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    const Instant since = row.claimed_since.value_or(now);
    if (now - since < snapshot.policy.grace) {
        return {Verdict::waiting,
                fmt::format("claimed for failover without a command, observed for {} of {}", human(now - since),
                            human(snapshot.policy.grace)),
                since + snapshot.policy.grace};
    }
    return {Verdict::stranded,
            fmt::format("claimed for failover ({}) without a command: DolphinScheduler never takes it up",
                        row.state == state::failover ? "state 18" : "host 'NULL'"),
            std::nullopt};
}

Judgement judge_owner(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    const MasterAddress host{*row.host};
    const auto& masters = snapshot.registry.masters;
    const auto live = std::lower_bound(
        masters.begin(), masters.end(), host,
        [](const LiveMaster& master, const MasterAddress& address) { return master.address < address; });
    const bool registered = live != masters.end() && live->address == host;
    return registered ? judge_registered(row, *live, snapshot, now) : judge_absent(row, host, snapshot, now);
}

}  // namespace dsr::plan
