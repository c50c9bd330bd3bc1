// SPDX-License-Identifier: Apache-2.0
// What a sweep saw and did: the only source for the log, the tables, --json, alerts and metrics.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
#include "model/control.hpp"
#include "model/durations.hpp"
#include "model/hold.hpp"
#include "model/ids.hpp"
#include "model/journal_entry.hpp"
#include "model/live_master.hpp"
#include "model/plan.hpp"
#include "model/queues.hpp"
#include "model/schema_facts.hpp"
#include "model/shadow_entry.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// Delivery counts of one alert channel since the process started.
struct ChannelCounts {
    std::string name;           ///< table, log, webhook, webhook:NAME, email
    std::uint64_t sent = 0;     ///< alerts that were delivered
    std::uint64_t failed = 0;   ///< failed attempts; the alert is tried again
    std::uint64_t dropped = 0;  ///< alerts given up: the queue was full, they were too old, or the process ended

    friend bool operator==(const ChannelCounts&, const ChannelCounts&) = default;
};

/// The outcome of one planned failover. The names are visible to users: never rename one.
enum class Outcome { recovered, would_recover, skipped_lock, skipped_changed, failed, unknown };

inline constexpr std::array<std::string_view, 6> outcome_names{"recovered",       "would_recover", "skipped_lock",
                                                               "skipped_changed", "failed",        "unknown"};
static_assert(base::names_each<Outcome>(outcome_names));
constexpr std::string_view name(Outcome outcome) {
    return outcome_names[static_cast<std::size_t>(outcome)];
}

/// The steps of a sweep, in order. The names are visible to users: never rename one.
enum class Step { observe, confirm, plan, apply, report };

inline constexpr std::array<std::string_view, 5> step_names{"observe", "confirm", "plan", "apply", "report"};
static_assert(base::names_each<Step>(step_names));

struct Action {
    WorkflowInstanceId id;
    MasterAddress from_host;
    Verdict verdict = Verdict::orphan;
    Outcome outcome = Outcome::would_recover;
    std::string reason;  ///< of a skip or a failure
};

struct MarkerCounts {
    std::uint64_t seen = 0;
    std::uint64_t removed = 0;
    std::uint64_t kept = 0;
    std::uint64_t malformed = 0;
};

/// A row that is neither owned nor acted upon and that an operator should know of; the first few.
struct Notice {
    WorkflowInstanceId id;
    std::optional<std::string> host;
    Judgement judgement;
};

/// A master that is missing from the registry, for display.
struct AbsentMaster {
    MasterAddress address;
    std::optional<Incarnation> incarnation;  ///< as last seen, when its heartbeat told it
    Instant since;                           ///< the first fresh view that missed it
    int views = 0;                           ///< fresh views that count
    bool owns_rows = false;                  ///< an unfinished row names it
    bool zombie = false;                     ///< tasks of its rows were written after the loss
    std::optional<Instant> grace_over_at;    ///< when its rows may be handed over if it stays away; if any waits
    bool witnessed = true;                   ///< it was seen registered before; otherwise it may be gone for longer
};

struct SweepReport {
    enum class Outcome { done, held, failed };
    static constexpr std::size_t kept_actions = 1000;
    static constexpr std::size_t kept_notices = 100;
    static constexpr std::size_t kept_receipts = 100;

