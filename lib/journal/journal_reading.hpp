// SPDX-License-Identifier: Apache-2.0
// From rows of the journal's tables to values. The columns are those of journal_tables(), in the same order.
#pragma once

#include <vector>

#include "model/control.hpp"
#include "model/journal_entry.hpp"
#include "model/shadow_entry.hpp"
#include "store/statement.hpp"

namespace dsr::journal {

/// Runs a statement that selects an entry's columns. Throws what SOCI throws, and Failure(refused) for a row that this
/// version cannot read.
std::vector<model::JournalEntry> read_entries(store::Statement& statement);

/// The same for what shadow mode noted; the columns are those of shadow_table().
std::vector<model::ShadowEntry> read_shadow(store::Statement& statement);

/// The same for control notes.
std::vector<model::ControlNote> read_notes(store::Statement& statement);

}  // namespace dsr::journal
