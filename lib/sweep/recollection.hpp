// SPDX-License-Identifier: Apache-2.0
// The journal's part in a sweep's memory: what is read at its beginning and kept at its end. Sweep's thread.
#pragma once

#include <string>

#include "journal/journal.hpp"
#include "model/policy.hpp"
#include "model/snapshot.hpp"
#include "model/sweep_report.hpp"
#include "sweep/hands.hpp"
#include "sweep/memory.hpp"

namespace dsr::sweep {

/// Looks whether the journal is there, makes it where journal.create says so (never in a dry run), and takes up what an
/// earlier run, or another replica, remembered. `shadow`: what only shadow mode needs is to be there too. Throws
/// Failure when the database is out of reach.
journal::JournalState open_journal(const Hands& hands, const model::Policy& policy, Memory& memory, bool dry_run,
                                   bool shadow);

/// Keeps what this sweep learnt, so that a restart or a change of leader does not start every grace again; and now and
/// then removes entries older than journal.retention and counts the others (report.journal_entries). What fails here is
/// logged, and memory.journal_failed tells of it.
void keep(const Hands& hands, const model::Policy& policy, Memory& memory, model::SweepReport& report);

}  // namespace dsr::sweep
