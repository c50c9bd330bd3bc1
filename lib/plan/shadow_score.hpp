// SPDX-License-Identifier: Apache-2.0
// Shadow mode's comparison of one loss with what became of it, by what the tables show at each later sweep.
//
// Ours would have run from the decision D until D + W, W = failover.lock_wait + failover.lock_hold +
// failover.kill_wait. Only looks of our own count, never times that others wrote: a row is *untouched* while it is
// there, has no command, is not claimed, and names the same host and the same start_time and restart_time. It was
// *dealt with* when it is no longer untouched: by a master or a person, which the tables do not tell apart. For a
// would-be repair untouched means claimed still, without a command.
//
//   agreed                 dealt with, and a look at D + W or later had found it untouched
//   would_have_doubled     dealt with, and no such look lies between; or the run taken for dead lives on though nobody
//                          dealt with it: it ended, changed its state (but to a pause or stop that somebody asked for),
//                          its state_history grew, its tasks were written (verdict zombie), or its master is back with
//                          it (verdict owned)
//   would_have_been_saved  untouched and still to be handed over at D + failover.confirm_within or later; stays so
//                          whoever deals with it then, but becomes would_have_doubled should the run turn out alive
//   open                   none of these yet
//   withdrawn              this daemon handed it over itself since (mode act): not in the score
//
// In doubt it is would_have_doubled: a daemon that was down between D and the dealing has no look that shows the order,
// a row that somebody ends by hand in the database looks like a run that lives on, and so does an in-place recovery.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/policy.hpp"
#include "model/schema_facts.hpp"
#include "model/shadow_entry.hpp"
#include "model/workflow_instance.hpp"

namespace dsr::plan {

/// W.
model::Milliseconds shadow_window(const model::Policy& policy);

/// One look at the row of an entry.
struct ShadowLook {
    const model::WorkflowInstance* row = nullptr;  ///< null: the instance is gone
    std::optional<model::Verdict> verdict;         ///< judged anew; nothing when it ended or the view was not fresh
    bool handed_over_since = false;                ///< by this daemon itself
};

/// The entry as the look leaves it; unchanged while nothing is new. Of a settled entry nothing is new.
model::ShadowEntry compare(model::ShadowEntry entry, const ShadowLook& look, const model::SchemaFacts& schema,
                           const model::Policy& policy, model::Instant now);

model::ShadowScore score_of(const model::ComparisonCounts& counts);

/// "31 losses: 27 agreed, 0 would have doubled, 4 would have been saved", and ", 2 open" while some are.
std::string in_words(const model::ShadowScore& score);

}  // namespace dsr::plan
