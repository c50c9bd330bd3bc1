// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "model/instance_states.hpp"
#include "plan/answered.hpp"
#include "plan/history.hpp"
#include "plan/owner.hpp"
#include "plan/recovers_in_place.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// One row while it passes through the gates.
struct Case {
    const WorkflowInstance& row;
    const Snapshot& snapshot;
    Instant now;
    bool claim = false;  ///< the row carries the mark of a failover: it has no owner
    Judgement judged;    ///< the judgement so far; the gates after owner_gone may veto it
};

/// The judgement by which a gate stops the row; nothing when the row passes.
using Stop = std::optional<Judgement>;

Stop registry_fresh(Case& c) {
    if (c.snapshot.registry.fresh) return std::nullopt;
    return Judgement{Verdict::unknown, c.snapshot.registry.why_not_fresh, std::nullopt};
}

std::string describe_registry_fresh(const Case& c) {
    return fmt::format("the registry was read completely at {}, with {} master(s)",
                       rfc3339(c.snapshot.registry.taken_at), c.snapshot.registry.masters.size());
}

Stop state_known(Case& c) {
    if (!c.row.state) return Judgement{Verdict::unknown, "its state is NULL", std::nullopt};
    if (known_unfinished_state(c.snapshot.schema, *c.row.state)) return std::nullopt;
    return Judgement{Verdict::unknown, fmt::format("state code {} is not known for this schema", *c.row.state),
                     std::nullopt};
}

std::string describe_state_known(const Case& c) {
    return fmt::format("state {} is known and not final", *c.row.state);
}

Stop host_named(Case& c) {
    if (c.row.host && !c.row.host->empty()) return std::nullopt;
    return Judgement{Verdict::unassigned, c.row.host ? "its host is empty" : "its host is NULL", std::nullopt};
}

std::string describe_host_named(const Case& c) {
    if (c.claim && c.row.host == claimed_host_text)
        return "its host is the text 'NULL', by which a failover claimed it";
    return "its host is " + *c.row.host;
}

Stop no_command_pending(Case& c) {
    if (!c.row.command_pending) return std::nullopt;
    auto ours = answered(c.row, c.snapshot, c.now);
    if (ours && ours->verdict == Verdict::overdue) return ours;
    return Judgement{Verdict::pending,
                     ours && ours->verdict == Verdict::recovering
                         ? ours->reason + "; its command still waits"
                         : fmt::format("a command for it waits for a master; `status` reports it if it waits for {}",
                                       human(c.snapshot.policy.confirm_within)),
                     std::nullopt};
}

std::string describe_no_command_pending(const Case&) {
    return "no command for it waits";
}

/// Rows in states that no failover of DolphinScheduler handles are parked. FAILOVER itself is a claim.
Stop state_taken(Case& c) {
    const auto taken = failover_states(c.snapshot.schema.generation);
    if (c.row.state == state::failover || std::find(taken.begin(), taken.end(), *c.row.state) != taken.end())
        return std::nullopt;
    return Judgement{Verdict::parked, fmt::format("state {} is one that masters never fail over", *c.row.state),
                     std::nullopt};
}

std::string describe_state_taken(const Case& c) {
    return fmt::format("state {} is one that masters fail over", *c.row.state);
}

/// From this daemon's memory: the row was handed over, but the journal does not say so.
Stop handed_over_before(const Case& c) {
    const auto& handed_over = c.row.handed_over;
    // The same database failover may have lost the take-up, too.
    if (c.row.hand_over_lost)
        return Judgement{Verdict::ambiguous,
                         fmt::format("workflow instance {} was handed over{}, but the journal no longer contains that: "
                                     "the database lost the commit, and perhaps a later takeover; check that no master "
                                     "runs it, then run `ds-reconcilerd release {}`",
                                     c.row.id.value, handed_over ? " at " + rfc3339(*handed_over) : "", c.row.id.value),
                         std::nullopt};
    if (!handed_over) return std::nullopt;
    if (c.now - *handed_over >= c.snapshot.policy.confirm_within)
        return Judgement{
            Verdict::overdue,
            fmt::format("handed over at {} and not taken up within {}; check whether the masters fetch commands",
                        rfc3339(*handed_over), human(c.snapshot.policy.confirm_within)),
            std::nullopt};
    return Judgement{Verdict::recovering,
                     "handed over at " + rfc3339(*handed_over) + ", " + overdue_from(*handed_over, c.snapshot.policy),
                     std::nullopt};
}

