// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/instance_states.hpp"
#include "plan/absence.hpp"
#include "plan/answered.hpp"
#include "plan/gates.hpp"
#include "plan/takeover_stamps.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Evidence of a living master that lasts longer is left to a person.
constexpr std::chrono::hours longest_zombie{1};

/// What the walk leaves behind for people; nothing when it is only the verdict that counts.
class Trail {
public:
    explicit Trail(std::vector<GateSeen>* gates) : gates_(gates) {}

    /// `say` makes the sentence, and is called only when somebody reads it.
    template <class Say>
    void pass(Gate gate, Say&& say) const {
        if (gates_ != nullptr) gates_->push_back({gate, true, say()});
    }
    [[nodiscard]] Judgement stop(Gate gate, Judgement judged) const {
        if (gates_ != nullptr) gates_->push_back({gate, false, judged.reason});
        return judged;
    }

private:
    std::vector<GateSeen>* gates_;
};

/// States that no failover of DolphinScheduler touches. Not FAILOVER itself, which is a claim.
bool parked_state(const SchemaFacts& schema, int code) {
    const auto taken = failover_states(schema.generation);
    return code != state::failover && std::find(taken.begin(), taken.end(), code) == taken.end();
}

Judgement judge_claimed(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    const Instant since = row.claimed_since.value_or(now);
    if (now - since < snapshot.policy.grace) {
        return {Verdict::waiting,
                fmt::format("claimed for failover, but no command names it, seen so for {} of {}", human(now - since),
                            human(snapshot.policy.grace)),
                since + snapshot.policy.grace};
    }
    return {
        Verdict::stranded,
        fmt::format("claimed for failover ({}), but no command names it: nothing in DolphinScheduler ever takes it up",
                    row.state == state::failover ? "state 18" : "host 'NULL'"),
        std::nullopt};
}

/// A person released the row: what could not be told is told by that.
Judgement released(const WorkflowInstance& row, const std::string& owner) {
    return {Verdict::orphan_earlier_incarnation,
            fmt::format("released by a person (release number {}): owned by {}", row.past.releases, owner),
            std::nullopt};
}

/// Who writes the tasks of an absent host's row, as far as the build lets us tell.
std::string task_writer(const Snapshot& snapshot) {
    return recovers_in_place(snapshot)
               ? "its master seems to live on, cut off from the registry, or another one took it over, for this build "
                 "leaves the dead host in the row"
               : "its master seems to live on, cut off from the registry";
}

/// A row whose host is registered: whose is it, this incarnation's or an earlier one's?
Judgement judge_registered(const WorkflowInstance& row, const LiveMaster& master, const Snapshot& snapshot,
                           Instant now) {
    if (!master.startup_time)
        return {Verdict::owned, "its host is registered; the heartbeat does not tell since when", std::nullopt};
    if (row.ownership.form != OwnershipTime::Form::known) {
        if (row.past.released) return released(row, "an earlier incarnation of its host, by a person's word");
        return {Verdict::ambiguous, "its host is registered, but the row carries no time to place it by", std::nullopt};
    }

    const bool second_generation = snapshot.schema.generation == Generation::workflow;
    const auto skew = second_generation ? snapshot.clock_skew : std::chrono::microseconds{0};
    const Instant startup = *master.startup_time;
    if (row.ownership.earliest - skew >= startup)
        return {Verdict::owned, "its host is registered and has owned it since " + rfc3339(row.ownership.earliest),
                std::nullopt};
    if (row.ownership.latest + skew >= startup) {
        if (row.past.released) return released(row, "an earlier incarnation of its host, by a person's word");
        return {
            Verdict::ambiguous,
            fmt::format("taken up between {} and {}, too close to the startup of its host at {} to tell which "
                        "incarnation owns it",
                        rfc3339(row.ownership.earliest - skew), rfc3339(row.ownership.latest + skew), rfc3339(startup)),
            std::nullopt};
    }
    const std::string earlier = fmt::format("owned since {} by an earlier incarnation of its host, which started at {}",
                                            rfc3339(row.ownership.latest), rfc3339(startup));
    if (!snapshot.zone_proven && !row.past.released) {
        return {
            Verdict::ambiguous,
            earlier + "; but no row was seen yet that proves database.time_zone (a start_time within 5 minutes of now)",
            std::nullopt};
    }
    if (second_generation) {
        const auto presence = snapshot.attendance.present.find(master.address);
        const bool seen = presence != snapshot.attendance.present.end();
        const Instant since = seen ? presence->second.since : now;
        const int views = seen ? presence->second.views : 1;
        if (now - since < snapshot.policy.grace || views < snapshot.policy.confirmations) {
            return {Verdict::waiting,
                    fmt::format("{}; its own start-up scan goes first: {} of {}, view {} of {}", earlier,
                                human(now - since), human(snapshot.policy.grace), views, snapshot.policy.confirmations),
                    due(since, views, snapshot.policy, now)};
        }
    }
    return {Verdict::orphan_earlier_incarnation, earlier, std::nullopt};
}

