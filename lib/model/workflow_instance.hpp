// SPDX-License-Identifier: Apache-2.0
// An unfinished workflow instance as one look at the database showed it, with what judging it needs.
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
inline constexpr int delay_execution = 12;
inline constexpr int serial_wait = 14;
inline constexpr int ready_block = 15;
inline constexpr int block = 16;
inline constexpr int wait_to_run = 17;
inline constexpr int failover = 18;
}  // namespace state

/// G1's claim: a failed-over row's host is this text of four letters, not SQL NULL (docs/dolphinscheduler-protocol.md,
/// section 2.1).
inline constexpr const char* claimed_host_text = "NULL";

/// The instance that started a sub-workflow, as judging the sub-workflow needs it. Only of builds that recover in
/// place: there a recovered parent starts a new sub-workflow.
struct ParentState {
    WorkflowInstanceId id;
    Verdict verdict = Verdict::owned;  ///< of the parent's own row, which is not finished
    /// When it was recovered, or taken up anew, after the sub-workflow was taken up; nothing when it was not.
    std::optional<Instant> restarted_at;
    std::optional<Instant> acts_at;  ///< when the parent will be handed over, as its own judgement says
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
    bool definition_exists = true;  ///< code and version are in the definition log

    // Set by the sweep from what this daemon remembers; the store leaves them alone.
    std::optional<Instant> handed_over;    ///< by us, for this very ownership: when
    bool hand_over_lost = false;           ///< the journal was told of that, and no longer holds it
    std::optional<Instant> claimed_since;  ///< claimed without a command in every view since
    int unreachable_tries = 0;             ///< sweeps in which a registered worker of its tasks could not be reached
    std::optional<Instant> task_activity;  ///< when one of its tasks was last submitted or ended, if its host is absent
    std::optional<ParentState> parent;     ///< of a sub-workflow, while the instance that started it is not finished
    FailoverHistory history;               ///< what the journal says of it
};

}  // namespace dsr::model
