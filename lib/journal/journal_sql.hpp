// SPDX-License-Identifier: Apache-2.0
// The SQL of the journal. What the databases agree on stands in journal_sql.cpp and journal_tables.cpp, with names in
// braces where they differ, and the rest in journal_dialects.cpp. Values are bound (:name). The INSERT of
// ds_reconciler_journal belongs to the store (SchemaSql::insert_journal), because it is part of the failover.
#pragma once

#include <string>
#include <vector>

#include "journal/journal_tables.hpp"
#include "store/generation.hpp"
#include "store/sql/connection_settings.hpp"

namespace dsr::journal {

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

    std::string load_state;     ///< (name, text) of the saved state, one row each: the state, the workers, the timeline
    std::string save_state;     ///< :text, :now
    std::string save_workers;   ///< :text, :now; writes nothing when the text is unchanged
    std::string save_timeline;  ///< the same
    std::string touch;          ///< writes a row unchanged
    std::string save_owner;     ///< :text, :now; who saved the state

    std::string identity;  ///< (name, text, time) of the database's identity and of the state's owner
    std::string identify;  ///< :identity, :now; leaves an existing one

    std::string in_force;      ///< the newest pause or resume, and the newest release of each guard
    std::string note;          ///< :at, :action, :instance, :until, :who, :why; :state with the added columns
    std::string newest_notes;  ///< at most :limit
    std::string releases_of;   ///< of the instances :ids, without expired and refused ones; ascending

    std::string open_releases;    ///< unbound and bound, ascending; empty without the added columns
    std::string settle_releases;  ///< rows of (id, action, gate, owned_since, state, state_at, state_why, spent)

    std::string entry;             ///< of :number
    std::string entries_of;        ///< of the instances :ids, the newest first
    std::string recorded_between;  ///< the instances from :first to :last of entries and notes, at most :limit
    std::string newest_entries;    ///< at most :limit
    std::string newest_of_one;     ///< of :instance, at most :limit
    std::string unconfirmed;       ///< number > :after, ascending, at most :limit
    std::string recoveries;        ///< (host, receipt, entries, first, last, last receipt, first instance) since :since
    std::string confirm;           ///< rows of (number, receipt, receipt_at, taken_by, message)
    std::string purge;  ///< at most :most older than :before; braces are filled for the schema (generation.hpp)
    std::string size;   ///< number of entries

    ShadowSql shadow;
};

/// The SQL of that database. `added`: whether the tables have the added columns. Where they do not, null is selected
/// instead and they are not written.
JournalSql journal_sql(store::DatabaseKind kind, bool added);

/// The SQL common to all three, with the words of one.
JournalSql common_journal_sql(store::DatabaseKind kind, const store::Words& words, bool added);

}  // namespace dsr::journal