Judgement judge_absent(const WorkflowInstance& row, const MasterAddress& host, const Snapshot& snapshot, Instant now) {
    const auto entry = snapshot.attendance.absent.find(host);
    const bool noted = entry != snapshot.attendance.absent.end();
    Instant since = noted ? entry->second.since : now;
    const int views = noted ? entry->second.views : 1;
    // Whoever took the row up was alive then, registered or not (cut off, or back and gone between two views).
    if (row.ownership.form == OwnershipTime::Form::known) since = std::max(since, std::min(row.ownership.latest, now));
    const Policy& policy = snapshot.policy;
    // Only a living master writes task rows: one that is cut off from the registry, but not from the database.
    if (row.task_activity && *row.task_activity > since && !row.past.released) {
        const std::string seen = fmt::format("host {} absent for {}, but a task of it was submitted or ended at {}",
                                             host.text, human(now - since), rfc3339(*row.task_activity));
        if (*row.task_activity - since > longest_zombie)
            return {
                Verdict::ambiguous,
                fmt::format("{}: {}, for over an hour; see that no process runs it, then `ds-reconcilerd release {}`",
                            seen, task_writer(snapshot), row.id.value),
                std::nullopt};
        since = std::min(*row.task_activity, now);
        if (now - since < policy.grace) {
            return {Verdict::zombie,
                    fmt::format("{}: {}; the grace starts again, acts at {}", seen, task_writer(snapshot),
                                rfc3339(since + policy.grace)),
                    since + policy.grace};
        }
    }
    if (now - since >= policy.grace && views >= policy.confirmations) {
        return {Verdict::orphan,
                fmt::format("host {} absent for {}, in {} views", host.text, human(now - since), views), std::nullopt};
    }
    const Instant acts_at = due(since, views, policy, now);
    return {Verdict::waiting,
            fmt::format("host {} absent for {}, view {} of {}; acts after {}, at {}", host.text, human(now - since),
                        views, policy.confirmations, human(policy.grace), rfc3339(acts_at)),
            acts_at};
}

/// Why a row of a build that recovers in place is not handed over; nothing when it may be.
std::optional<std::string> kept_in_place(const WorkflowInstance& row, Verdict verdict, const Snapshot& snapshot) {
    if (row.past.released) return std::nullopt;
    if (!snapshot.journal_ready && !snapshot.journal_comes && snapshot.schema.may_recover_in_place())
        return "this build may recover a row and leave the dead host in it, and without a journal that cannot be told "
               "from an orphan";
    if (!recovers_in_place(snapshot)) return std::nullopt;
    if (verdict == Verdict::orphan_earlier_incarnation)
        return "its host is registered again, and this build leaves the dead host in a row that another master took "
               "over";
    return may_run_elsewhere(row, MasterAddress{*row.host}, snapshot);
}

/// How often the row was handed over: a workflow that kills its masters is not to kill them all.
std::optional<Judgement> quarantine(const WorkflowInstance& row, const Policy& policy) {
    const auto& past = row.past;
    if (past.attempts_in_a_day < policy.max_attempts && past.masters_lost < policy.max_attempts) return std::nullopt;
    return Judgement{
        Verdict::quarantined,
        fmt::format("handed over {} time(s) within 24 h, and {} master(s) went under it (failover.max_attempts is {}): "
                    "look whether it is what kills them, then `ds-reconcilerd release {}`",
                    past.attempts_in_a_day, past.masters_lost, policy.max_attempts, row.id.value),
        std::nullopt};
}

