// SPDX-License-Identifier: Apache-2.0
// The state that outlives a run, kept in the journal: loaded when a sweep begins, saved when it ends. Sweep's thread.
#pragma once

#include "journal/journal.hpp"
#include "model/policy.hpp"
#include "model/snapshot.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Checks whether the journal exists, creates it if journal.create says so (never in a dry run), and loads the state
/// that an earlier run or another replica saved. `shadow`: also requires the tables of shadow mode; otherwise
/// why_no_shadow stays empty. Throws Failure when the database is unreachable.
journal::JournalState open_journal(const SweepContext& context, const model::Policy& policy, Memory& memory,
                                   bool dry_run, bool shadow);

/// Gives a database without an identity a new one, which only the leader may do, so that the evidence that registry and
/// database belong together concerns this database. Throws Failure.
void identify_database(const SweepContext& context, Memory& memory, model::Snapshot& snapshot);

/// Saves this sweep's state, so that a restart or a change of leader does not restart every grace. From time to time
/// removes entries older than journal.retention and counts the others (report.journal_entries). Failures are logged and
/// set memory.journal_failed.
void save_state(const SweepScope& scope);

}  // namespace dsr::sweep