Stop not_answered(Case& c) {
    const auto& history = c.row.history;
    const bool claimed_too_long = c.claim && c.row.claimed_since &&
                                  c.now - *c.row.claimed_since >= c.snapshot.policy.grace &&
                                  c.now > *c.row.claimed_since;
    // A claim that stays without a command is stranded, whatever claimed it; but a repair is not repaired again.
    if (claimed_too_long && !history.repaired && (!history.answer || history.answer->receipt != Receipt::failed))
        return std::nullopt;
    const bool claimed_anew = c.claim && history.answer && history.answer->receipt == Receipt::recovered;
    if (claimed_anew && claimed_too_long)
        return Judgement{Verdict::ambiguous,
                         fmt::format("repaired at {} and taken up since, then claimed again without a command; check "
                                     "that no master runs it, then run `ds-reconcilerd release {}`",
                                     rfc3339(history.answer->at), c.row.id.value),
                         std::nullopt};
    if (claimed_anew) return std::nullopt;
    if (auto ours = answered(c.row, c.snapshot, c.now)) return ours;
    // A release also covers earlier handovers in this daemon's memory.
    const auto until = waived(c.row, Gate::not_answered);
    return until && c.row.handed_over.value_or(*until) <= *until ? std::nullopt : handed_over_before(c);
}

std::string describe_not_answered(const Case& c) {
    if (const auto& answer = c.row.history.answer)
        return fmt::format("the recovery at {} (journal entry {}) did not end this loss", rfc3339(answer->at),
                           answer->number);
    if (c.claim) return "this daemon has done nothing about this claim";
    // What it did about an earlier owner, or before a release, does not count.
    return c.row.history.releases > 0 ? "this daemon has done nothing since its host took it up or it was released"
                                      : "this daemon has done nothing since its host took it up";
}

Stop ownership_readable(Case& c) {
    if (c.row.ownership.form != OwnershipTime::Form::unreadable || c.row.host == claimed_host_text ||
        waived(c.row, Gate::ownership_readable))
        return std::nullopt;
    return Judgement{Verdict::ambiguous, "its times cannot be parsed: '" + c.row.ownership.text + "'", std::nullopt};
}

std::string describe_ownership_readable(const Case& c) {
    if (c.row.ownership.form == OwnershipTime::Form::known) return "taken up at " + rfc3339(c.row.ownership.latest);
    return c.row.ownership.form == OwnershipTime::Form::absent ? "the row contains no time" : "released manually";
}

Stop owner_gone(Case& c) {
    if (c.row.host == claimed_host_text)
        return Judgement{Verdict::unassigned, "its host is the text 'NULL', which does not mark a claim in this schema",
                         std::nullopt};
    c.judged = judge_owner(c.row, c.snapshot, c.now);
    if (calls_for_failover(c.judged.verdict) || c.judged.verdict == Verdict::waiting) return std::nullopt;
    return c.judged;
}

/// Without the numbers of the judgement, which its reason has.
std::string describe_owner_gone(const Case& c) {
    const auto& masters = c.snapshot.registry.masters;
    const bool registered =
        std::ranges::any_of(masters, [&](const LiveMaster& master) { return master.address.text == *c.row.host; });
    return registered ? "its host was started again since" : "its host is not registered";
}

/// Stops a workflow that kills its masters. `history` does not count what came before a release.
Stop not_quarantined(Case& c) {
    const auto& history = c.row.history;
    const int max_attempts = c.snapshot.policy.max_attempts;
    if (history.attempts_in_a_day < max_attempts && history.masters_lost < max_attempts) return std::nullopt;
    return Judgement{
        Verdict::quarantined,
        fmt::format(
            "handed over {} time(s) within 24 h, and {} master(s) were lost while owning it (failover.max_attempts is "
            "{}): check whether it crashes them, then run `ds-reconcilerd release {}`",
            history.attempts_in_a_day, history.masters_lost, max_attempts, c.row.id.value),
        std::nullopt};
}

std::string describe_not_quarantined(const Case& c) {
    return fmt::format(
        "handed over {} time(s) within 24 h, and {} master(s) were lost while owning it; the limit is {}",
        c.row.history.attempts_in_a_day, c.row.history.masters_lost, c.snapshot.policy.max_attempts);
}

