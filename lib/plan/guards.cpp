// SPDX-License-Identifier: Apache-2.0
#include "plan/guards.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/cluster_proof.hpp"
#include "plan/earlier_bound.hpp"
#include "plan/mass_loss.hpp"

namespace dsr::plan {

using namespace model;

namespace {
constexpr std::chrono::minutes future_tolerance{5};
constexpr std::chrono::seconds min_stall{30};

/// Holds when a new row's time does not lie between the two sweeps that it appeared between.
std::optional<Hold> zone_contradicted(const Snapshot& snapshot) {
    const auto& doubt = snapshot.zone.doubt;
    if (!doubt) return std::nullopt;
    if (snapshot.control.clock_release && *snapshot.control.clock_release >= doubt->until) return std::nullopt;
    return Hold{
        Guard::clock,
        fmt::format(
            "workflow instance {} appeared between {} and {}, but its {} reads {} in database.time_zone: one of "
            "DolphinScheduler's servers writes in another zone, or a clock is wrong. The hold ends after three "
            "consecutive new rows that fit ({} so far), or with `ds-reconcilerd release clock --reason ...`",
            doubt->instance.value, rfc3339(doubt->from), rfc3339(doubt->until), name(doubt->column),
            rfc3339(doubt->reads), doubt->fitting)};
}
}  // namespace

std::optional<Hold> registry_not_fresh(const Snapshot& snapshot) {
    if (snapshot.registry.fresh) return std::nullopt;
    return Hold{Guard::registry_not_fresh, snapshot.registry.why_not_fresh};
}

std::optional<Hold> no_live_master(const Snapshot& snapshot) {
    if (!snapshot.registry.fresh || !snapshot.registry.masters.empty()) return std::nullopt;
    return Hold{Guard::no_live_master, "no master is registered, so no master can take up a workflow; start a master"};
}

std::optional<Hold> unknown_layout(const Snapshot& snapshot) {
    if (!snapshot.registry.fresh || !snapshot.layout_contradicted) return std::nullopt;
    return Hold{Guard::unknown_layout,
                "lock nodes exist where masters of this schema never create one, so it is unknown which lock excludes "
                "the masters; check which release of DolphinScheduler runs, then set registry.lock_layout"};
}

std::optional<Hold> clock(const Snapshot& snapshot, Instant now) {
    const auto most = snapshot.policy.clock_skew;
    if (snapshot.database_ahead && std::chrono::abs(*snapshot.database_ahead) > most) {
        return Hold{Guard::clock, fmt::format("the clocks of the database and of this machine differ by {}, more than "
                                              "guards.clock_skew ({}); correct the clocks; the next sweep checks again",
                                              human(std::chrono::abs(*snapshot.database_ahead)), human(most))};
    }
    if (const auto skew = proven_skew(snapshot.registry.masters); skew > most) {
        return Hold{Guard::clock, fmt::format("the clocks of a master and of the registry differ by {}, more than "
                                              "guards.clock_skew ({}); correct the clocks; the next sweep checks again",
                                              human(skew), human(most))};
    }
    if (auto hold = zone_contradicted(snapshot)) return hold;
    if (!snapshot.newest_start_time || *snapshot.newest_start_time <= now + future_tolerance) return std::nullopt;
    return Hold{
        Guard::clock,
        fmt::format("the newest workflow started at {}, {} in the future: database.time_zone does not match what "
                    "DolphinScheduler writes, or a clock is wrong; correct it; the next sweep checks again",
                    rfc3339(*snapshot.newest_start_time), human(*snapshot.newest_start_time - now))};
}

std::optional<Hold> disabled(const Snapshot& snapshot) {
    if (snapshot.policy.failover_enabled) return std::nullopt;
    return Hold{Guard::disabled,
                "failover.enabled is false: this daemon only observes; set it to true to enable failover"};
}

std::optional<Hold> paused(const Snapshot& snapshot, Instant now) {
    const auto& pause = snapshot.control.pause;
    if (!pause || (pause->until && *pause->until <= now)) return std::nullopt;
    return Hold{Guard::paused,
                fmt::format("paused by {} at {}{}: {}; to end the pause, run `ds-reconcilerd resume`", pause->who,
                            rfc3339(pause->at), pause->until ? " until " + rfc3339(*pause->until) : "", pause->why)};
}

std::optional<Hold> own_stall(const Snapshot& snapshot) {
    if (snapshot.clock_went_back)
        return Hold{Guard::own_stall,
                    "this machine's clock was set back since the last sweep: every grace starts again; the next sweep "
                    "continues"};
    // While no view is fresh, the registry guard holds instead.
    if (!snapshot.late_by || !snapshot.registry.fresh) return std::nullopt;
    return Hold{Guard::own_stall,
                fmt::format("the registry's last fresh view is {} older than expected (the registry was unreachable, "
                            "this process was suspended or got too little CPU time, or the clock was set forward): "
                            "every grace starts again; the next sweep continues",
                            human(*snapshot.late_by))};
}

std::optional<Hold> stalled(Instant began, Instant now, const Policy& policy) {
    // A step may wait for a lock, for workers and for statements.
    const auto longest = std::max<std::chrono::microseconds>(2 * policy.sweep_interval, min_stall) + policy.lock_wait +
                         policy.lock_hold + policy.kill_wait;
    if (now >= began && now - began <= longest) return std::nullopt;
    return Hold{
        Guard::own_stall,
        now < began
            ? std::string("this machine's clock was set back during a sweep: earlier observations may be outdated; the "
                          "next sweep checks again")
            : fmt::format(
                  "one step of this sweep took {} (the process was suspended or got too little CPU time, or the clock "
                  "was set forward): earlier observations may be outdated; the next sweep checks again",
                  human(now - began))};
}

std::optional<Hold> not_leader(const Snapshot& snapshot) {
    if (snapshot.leads) return std::nullopt;
    return Hold{Guard::not_leader,
                fmt::format("another replica leads{}: this replica observes, and takes over when the leader ends",
                            snapshot.leader.empty() ? "" : " (" + snapshot.leader + ")")};
}

std::optional<Hold> no_journal(const Snapshot& snapshot) {
    if (snapshot.journal_ready || snapshot.will_create_journal || !snapshot.policy.journal_required)
        return std::nullopt;
    return Hold{Guard::no_journal,
                snapshot.why_no_journal +
                    "; without a journal nothing is handed over, because a restart would forget what was done and "
                    "every grace; create it with `ds-reconcilerd init-db`, or set journal.required to false"};
}

std::optional<Hold> unproven_cluster(const Snapshot& snapshot) {
    const auto& cluster = snapshot.cluster;
    if (!snapshot.other_registry.empty()) return Hold{Guard::unproven_cluster, snapshot.other_registry};
    if (!snapshot.registry.fresh || !cluster || cluster->standing == ClusterStanding::proven) return std::nullopt;
    constexpr std::string_view release =
        "Check registry.connect, registry.namespace and database. If they are right, `ds-reconcilerd release cluster "
        "--reason ...` ends the hold at once";
    if (cluster->standing == ClusterStanding::disproved) {
        return Hold{
            Guard::unproven_cluster,
            fmt::format("this registry and this database do not belong to one cluster: {}. The hold ends when a "
                        "sweep finds only new workflows of registered masters. {}",
                        cluster->because, release)};
    }
    return Hold{Guard::unproven_cluster,
                fmt::format("nothing proves that this registry and this database belong to one cluster: none of the "
                            "newest {} workflow instances names a registered master and was taken up after its "
                            "startup{}. The hold ends when a registered master takes up a workflow. {}",
                            max_proving_rows, cluster->because.empty() ? "" : "; " + cluster->because, release)};
}

std::optional<Hold> database_went_back(const Snapshot& snapshot) {
    if (!snapshot.went_back) return std::nullopt;
    const WentBack& lost = *snapshot.went_back;
    constexpr std::size_t named_rows = 20;
    std::string rows;
    for (std::size_t i = 0; i < std::min(named_rows, lost.rows.size()); ++i)
        rows += (i == 0 ? "" : ", ") + std::to_string(lost.rows[i].value);
    if (lost.rows.size() > named_rows) rows += fmt::format(" and {} more", lost.rows.size() - named_rows);
    return Hold{
        Guard::database_went_back,
        fmt::format(
            "at {} the journal no longer contained {} of sweep {}, which the database had committed: the database "
            "failed over to a lagging standby or was restored, and later writes of masters may be lost too. {} Check "
            "that no master runs workflows of lost commits, then run `ds-reconcilerd release database --reason ...`",
            rfc3339(lost.seen_at), lost.entry == 0 ? "the entry" : fmt::format("entry {}", lost.entry), lost.sweep,
            rows.empty()
                ? "No workflow instance is known that this daemon handed over and the journal no longer contains."
                : "Handed over by this daemon and no longer in the journal: workflow instance(s) " + rows + ".")};
}

std::vector<Hold> holds(const Snapshot& snapshot, Instant now) {
    std::vector<Hold> standing;
    for (auto& hold :
         {not_leader(snapshot), registry_not_fresh(snapshot), no_live_master(snapshot), mass_loss(snapshot, now),
          paused(snapshot, now), own_stall(snapshot), clock(snapshot, now), unknown_layout(snapshot),
          no_journal(snapshot), disabled(snapshot), unproven_cluster(snapshot), database_went_back(snapshot)}) {
        if (hold) standing.push_back(*hold);
    }
    return standing;
}

}  // namespace dsr::plan
