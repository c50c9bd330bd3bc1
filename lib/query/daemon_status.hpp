// SPDX-License-Identifier: Apache-2.0
// The status that the running daemon has in memory: its last sweeps, the time of the next one, the leader. Values only,
// bounded. Not thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/policy.hpp"
#include "model/sweep_report.hpp"
#include "query/cluster_identity.hpp"
#include "query/json.hpp"

namespace dsr::query {

/// One sweep in numbers.
struct SweepSummary {
    std::string sweep;
    model::Instant started_at;
    model::Milliseconds duration{0};
    model::SweepReport::Outcome outcome = model::SweepReport::Outcome::done;
    std::string failure;
    bool interrupted = false;
    bool follows = false;
    std::uint64_t masters = 0;
    std::uint64_t unfinished = 0;
    std::uint64_t found = 0;  ///< rows that were to be handed over or repaired
    std::uint64_t recovered = 0;
    model::VerdictCounts verdicts{};
    std::array<std::uint64_t, model::outcome_names.size()> outcomes{};
    std::vector<model::Hold> holds;
    std::optional<model::Instant> next_action_at;
};
SweepSummary summary_of(const model::SweepReport& report);

/// The source of the answer.
enum class AnsweredBy {
    daemon,
    journal,  ///< no daemon answered: one observation, and the journal's state
};

struct DaemonStatus {
    static constexpr std::size_t kept_sweeps = 200;
    static constexpr std::size_t max_config_error = 2000;  ///< characters

    AnsweredBy answered_by = AnsweredBy::daemon;
    std::string version;
    std::string replica;
    ClusterIdentity cluster;
    std::optional<model::Instant> started_at;
    model::Policy policy;
    bool shadow = false;                        ///< failover.mode, as configured now
    std::string ui_url;                         ///< dolphinscheduler.ui_url; empty: none
    std::string config_error;                   ///< why the last reload failed; empty after a good one
    std::optional<model::Instant> state_since;  ///< the first sweep of those that found the present state
    std::optional<model::Instant> sweep_running_since;
    std::optional<model::Instant> next_sweep_at;
    std::deque<SweepSummary> sweeps;                ///< the newest first
    std::optional<model::SweepReport> last;         ///< the last sweep's
    std::optional<model::SweepReport> last_whole;   ///< the last one that did not fail: live masters, lost workflows
    std::optional<model::Instant> journal_view_at;  ///< the last fresh view that a leader wrote to the journal
    std::string leader;                             ///< the leader, if only the registry was read

    /// A sweep ended.
    void finished(const model::SweepReport& report);
};

/// What the daemon of another cluster answered.
struct ClusterAnswer {
    std::string name;     ///< of its configuration or its socket, for one that does not answer
    Json status;          ///< openapi.json: Status, of its version; null without an answer
    std::string error{};  ///< a sentence why there is none
};
/// openapi.json: Clusters.
Json clusters(const std::vector<ClusterAnswer>& answers, model::Instant now);

/// openapi.json: Status.
Json status(const DaemonStatus& daemon_status, model::Instant now);
/// openapi.json: Sweeps; the newest `limit`.
Json sweeps(const DaemonStatus& daemon_status, std::size_t limit, model::Instant now);

}  // namespace dsr::query
