// SPDX-License-Identifier: Apache-2.0
// The SQL of the journal's tables, in one place for each database: journal_sql_postgresql.cpp, journal_sql_mysql.cpp,
// journal_sql_sqlite.cpp. Values are bound (:name). Times are epoch microseconds, UTC, in every table: no wall clock.
// The INSERT of ds_reconciler_journal is the store's (Dialect::insert_journal): it belongs to the failover.
#pragma once

#include <string>
#include <vector>

#include "store/connection_settings.hpp"

namespace dsr::journal {

/// What `format` in ds_reconciler_memory says of tables as this program knows them.
inline constexpr const char* journal_format = "1";

/// A column that came after version 0.1.0. It takes NULL, so an older daemon may go on writing the table.
struct JournalAddition {
    std::string table;
    std::string column;
    std::string alter;    ///< adds it where the catalog lacks it
    std::string printed;  ///< SQL for a person, which may be run again at any time
};

/// The SQL of the table that shadow mode fills.
struct ShadowSql {
    std::vector<std::string> probes;  ///< as JournalSql::probes

    std::string note;            ///< rows (shadow_row in soci_journal_shadow.cpp); those already noted are passed over
    std::string entries_of;      ///< of the instances :ids, the newest first
    std::string newest_entries;  ///< at most :limit
    std::string newest_of_one;   ///< of :instance, at most :limit
    std::string unsettled;       ///< number > :after, ascending, at most :limit
    std::string compare;         ///< rows of (number, untouched_at, compared, compared_at, settled, dealt_by, message)
    std::string counts;          ///< (compared, how many)
    std::string purge;           ///< at most :most settled ones older than :before
};

struct JournalSql {
    std::vector<std::string> create;  ///< what is not there yet; each statement may be run again at any time
    std::vector<JournalAddition> additions;
    std::vector<std::string> addition_probes;  ///< as probes, of what only the added columns need
    std::string catalog;                       ///< (table, column) of the journal's tables that this user sees
    std::vector<std::string> probes;           ///< write nothing, but only for who may write
    std::string format;                        ///< what `format` says

    std::string load_state;        ///< (name, text) of what is remembered, in rows of their own: the state, the workers
    std::string save_state;        ///< :text, :now
    std::string remember_workers;  ///< :text, :now; writes nothing when the text is the one that stands there
    std::string touch;             ///< writes a row as it stands

    std::string identity;  ///< what the database is called
    std::string identify;  ///< :identity, :now; leaves one that is there

    std::string in_force;      ///< the newest pause or resume, and the newest of each release of a guard
    std::string note;          ///< :at, :action, :instance, :until, :who, :why; :state with the added columns
    std::string newest_notes;  ///< at most :limit
    std::string releases_of;   ///< of the instances :ids, not those that expired or were refused; ascending

    std::string open_releases;    ///< unbound and bound, ascending; empty without the added columns
    std::string settle_releases;  ///< rows of (id, action, gate, owned_since, state, state_at, state_why, spent)

    std::string entry;           ///< of :number
    std::string entries_of;      ///< of the instances :ids, the newest first
    std::string newest_entries;  ///< at most :limit
    std::string newest_of_one;   ///< of :instance, at most :limit
    std::string unconfirmed;     ///< number > :after, ascending, at most :limit
    std::string confirm;         ///< rows of (number, receipt, receipt_at, taken_by, message)
    std::string purge;  ///< at most :most older than :before; braces are filled for the schema (generation.hpp)
    std::string size;   ///< how many entries

    ShadowSql shadow;
};

// `added`: whether the tables have the added columns. Where they do not, null is selected in their place and nothing
// is written to them.
JournalSql postgresql_journal(bool added);
JournalSql mysql_journal(bool added);
JournalSql sqlite_journal(bool added);

JournalSql journal_sql(store::DatabaseKind kind, bool added);

/// What is the same for all three; `in_ids` is how a column is compared with the list :ids.
JournalSql common_journal_sql(const std::string& in_ids, bool added);

/// The columns that each of the journal's tables has in version 0.1.0, in order. All are required.
struct JournalTable {
    std::string name;
    std::vector<std::string> columns;
};
const std::vector<JournalTable>& journal_tables();
/// The same of what only shadow mode needs.
const JournalTable& shadow_table();

}  // namespace dsr::journal
