// SPDX-License-Identifier: Apache-2.0
// Converts rows of the journal's tables to values. The columns are those of journal_tables(), in the same order.
#pragma once

#include <cstddef>
#include <vector>

#include "journal/journal.hpp"
#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/shadow_entry.hpp"
#include "model/zone.hpp"
#include "store/sql/statement.hpp"

namespace dsr::journal {

/// A limit in the type that the databases accept.
long long bound_limit(std::size_t limit);

/// Masters write wall times without an offset. After database.time_zone is corrected, the same wall time of a row is
/// read as another instant, but an entry must still match its row. So this converts owned_since, if it was read in
/// another zone than `zone`, to the instant of its wall time in `zone`, or to nothing where that wall time has no
/// unique instant there. An entry without a zone, or with a zone that the system does not know, is unchanged. Pure; any
/// thread.
void bring_into(const model::Zone& zone, model::JournalEntry& entry);

/// Runs a statement that selects an entry's columns, and brings the entries into `zone`. Throws what SOCI throws, and
/// Failure(permanent) for a row that this version cannot read.
std::vector<model::JournalEntry> read_entries(store::Statement& statement, const model::Zone& zone);

/// The same for shadow mode's notes; the columns are those of shadow_table().
std::vector<model::ShadowEntry> read_shadow(store::Statement& statement);

/// The same for counts of entries: (host, receipt, entries, first, last, last receipt, first instance).
std::vector<RecoveryCount> read_recoveries(store::Statement& statement);

/// The same for control notes.
std::vector<model::ControlNote> read_notes(store::Statement& statement);

}  // namespace dsr::journal