/// What would call for action is held back where acting could not help or could double.
Judgement tempered(Judgement judged, const WorkflowInstance& row, const Snapshot& snapshot, const Trail& trail) {
    const Policy& policy = snapshot.policy;
    if (auto quarantined = quarantine(row, policy)) return trail.stop(Gate::not_quarantined, *quarantined);
    trail.pass(Gate::not_quarantined, [&] {
        return fmt::format("handed over {} time(s) within 24 h, and {} master(s) went under it; {} are too many",
                           row.past.attempts_in_a_day, row.past.masters_lost, policy.max_attempts);
    });
    if (!row.definition_exists) {
        return trail.stop(Gate::definition_exists,
                          {Verdict::unrecoverable,
                           fmt::format("version {} of its definition {} is gone: a recovery command would only fail",
                                       row.definition_version, row.definition_code),
                           std::nullopt});
    }
    trail.pass(Gate::definition_exists, [&] {
        return fmt::format("version {} of its definition {} is there", row.definition_version, row.definition_code);
    });
    if (!claimed(row, snapshot.schema)) {  // nobody runs a row that bears a claim
        if (row.parent_failed_over && snapshot.schema.may_recover_in_place() && !row.past.released) {
            return trail.stop(Gate::parent_left_alone, {Verdict::superseded,
                                                        "a sub-workflow whose parent is handed over too: in this build "
                                                        "the parent starts a new one",
                                                        std::nullopt});
        }
        trail.pass(Gate::parent_left_alone, [&] {
            if (!row.is_sub_workflow) return "it is no sub-workflow";
            return row.parent_failed_over ? "its parent is handed over too, which does not matter here"
                                          : "a sub-workflow, judged like any other";
        });
        if (const auto kept = kept_in_place(row, judged.verdict, snapshot))
            return trail.stop(Gate::not_recovered_in_place,
                              {Verdict::ambiguous, judged.reason + "; but " + *kept, std::nullopt});
        trail.pass(Gate::not_recovered_in_place, [&] {
            if (row.past.released) return "released by a person";
            return recovers_in_place(snapshot) ? "no master can have taken it over meanwhile"
                                               : "a recovered row names its new master in this build";
        });
        const bool unreachable =
            calls_for_failover(judged.verdict) && row.unreachable_tries >= most_unreachable_tries && !row.past.released;
        if (unreachable) {
            return trail.stop(
                Gate::workers_reached,
                {Verdict::ambiguous,
                 fmt::format("{}; but a registered worker of its running tasks could not be reached {} times, so "
                             "whether they still run is not known",
                             judged.reason, row.unreachable_tries),
                 std::nullopt});
        }
        trail.pass(Gate::workers_reached, [&] {
            return fmt::format("a registered worker of its tasks was out of reach in {} sweep(s); {} are too many",
                               row.unreachable_tries, most_unreachable_tries);
        });
    }
    if (judged.verdict == Verdict::waiting) return trail.stop(Gate::grace_over, std::move(judged));
    trail.pass(Gate::grace_over, [&] { return judged.reason; });
    return judged;
}

}  // namespace

bool claimed(const WorkflowInstance& row, const SchemaFacts& schema) {
    return schema.generation == Generation::process ? row.host == claimed_host_text : row.state == state::failover;
}

