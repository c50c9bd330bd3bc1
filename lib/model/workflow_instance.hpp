// SPDX-License-Identifier: Apache-2.0
// An unfinished workflow instance as read from the database, with what judging it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/failover_history.hpp"
#include "model/ids.hpp"
#include "model/ownership_time.hpp"
#include "model/verdict.hpp"

namespace dsr::model {

/// Instance states (docs/dolphinscheduler-protocol.md, section 2.3). Only those that this project acts on or names.
namespace state {
inline constexpr int submitted_success = 0;
inline constexpr int running_execution = 1;
inline constexpr int ready_pause = 2;
inline constexpr int ready_stop = 4;
inline constexpr int failure = 6;
inline constexpr int serial_wait = 14;
inline constexpr int failover = 18;
}  // namespace state

/// G1's claim: the host of a failed-over row is this text of four letters, not SQL NULL
/// (docs/dolphinscheduler-protocol.md, section 2.1).
inline constexpr const char* claimed_host_text = "NULL";

/// The instance that started a sub-workflow, as far as judging the sub-workflow needs it. Only for builds that recover
/// in place, where a recovered parent starts a new sub-workflow.
struct ParentState {
    WorkflowInstanceId id;
    Verdict verdict = Verdict::owned;  ///< of the parent's own, unfinished row
    /// When it was recovered or taken up, if that was after the sub-workflow's take-up; nothing otherwise.
    std::optional<Instant> restarted_at;
    std::optional<Instant> acts_at;  ///< when the parent will be handed over, according to its own judgement
    bool operator==(const ParentState&) const = default;
};

struct WorkflowInstance {
    WorkflowInstanceId id;
    std::string name;
    std::optional<int> state;         ///< nothing for SQL NULL
    std::optional<std::string> host;  ///< nothing for SQL NULL; may be empty, or G1's text "NULL"
    OwnershipTime ownership;
    std::int64_t definition_code = 0;
    int definition_version = 0;
    bool is_sub_workflow = false;
    bool command_pending = false;   ///< a row of t_ds_command names this instance
    bool definition_exists = true;  ///< code and version exist in the definition log

    // The sweep sets these from the daemon's memory; the store does not.
    std::optional<Instant> handed_over;    ///< when we handed it over, for its present ownership
    bool hand_over_lost = false;           ///< the journal had an entry for that, and no longer holds it
    std::optional<Instant> claimed_since;  ///< claimed without a command in every view since
    int unreachable_tries = 0;             ///< sweeps in which a registered worker of its tasks could not be reached
    std::optional<Instant> task_activity;  ///< when one of its tasks was last submitted or ended, if its host is absent
    std::optional<ParentState> parent;     ///< of a sub-workflow, while its parent instance is unfinished
    FailoverHistory history;               ///< the journal's record of it
};

}  // namespace dsr::model
