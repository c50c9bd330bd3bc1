// SPDX-License-Identifier: Apache-2.0
// Converts rows of the journal's tables to values. The columns are those of journal_tables(), in the same order.
#pragma once

#include <cstddef>
#include <vector>

#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/shadow_entry.hpp"
#include "store/statement.hpp"

namespace dsr::journal {

/// Maximum number of ids per statement: MySQL's client writes them into its text, whose length the server limits.
inline constexpr std::size_t ids_at_once = 5000;

/// A limit in the type that the databases accept.
long long bound_limit(std::size_t limit);

/// Runs a statement that selects an entry's columns, and converts the entries to `zone` (in_zone). Throws what SOCI
/// throws, and Failure(permanent) for a row that this version cannot read.
std::vector<model::JournalEntry> read_entries(store::Statement& statement, const model::Zone& zone);

/// The same for shadow mode's notes; the columns are those of shadow_table().
std::vector<model::ShadowEntry> read_shadow(store::Statement& statement);

/// The same for control notes.
std::vector<model::ControlNote> read_notes(store::Statement& statement);

}  // namespace dsr::journal