namespace {

Judgement walk(const WorkflowInstance& row, const Snapshot& snapshot, Instant now, const Trail& trail) {
    const SchemaFacts& schema = snapshot.schema;
    if (!snapshot.registry.fresh)
        return trail.stop(Gate::registry_fresh, {Verdict::unknown, snapshot.registry.why_not_fresh, std::nullopt});
    trail.pass(Gate::registry_fresh, [&] {
        return fmt::format("the registry was seen whole at {}, with {} master(s)", rfc3339(snapshot.registry.taken_at),
                           snapshot.registry.masters.size());
    });
    if (!row.state) return trail.stop(Gate::state_known, {Verdict::unknown, "its state is NULL", std::nullopt});
    if (!known_unfinished_state(schema, *row.state))
        return trail.stop(
            Gate::state_known,
            {Verdict::unknown, fmt::format("state code {} is not known for this schema", *row.state), std::nullopt});
    trail.pass(Gate::state_known, [&] { return fmt::format("state {} is known, and not finished", *row.state); });
    if (!row.host || row.host->empty())
        return trail.stop(Gate::host_named,
                          {Verdict::unassigned, row.host ? "its host is empty" : "its host is NULL", std::nullopt});
    trail.pass(Gate::host_named, [&] { return "its host is " + *row.host; });
    if (row.command_pending) {
        const auto ours = answered(row, snapshot, now);
        if (ours && ours->verdict == Verdict::overdue) return trail.stop(Gate::no_command_pending, *ours);
        return trail.stop(Gate::no_command_pending,
                          {Verdict::pending,
                           ours && ours->verdict == Verdict::recovering ? ours->reason + "; its command waits"
                                                                        : "a command for it waits to be taken up",
                           std::nullopt});
    }
    trail.pass(Gate::no_command_pending, [] { return "no command for it waits"; });
    if (parked_state(schema, *row.state))
        return trail.stop(
            Gate::state_taken,
            {Verdict::parked, fmt::format("state {} is one that no failover touches", *row.state), std::nullopt});
    trail.pass(Gate::state_taken, [&] { return fmt::format("state {} is one that a failover takes", *row.state); });
    const bool claimed_too_long = claimed(row, schema) && row.claimed_since &&
                                  now - *row.claimed_since >= snapshot.policy.grace && now > *row.claimed_since;
    // A claim without a command that stays is stranded, whoever claimed it; but a repair is not repaired.
    const bool to_repair =
        claimed_too_long && !row.past.repaired && (!row.past.answer || row.past.answer->receipt != Receipt::failed);
    if (!to_repair) {
        const bool claimed_anew =
            claimed(row, schema) && row.past.answer && row.past.answer->receipt == Receipt::recovered;
        if (claimed_anew && claimed_too_long)
            return trail.stop(
                Gate::not_answered,
                {Verdict::ambiguous,
                 fmt::format("repaired at {} and taken up since, but claimed again, and no command names it; see "
                             "that no master runs it, then `ds-reconcilerd release {}`",
                             rfc3339(row.past.answer->at), row.id.value),
                 std::nullopt});
        if (const auto ours = claimed_anew ? std::nullopt : answered(row, snapshot, now))
            return trail.stop(Gate::not_answered, *ours);
        // A release speaks for what this run of the daemon remembers, too.
        if (row.handed_over && !row.past.released && !claimed_anew)
            return trail.stop(Gate::not_answered,
                              {Verdict::recovering,
                               "handed over at " + rfc3339(*row.handed_over) + " and not taken up yet", std::nullopt});
    }
    trail.pass(Gate::not_answered, [&] {
        return row.past.answer ? fmt::format("what was done for this loss at {} (journal entry {}) did not end it",
                                             rfc3339(row.past.answer->at), row.past.answer->number)
                               : std::string("this daemon did nothing yet for this loss");
    });
    if (claimed(row, schema)) return tempered(judge_claimed(row, snapshot, now), row, snapshot, trail);
    if (row.ownership.form == OwnershipTime::Form::unreadable && !row.past.released && row.host != claimed_host_text)
        return trail.stop(Gate::ownership_readable,
                          {Verdict::ambiguous, "its times cannot be read: '" + row.ownership.text + "'", std::nullopt});
    trail.pass(Gate::ownership_readable, [&]() -> std::string {
        if (row.ownership.form == OwnershipTime::Form::known) return "owned since " + rfc3339(row.ownership.latest);
        return row.ownership.form == OwnershipTime::Form::absent ? "it carries no time" : "released by a person";
    });
    if (row.host == claimed_host_text)
        return trail.stop(
            Gate::owner_gone,
            {Verdict::unassigned, "its host is the text 'NULL', which is no claim in this generation", std::nullopt});

    const MasterAddress host{*row.host};
    const auto& masters = snapshot.registry.masters;
    const auto live = std::lower_bound(
        masters.begin(), masters.end(), host,
        [](const LiveMaster& master, const MasterAddress& address) { return master.address < address; });
    const bool registered = live != masters.end() && live->address == host;
    auto judged = registered ? judge_registered(row, *live, snapshot, now) : judge_absent(row, host, snapshot, now);
    const bool would_act = calls_for_failover(judged.verdict) || judged.verdict == Verdict::waiting;
    if (!would_act) return trail.stop(Gate::owner_gone, std::move(judged));
    trail.pass(Gate::owner_gone, [&] { return judged.reason; });
    return tempered(std::move(judged), row, snapshot, trail);
}

}  // namespace

Judgement judge(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    return walk(row, snapshot, now, Trail(nullptr));
}

Reasoning gates(const WorkflowInstance& row, const Snapshot& snapshot, Instant now) {
    Reasoning reasoning;
    reasoning.judgement = walk(row, snapshot, now, Trail(&reasoning.gates));
    const bool owned = !claimed(row, snapshot.schema);
    const auto next = static_cast<std::size_t>(reasoning.gates.back().gate) + 1;  // a walk ends at a gate
    for (std::size_t i = next; i < gate_count; ++i) {
        const auto gate = static_cast<Gate>(i);
        const bool of_owners = gate == Gate::ownership_readable || gate == Gate::owner_gone ||
                               gate == Gate::parent_left_alone || gate == Gate::not_recovered_in_place ||
                               gate == Gate::workers_reached;
        if (owned || !of_owners) reasoning.gates.push_back({gate, std::nullopt, ""});
    }
    return reasoning;
}

}  // namespace dsr::plan
