// SPDX-License-Identifier: Apache-2.0
// The journal's tables: their columns, and the SQL that creates them. Times are epoch microseconds, UTC, in every
// table: no wall clock.
#pragma once

#include <string>
#include <vector>

#include "store/generation.hpp"
#include "store/sql/connection_settings.hpp"

namespace dsr::journal {

/// The value of `format` in ds_reconciler_memory for the tables that this program knows.
inline constexpr const char* journal_format = "1";

/// The required columns of a table in version 0.1.0, in order.
struct JournalTable {
    std::string name;
    std::vector<std::string> columns;
};
/// The tables without those of shadow mode and of the replicas.
const std::vector<JournalTable>& journal_tables();
/// Shadow mode's table.
const JournalTable& shadow_table();
/// The replicas and their leader, where DolphinScheduler's registry is in this database; elsewhere it stays empty.
const JournalTable& replicas_table();

/// A column added after version 0.1.0. It allows NULL, so an older daemon can still write the table.
struct JournalAddition {
    std::string table;
    std::string column;
    std::string alter;    ///< adds it where the catalog lacks it
    std::string printed;  ///< SQL for the operator, which may be run again at any time
};

/// Replaces every {name} for which there is a word; others stay.
std::string with_words(std::string sql, const store::Words& words);

/// Creates what is missing; each statement may be run again at any time.
std::vector<std::string> create_tables(store::DatabaseKind kind, const store::Words& words);
std::vector<JournalAddition> added_columns(const store::Words& words);

}  // namespace dsr::journal
