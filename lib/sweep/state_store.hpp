// SPDX-License-Identifier: Apache-2.0
// The state that outlives a run, in the journal: loaded at a sweep's beginning and saved at its end. Sweep's thread.
#pragma once

#include <string>

#include "journal/journal.hpp"
#include "model/policy.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/context.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Looks whether the journal is there, makes it where journal.create says so (never in a dry run), and loads what an
/// earlier run, or another replica, saved. `shadow`: what only shadow mode needs is to be there too. Throws
/// Failure when the database is out of reach.
journal::JournalState open_journal(const SweepContext& context, const model::Policy& policy, Memory& memory,
                                   bool dry_run, bool shadow);

/// Saves what this sweep learnt, so that a restart or a change of leader does not start every grace again; and now and
/// then removes entries older than journal.retention and counts the others (report.journal_entries). What fails here is
/// logged, and memory.journal_failed tells of it.
void save_state(const SweepContext& context, const model::Policy& policy, Memory& memory, model::SweepReport& report);

}  // namespace dsr::sweep