Stop definition_exists(Case& c) {
    if (c.row.definition_exists) return std::nullopt;
    return Judgement{Verdict::unrecoverable,
                     fmt::format("version {} of its definition {} no longer exists: a recovery command would fail",
                                 c.row.definition_version, c.row.definition_code),
                     std::nullopt};
}

std::string describe_definition_exists(const Case& c) {
    return fmt::format("version {} of its definition {} exists", c.row.definition_version, c.row.definition_code);
}

Stop parent_left_alone(Case& c) {
    if (!c.row.parent || !c.snapshot.schema.may_recover_in_place()) return std::nullopt;
    const ParentState& parent = *c.row.parent;
    // The operator did not see later changes, and a wait that ends by itself is never waived.
    const auto until = waived(c.row, Gate::parent_left_alone);
    const bool restart_seen =
        until && (!parent.restarted_at || *parent.restarted_at <= *until - c.snapshot.policy.clock_skew);
    if ((parent.restarted_at || parent.verdict == Verdict::superseded) && !restart_seen)
        return Judgement{Verdict::superseded,
                         fmt::format("a sub-workflow of instance {}, which was recovered since: in this build the "
                                     "parent starts a new sub-workflow",
                                     parent.id.value),
                         std::nullopt};
    switch (parent.verdict) {
        case Verdict::owned:
            return std::nullopt;
        case Verdict::waiting:
        case Verdict::orphan:
        case Verdict::orphan_earlier_incarnation:
        case Verdict::stranded:
        case Verdict::pending:
        case Verdict::recovering:
        case Verdict::zombie:
            return Judgement{Verdict::waiting,
                             fmt::format("a sub-workflow of instance {}, which is {}: the parent is handled first, "
                                         "because in this build a recovered parent starts a new sub-workflow",
                                         parent.id.value, name(parent.verdict)),
                             parent.acts_at};
        default:
            if (until) return std::nullopt;
            return Judgement{Verdict::ambiguous,
                             fmt::format("a sub-workflow of instance {}, which is {}: resolve the parent first, "
                                         "because in this build a recovered parent starts a new sub-workflow",
                                         parent.id.value, name(parent.verdict)),
                             std::nullopt};
    }
}

std::string describe_parent_left_alone(const Case& c) {
    if (!c.row.is_sub_workflow) return "it is not a sub-workflow";
    if (!c.row.parent) return "a sub-workflow whose parent has finished or is unknown";
    return fmt::format("a sub-workflow of instance {}, which is {}", c.row.parent->id.value,
                       name(c.row.parent->verdict));
}

Stop not_recovered_in_place(Case& c) {
    const auto kept = kept_in_place(c.row, c.judged.verdict, c.snapshot);
    if (!kept) return std::nullopt;
    return Judgement{Verdict::ambiguous, c.judged.reason + "; but " + *kept, std::nullopt};
}

std::string describe_not_recovered_in_place(const Case& c) {
    if (waived(c.row, Gate::not_recovered_in_place)) return "released manually";
    return recovers_in_place(c.snapshot)
               ? "no master can have taken it over meanwhile"
               : "no other master took it over: in this version of DolphinScheduler the row would name that one";
}

Stop workers_reached(Case& c) {
    if (!calls_for_failover(c.judged.verdict) || c.row.unreachable_tries < max_unreachable_tries ||
        waived(c.row, Gate::workers_reached))
        return std::nullopt;
    return Judgement{Verdict::ambiguous,
                     fmt::format("{}; but a registered worker of its running tasks could not be reached {} times, so "
                                 "it is unknown whether they still run",
                                 c.judged.reason, c.row.unreachable_tries),
                     std::nullopt};
}

std::string describe_workers_reached(const Case& c) {
    return fmt::format("a registered worker of its tasks was unreachable in {} sweep(s); the limit is {}",
                       c.row.unreachable_tries, max_unreachable_tries);
}

