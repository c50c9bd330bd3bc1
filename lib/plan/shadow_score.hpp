// SPDX-License-Identifier: Apache-2.0
// Compares shadow mode's note of one loss with its outcome, as the tables show it at each later sweep.
//
// Our failover would have run from the decision D until D + W, W = failover.lock_wait + failover.lock_hold +
// failover.kill_wait. Only our own looks count, never times written by others. A row is *untouched* while it exists,
// has no command, is not claimed, and names the same host and the same start_time and restart_time. It is *dealt with*
// once it is no longer untouched, by a master or a person; the tables do not distinguish them. For a would-be repair,
// untouched means still claimed, without a command.
//
//   agreed                 dealt with, and a look at D + W or later had found it untouched
//   would_have_doubled     dealt with, without such a look before; or not dealt with while the run proves to be alive:
//                          it ended, changed its state (except to a requested pause or stop), its state_history grew,
//                          its tasks were written (verdict zombie), or its master is back with it (verdict owned)
//   would_have_been_saved  untouched and still to be handed over at D + failover.confirm_within or later. This stays
//                          when the row is dealt with later, but becomes would_have_doubled if the run proves alive
//   open                   none of these yet
//   withdrawn              this daemon handed it over later (mode act): not in the score
//
// When in doubt, the result is would_have_doubled: if the daemon was down between D and the dealing, no look shows the
// order; a row that is ended by hand in the database looks like a live run, and so does an in-place recovery.
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
