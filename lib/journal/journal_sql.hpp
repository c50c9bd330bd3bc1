// SPDX-License-Identifier: Apache-2.0
// The SQL of the journal's tables, one file per database: journal_sql_postgresql.cpp, journal_sql_mysql.cpp,
// journal_sql_sqlite.cpp. Values are bound (:name). Times are epoch microseconds, UTC, in every table: no wall clock.
// The INSERT of ds_reconciler_journal belongs to the store (Dialect::insert_journal), because it is part of the
// failover.
#pragma once

#include <string>
#include <vector>

#include "store/connection_settings.hpp"

namespace dsr::journal {

/// The value of `format` in ds_reconciler_memory for the tables that this program knows.
inline constexpr const char* journal_format = "1";

/// A column added after version 0.1.0. It allows NULL, so an older daemon can still write the table.
struct JournalAddition {
    std::string table;
    std::string column;
    std::string alter;    ///< adds it where the catalog lacks it
    std::string printed;  ///< SQL for the operator, which may be run again at any time
};

/// The SQL of shadow mode's table.
struct ShadowSql {
    std::vector<std::string> probes;  ///< as JournalSql::probes

    std::string note;            ///< rows (shadow_row in soci_journal_shadow.cpp); skips those already noted
    std::string entries_of;      ///< of the instances :ids, the newest first
    std::string newest_entries;  ///< at most :limit
    std::string newest_of_one;   ///< of :instance, at most :limit
    std::string unsettled;       ///< number > :after, ascending, at most :limit
    std::string compare;         ///< rows of (number, untouched_at, compared, compared_at, settled, dealt_by, message)
    std::string counts;          ///< (compared, number)
    std::string purge;           ///< at most :most settled ones older than :before
};

struct JournalSql {
    std::vector<std::string> create;  ///< creates what is missing; each statement may be run again at any time
    std::vector<JournalAddition> additions;
    std::vector<std::string> addition_probes;  ///< like probes, for the parts that only the added columns need
    std::string catalog;                       ///< (table, column) of the journal's tables that this user sees
    std::vector<std::string> probes;           ///< write nothing, but fail without the right to write
    std::string format;                        ///< what `format` says

    std::string load_state;        ///< (name, text) of the saved state, one row each: the state, the workers
    std::string save_state;        ///< :text, :now
    std::string remember_workers;  ///< :text, :now; writes nothing when the text is unchanged
    std::string touch;             ///< writes a row unchanged

    std::string identity;  ///< the database's identity
    std::string identify;  ///< :identity, :now; leaves an existing one

    std::string in_force;      ///< the newest pause or resume, and the newest release of each guard
    std::string note;          ///< :at, :action, :instance, :until, :who, :why; :state with the added columns
    std::string newest_notes;  ///< at most :limit
    std::string releases_of;   ///< of the instances :ids, without expired and refused ones; ascending

    std::string open_releases;    ///< unbound and bound, ascending; empty without the added columns
    std::string settle_releases;  ///< rows of (id, action, gate, owned_since, state, state_at, state_why, spent)

    std::string entry;           ///< of :number
    std::string entries_of;      ///< of the instances :ids, the newest first
    std::string newest_entries;  ///< at most :limit
    std::string newest_of_one;   ///< of :instance, at most :limit
    std::string unconfirmed;     ///< number > :after, ascending, at most :limit
    std::string confirm;         ///< rows of (number, receipt, receipt_at, taken_by, message)
    std::string purge;  ///< at most :most older than :before; braces are filled for the schema (generation.hpp)
    std::string size;   ///< number of entries

    ShadowSql shadow;
};

// `added`: whether the tables have the added columns. Where they do not, null is selected instead and they are not
// written.
JournalSql postgresql_journal(bool added);
JournalSql mysql_journal(bool added);
JournalSql sqlite_journal(bool added);

JournalSql journal_sql(store::DatabaseKind kind, bool added);

/// The SQL common to all three; `in_ids` compares a column with the list :ids.
JournalSql common_journal_sql(const std::string& in_ids, bool added);

/// The required columns of each journal table in version 0.1.0, in order.
struct JournalTable {
    std::string name;
    std::vector<std::string> columns;
};
const std::vector<JournalTable>& journal_tables();
/// The same for shadow mode's table.
const JournalTable& shadow_table();

}  // namespace dsr::journal
