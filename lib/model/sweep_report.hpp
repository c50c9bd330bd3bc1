// SPDX-License-Identifier: Apache-2.0
// What a sweep saw and did: the one source for the log, the tables, --json, alerts and metrics.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/channel_counts.hpp"
#include "model/control.hpp"
#include "model/durations.hpp"
#include "model/hold.hpp"
#include "model/ids.hpp"
#include "model/journal_entry.hpp"
#include "model/live_master.hpp"
#include "model/plan.hpp"
#include "model/queues.hpp"
#include "model/shadow_entry.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// What became of one planned failover. The names are seen: never rename one.
enum class Outcome { recovered, would_recover, skipped_lock, skipped_changed, failed, unknown };

inline constexpr std::array<std::string_view, 6> outcome_names{"recovered",       "would_recover", "skipped_lock",
                                                               "skipped_changed", "failed",        "unknown"};
constexpr std::string_view name(Outcome outcome) {
    return outcome_names[static_cast<std::size_t>(outcome)];
}

/// The steps of a sweep, in their order. The names are seen: never rename one.
enum class Step { observe, confirm, plan, apply, report };

inline constexpr std::array<std::string_view, 5> step_names{"observe", "confirm", "plan", "apply", "report"};

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

/// A row that is neither owned nor acted upon and that a person should know of; the first few.
struct Notice {
    WorkflowInstanceId id;
    std::optional<std::string> host;
    Judgement judgement;
};

/// A master that is missing from the registry, as people are shown it.
struct AbsentMaster {
    MasterAddress address;
    std::optional<Incarnation> incarnation;  ///< as last seen, when its heartbeat told
    Instant since;                           ///< the first fresh view that missed it
    int views = 0;                           ///< fresh views that count
    bool owns_rows = false;                  ///< an unfinished row names it
    bool zombie = false;                     ///< tasks of its rows were written since
    std::optional<Instant> grace_over_at;    ///< when its rows may be handed over, if it stays away
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
    std::array<std::optional<std::chrono::microseconds>, step_names.size()> steps{};  ///< of those that came to an end
    std::vector<Hold> holds;
    bool interrupted = false;                ///< asked to stop before everything was seen or done
    bool all_masters_lost_once = false;      ///< held only to look once more; nobody needs to be told yet
    std::optional<bool> registry_reached{};  ///< whether ZooKeeper answered; nothing when it was not asked
    std::vector<LiveMaster> masters;
    std::vector<AbsentMaster> absent_masters;  ///< ordered by address; empty when the view was not fresh
    VerdictCounts verdicts{};
    std::array<std::uint64_t, receipt_names.size()> receipts{};  ///< that came in this sweep, by what they say
    std::vector<JournalEntry> receipts_to_tell;                  ///< the first few that are overdue or failed
    std::string canary;                                          ///< a sentence, while one row goes ahead of the others
    std::string sweep;                                           ///< the name under which the journal has this sweep
    bool follows = false;                                        ///< another replica leads
    std::string leader;                                          ///< who leads, when another does
    std::optional<ControlNote> pause;                            ///< the pause that stands
    std::optional<bool> leads;                                   ///< by the registry; nothing when it was not asked
    std::vector<ChannelCounts> channels;  ///< alerts told so far; of a channel outside the cluster: handed over
    std::string why_no_journal;           ///< a sentence, when there is no journal
    std::string journal_missing_columns;  ///< a sentence, when the journal is of an older version, and what that costs
    std::string index_advice;             ///< a sentence, when an index on unfinished rows would help
    std::optional<std::uint64_t> journal_entries;  ///< that the journal keeps; nothing when they were not counted
    std::vector<Action> actions;                   ///< the first kept_actions
    std::uint64_t actions_total = 0;
    std::array<std::uint64_t, outcome_names.size()> outcomes{};
    std::vector<Notice> notices;                ///< the first kept_notices
    std::vector<ControlNote> ended_releases{};  ///< refused or expired in this sweep; the terms say why
    std::optional<QueueReport> queues;          ///< nothing when they were not looked at
    MarkerCounts markers;
    std::uint64_t beyond_limit = 0;           ///< orphans left for the next sweep
    bool shadow = false;                      ///< failover.mode is shadow: nothing was written but the journal
    std::uint64_t shadow_noted = 0;           ///< losses that this sweep noted for the first time
    std::set<MasterAddress> shadow_hosts;     ///< of those
    std::optional<ShadowScore> shadow_score;  ///< of all that the journal keeps; nothing but in shadow mode
    std::optional<Instant> look_again_at;     ///< when shadow mode can tell who came first of what was noted now
    bool more_than_a_plan = false;            ///< because one plan holds no more, rather than by failover.max_per_sweep
    std::optional<Instant> next_action_at;
    std::optional<std::uint64_t> unconfirmed;  ///< failovers without a last receipt; nothing when not looked at
    Durations loss_to_recovery;                ///< of each row handed over whose owner's loss is known
    Durations loss_to_takeover;                ///< of each receipt `recovered`, likewise
    std::uint64_t fences = 0;                  ///< fences that this sweep wrote: each changes the list of masters
    Durations lock_waits;                      ///< for DolphinScheduler's failover lock, whether it was had or not
    std::vector<MasterAddress>
        lost_masters;  ///< addresses that went since the last view, and absent owners seen first now

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

}  // namespace dsr::model