/// A user requested STOP or PAUSE; a build that drops the request would continue the workflow.
Stop stop_kept(Case& c) {
    const bool ending = c.row.state == state::ready_stop || c.row.state == state::ready_pause;
    const bool acts = calls_for_failover(c.judged.verdict) || c.judged.verdict == Verdict::stranded;
    if (!ending || !acts || !c.snapshot.schema.forgets_stops() ||
        c.snapshot.policy.stopped_rows == StoppedRows::recover || waived(c.row, Gate::stop_kept))
        return std::nullopt;
    const bool stop = c.row.state == state::ready_stop;
    return Judgement{
        Verdict::ambiguous,
        fmt::format("{}; but it was being {} (state {}), and a master of this build would continue it "
                    "(failover.stopped_rows is hold). To end it, check that no process of it runs and set its state to "
                    "{} in the database; to continue it, run `ds-reconcilerd release {}`",
                    c.judged.reason, stop ? "stopped" : "paused", *c.row.state, stop ? 5 : 3, c.row.id.value),
        std::nullopt};
}

std::string describe_stop_kept(const Case& c) {
    if (c.row.state != state::ready_stop && c.row.state != state::ready_pause)
        return "it is not being stopped or paused";
    if (!c.snapshot.schema.forgets_stops()) return "a master of this build completes the stop or pause";
    return c.snapshot.policy.stopped_rows == StoppedRows::recover
               ? "failover.stopped_rows is recover"
               : "nothing is handed over yet, or it was released manually";
}

Stop grace_over(Case& c) {
    return c.judged.verdict == Verdict::waiting ? Stop(c.judged) : std::nullopt;
}

std::string describe_grace_over(const Case& c) {
    return fmt::format("the grace of {} is over", human(c.snapshot.policy.grace));
}

struct GateRule {
    Gate gate = Gate::registry_fresh;
    Stop (*stops)(Case&) = nullptr;
    std::string (*describe)(const Case&) = nullptr;  ///< the finding of a row that passes
    bool of_owners = false;                          ///< not evaluated for a claimed row
};

/// The gates in the order of enum Gate. The first that stops the row gives its judgement.
constexpr std::array<GateRule, gate_count> rules{{
    {Gate::registry_fresh, registry_fresh, describe_registry_fresh},
    {Gate::state_known, state_known, describe_state_known},
    {Gate::host_named, host_named, describe_host_named},
    {Gate::no_command_pending, no_command_pending, describe_no_command_pending},
    {Gate::state_taken, state_taken, describe_state_taken},
    {Gate::not_answered, not_answered, describe_not_answered},
    {Gate::ownership_readable, ownership_readable, describe_ownership_readable, true},
    {Gate::owner_gone, owner_gone, describe_owner_gone, true},
    {Gate::not_quarantined, not_quarantined, describe_not_quarantined},
    {Gate::definition_exists, definition_exists, describe_definition_exists},
    {Gate::parent_left_alone, parent_left_alone, describe_parent_left_alone, true},
    {Gate::not_recovered_in_place, not_recovered_in_place, describe_not_recovered_in_place, true},
    {Gate::workers_reached, workers_reached, describe_workers_reached, true},
    {Gate::stop_kept, stop_kept, describe_stop_kept},
    {Gate::grace_over, grace_over, describe_grace_over},
}};

static_assert([] {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (rules[i].gate != static_cast<Gate>(i)) return false;
    }
    return true;
}());

Case begin(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    const bool claim = claimed(row, snapshot.schema);
    return {row, snapshot, now, claim, claim ? judge_claimed(row, snapshot, now) : Judgement{}};
}

}  // namespace

Judgement judge(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    Case c = begin(row, snapshot, now);
    for (const auto& rule : rules) {
        if (c.claim && rule.of_owners) continue;
        if (auto stop = rule.stops(c)) return *std::move(stop);
    }
    return std::move(c.judged);
}

Reasoning gates(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    Case c = begin(row, snapshot, now);
    Reasoning reasoning;
    std::optional<Judgement> stopped;
    for (const auto& rule : rules) {
        if (c.claim && rule.of_owners) continue;
        if (stopped) {
            reasoning.gates.push_back({rule.gate, std::nullopt, ""});
            continue;
        }
        stopped = rule.stops(c);
        if (stopped) {
            reasoning.gates.push_back({rule.gate, false, stopped->reason});
        } else {
            reasoning.gates.push_back({rule.gate, true, rule.describe(c)});
        }
    }
    reasoning.judgement = stopped ? *std::move(stopped) : std::move(c.judged);
    return reasoning;
}

}  // namespace dsr::plan
