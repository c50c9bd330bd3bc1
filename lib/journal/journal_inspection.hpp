// SPDX-License-Identifier: Apache-2.0
// Whether the journal's tables are there and can be written, and their creation. Same thread and errors as the session.
#pragma once

#include <map>
#include <set>
#include <string>

#include "journal/journal.hpp"
#include "journal/journal_sql.hpp"
#include "store/sql/soci_session.hpp"

namespace dsr::journal {

/// The SQL that creates the journal's tables, for the operator: statements that end in a semicolon. Each may be run
/// again.
std::string create_statements(store::DatabaseKind kind);

/// The columns of each journal table that this user sees.
using JournalCatalog = std::map<std::string, std::set<std::string>>;
JournalCatalog read_catalog(store::SociSession& session);

/// Whether the columns that were added after version 0.1.0 exist.
bool has_additions(const JournalCatalog& there, store::DatabaseKind kind);

/// As Journal::inspect().
JournalState inspect_journal(store::SociSession& session, const JournalCatalog& there);

/// As Journal::create().
void create_journal(store::SociSession& session);

}  // namespace dsr::journal