    Outcome outcome = Outcome::done;
    std::string failure;  ///< a sentence, when failed
    bool dry_run = false;
    Instant started_at;
    Milliseconds duration{0};
    std::array<std::optional<std::chrono::microseconds>, step_names.size()> steps{};  ///< of completed steps
    std::vector<Hold> holds;
    bool interrupted = false;                ///< stopped before everything was seen or done
    bool all_masters_lost_once = false;      ///< held only until the next view; no alert is due yet
    std::optional<bool> registry_reached{};  ///< whether ZooKeeper answered; nothing when not asked
    /// Absent masters whose grace is over but that seem to run on, cut off from the registry.
    struct CutOff {
        std::uint64_t accepting = 0;     ///< their address accepts connections
        std::uint64_t with_session = 0;  ///< the database has an active session from it
        bool operator==(const CutOff&) const = default;
    } cut_off;
    std::optional<SchemaFacts> schema{};  ///< nothing when not read, or when it is unknown
    std::optional<LockLayout> layout{};   ///< of the masters' failover locks; nothing when not read
    std::vector<LiveMaster> masters;
    std::vector<AbsentMaster> absent_masters;  ///< ordered by address; empty when the view was not fresh
    VerdictCounts verdicts{};
    CountsByOwner owners{};                                      ///< of the same rows
    std::array<std::uint64_t, receipt_names.size()> receipts{};  ///< that arrived in this sweep, by kind
    std::vector<JournalEntry> receipts_to_tell;                  ///< the first few that are overdue or failed
    std::string canary;                                          ///< a sentence, while a canary is awaited
    std::string sweep;                                           ///< this sweep's name in the journal
    bool follows = false;                                        ///< another replica leads
    std::string leader;                                          ///< the leader's name, when another replica leads
    std::optional<ControlNote> pause;                            ///< the current pause
    std::optional<bool> leads;                                   ///< by the registry; nothing when not asked
    std::vector<ChannelCounts>
        channels;  ///< alerts sent so far; for a channel outside the cluster: passed to its sender
    std::vector<std::string> registry_remarks;  ///< what an operator should know of the registry, a sentence each
    std::string why_no_journal;                 ///< a sentence, when there is no journal
    std::string journal_missing_columns;  ///< a sentence, when the journal is of an older version: what is missing and
                                          ///< its effect
    std::string index_advice;             ///< a sentence, when an index on unfinished rows would help
    std::optional<std::uint64_t> journal_entries;  ///< number kept by the journal; nothing when not counted
    std::vector<Action> actions;                   ///< the first kept_actions
    std::uint64_t actions_total = 0;
    std::array<std::uint64_t, outcome_names.size()> outcomes{};
    std::vector<Notice> notices;                    ///< the first kept_notices
    std::vector<WorkflowInstanceId> need_person{};  ///< the first rows that a person must act upon
    std::uint64_t notices_total = 0;
    std::vector<ControlNote> ended_releases{};  ///< refused or expired in this sweep; the terms say why
    std::optional<QueueReport> queues;          ///< nothing when not read
    MarkerCounts markers;
    std::uint64_t beyond_limit = 0;                  ///< orphans left for the next sweep
    bool shadow = false;                             ///< failover.mode is shadow: only the journal was written
    std::uint64_t shadow_noted = 0;                  ///< losses first noted in this sweep
    std::vector<WorkflowInstanceId> shadow_first{};  ///< the first kept_notices of them
    std::set<MasterAddress> shadow_hosts;            ///< the hosts of those losses
    std::optional<ShadowScore> shadow_score;         ///< of all that the journal keeps; nothing outside shadow mode
    std::optional<Instant> look_again_at;            ///< when shadow mode can compare the losses noted now
    bool more_than_a_plan = false;  ///< because one plan is full, not because of failover.max_per_sweep
    std::optional<Instant> next_action_at;
    std::optional<std::uint64_t> unconfirmed;  ///< failovers without a final receipt; nothing when not read
    Durations loss_to_recovery;                ///< of each row handed over whose owner's loss time is known
    Durations loss_to_takeover;                ///< of each receipt `recovered`, likewise
    std::uint64_t fences = 0;                  ///< fences written in this sweep: each changes the list of masters
    Durations lock_waits;                      ///< for DolphinScheduler's failover lock, acquired or not
    std::vector<MasterAddress> lost_masters;   ///< addresses lost since the last view, and absent owners first seen now

    void add(Action action) {
        ++actions_total;
        ++outcomes[static_cast<std::size_t>(action.outcome)];
        if (actions.size() < kept_actions) actions.push_back(std::move(action));
    }
    [[nodiscard]] std::uint64_t count(model::Outcome outcome_of_action) const {
        return outcomes[static_cast<std::size_t>(outcome_of_action)];
    }
    [[nodiscard]] std::uint64_t count(Verdict verdict) const { return verdicts[static_cast<std::size_t>(verdict)]; }
    [[nodiscard]] const std::optional<std::chrono::microseconds>& took(Step step) const {
        return steps[static_cast<std::size_t>(step)];
    }
};

/// The names are visible to users: never rename one.
inline constexpr std::array<std::string_view, 3> sweep_outcome_names{"done", "held", "failed"};
static_assert(base::names_each<SweepReport::Outcome>(sweep_outcome_names));
constexpr std::string_view name(SweepReport::Outcome outcome) {
    return sweep_outcome_names[static_cast<std::size_t>(outcome)];
}

}  // namespace dsr::model
