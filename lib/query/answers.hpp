// SPDX-License-Identifier: Apache-2.0
// The answers of a QueryService as values; openapi.json has the same names. Every list is bounded. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/live_master.hpp"
#include "model/policy.hpp"
#include "model/queues.hpp"
#include "model/task_instance.hpp"
#include "model/workflow_instance.hpp"
#include "plan/judge.hpp"
#include "query/json.hpp"
#include "store/workflow_store.hpp"

namespace dsr::query {

/// One unfinished row and its verdict.
struct VerdictRow {
    model::WorkflowInstanceId id;
    std::string name;
    std::optional<int> state;
    std::optional<std::string> host;
    model::Judgement judgement;
    std::int64_t definition_code = 0;
    model::Project project{};
};

struct Verdicts {
    static constexpr std::size_t most = 1000;

    model::Instant taken_at;
    std::vector<model::Hold> holds;
    model::VerdictCounts counts{};
    std::uint64_t matching = 0;
    std::vector<VerdictRow> rows;
    std::optional<std::string> next_after;  ///< where the next page begins; nothing when this is the last
};
Json to_json(const Verdicts& verdicts);

/// The owner in a row, as known from the registry and the daemon's memory.
struct Owner {
    model::MasterAddress address;
    bool registered = false;
    std::optional<model::Instant> startup_time;
    std::optional<std::int64_t> process_id;
    std::optional<model::Instant> registered_at;
    std::optional<model::Absence> absence;
};

/// The next action, and when it happens if nothing changes.
struct NextStep {
    enum class What { nothing, handed_over, repaired, judged_again };
    What what = What::nothing;
    std::optional<model::Instant> at;
    std::string sentence;
};

/// "held: mass loss"; empty when no guard holds, or only one that holds a single host. Pure.
std::string held_words(const std::vector<model::Hold>& holds);
/// The next step for that row while these guards hold: it then has no time. Where a person must change the row, with
/// the statement. Pure.
NextStep next_step_of(const plan::Reasoning& reasoning, const model::WorkflowInstance& row,
                      model::Generation generation, const std::vector<model::Hold>& holds);
/// The same in shadow mode, where nothing is handed over or repaired. Pure.
NextStep in_shadow(NextStep next_step);

struct Explanation {
    static constexpr std::size_t max_entries = 100;
    enum class Standing {
        unfinished,
        finished,
        gone,     ///< only the journal contains it
        unknown,  ///< found nowhere
    };

    model::WorkflowInstanceId id;
    Standing standing = Standing::unknown;
    model::Instant taken_at;
    std::optional<model::Verdict> verdict;
    std::optional<model::Instant> state_since;  ///< since when it has that verdict, as far as known
    std::string reason;
    NextStep next_step;
    std::optional<model::WorkflowInstance> row;
    std::optional<store::InstanceTimes> times;
    model::Project project;
    std::optional<Owner> owner;
    std::optional<model::StuckQueue> stuck_queue;  ///< the serial queue that it blocks or waits in
    std::vector<plan::GateSeen> gates;
    std::vector<model::Hold> holds;
    model::Milliseconds grace{0};
    int confirmations = 0;
    std::vector<model::JournalEntry> journal;
    std::vector<model::ControlNote> notes;
};
Json to_json(const Explanation& explanation);

/// One workflow that a failover would re-run.
struct ImpactWorkflow {
    VerdictRow row;
    std::vector<model::RunningTask> tasks;
};

struct Impact {
    static constexpr std::size_t max_workflows = 1000;
    static constexpr std::size_t max_tasks = 10'000;      ///< in all workflows together
    static constexpr std::size_t max_tasks_of_one = 200;  ///< listed per workflow
    static constexpr std::size_t max_links_of_one = 100;  ///< listed per task
    static constexpr std::size_t max_projects = 1000;

    model::Instant taken_at;
    std::vector<model::Hold> holds;
    std::uint64_t orphans = 0;
    std::uint64_t waiting = 0;
    std::vector<ImpactWorkflow> workflows;  ///< ascending ids
    bool complete = true;
};
Json to_json(const Impact& impact);

struct History {
    static constexpr std::size_t most = 1000;

    std::optional<model::WorkflowInstanceId> instance;
    std::vector<model::JournalEntry> entries;
    std::vector<model::ControlNote> notes;
    std::vector<model::ShadowEntry> shadow;  ///< what shadow mode would have done
};
Json to_json(const History& history);

}  // namespace dsr::query
