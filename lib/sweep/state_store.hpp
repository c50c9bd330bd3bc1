// SPDX-License-Identifier: Apache-2.0
// The state that outlives a run, kept in the journal: loaded when a sweep begins, saved when it ends. Sweep's thread.
#pragma once

#include <string>

#include "journal/journal.hpp"
#include "model/policy.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Checks whether the journal exists, creates it if journal.create says so (never in a dry run), and loads the state
/// that an earlier run or another replica saved. `shadow`: also requires the tables of shadow mode. Throws Failure when
/// the database is unreachable.
journal::JournalState open_journal(const SweepContext& context, const model::Policy& policy, Memory& memory,
                                   bool dry_run, bool shadow);

/// Saves this sweep's state, so that a restart or a change of leader does not restart every grace. From time to time
/// removes entries older than journal.retention and counts the others (report.journal_entries). Failures are logged and
/// set memory.journal_failed.
void save_state(const SweepContext& context, const model::Policy& policy, Memory& memory, model::SweepReport& report);

}  // namespace dsr::sweep
