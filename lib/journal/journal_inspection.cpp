// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_inspection.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "store/sql/statement.hpp"

namespace dsr::journal {

namespace {

using model::ErrorKind;
using model::Failure;
using store::Statement;

// MySQL and MariaDB hide tables without a privilege.
constexpr std::string_view init_db =
    "`ds-reconcilerd init-db` creates what is missing, and `ds-reconcilerd init-db --print-grants` prints the rights "
    "that this user needs to see it";
constexpr const char* without_additions =
    "; the daemon continues with the columns of the older version: a release does not expire, and an entry does not "
    "follow a corrected database.time_zone. ";
constexpr std::string_view by_hand =
    "let a user who may create tables run what `ds-reconcilerd init-db --print` prints, and grant this user SELECT, "
    "INSERT, UPDATE and DELETE on the tables";

/// The missing table, or its first missing column, as half a sentence; empty when none is missing.
std::string missing(const JournalCatalog& catalog, const JournalTable& table) {
    const auto found = catalog.find(table.name);
    if (found == catalog.end()) return "has no table " + table.name;
    for (const std::string& column : table.columns) {
        if (!found->second.contains(column)) return "has no column " + table.name + "." + column;
    }
    return "";
}

/// The same for the first missing column of those added after version 0.1.0.
std::string missing(const JournalCatalog& catalog, const std::vector<JournalAddition>& additions) {
    for (const JournalAddition& addition : additions) {
        const auto found = catalog.find(addition.table);
        if (found == catalog.end() || !found->second.contains(addition.column))
            return "has no column " + addition.table + "." + addition.column;
    }
    return "";
}

/// Problems of format and privileges, as half a sentence; empty when there are none.
std::string unusable(store::SociSession& session, const JournalSql& sql) {
    try {
        const auto format = session.run("checking the journal's tables", [&](soci::session& connection) {
            auto found = Statement(connection, session.dialect(), sql.format).first<std::string>();
            for (const std::string& probe : sql.probes) connection << probe;
            return found.value_or("");
        });
        if (format.empty()) return "has journal tables without the row 'format' in ds_reconciler_memory";
        if (format != journal_format) {
            return "has journal tables of format '" + format + "', and this version supports format " + journal_format +
                   " only: use the version that created them, or a later one";
        }
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        return std::string("has a journal that this user cannot write: ") + failure.what();
    }
    return "";
}

/// Missing privileges for `probes`, likewise; `what` completes "has ... that this user cannot write".
std::string unwritable(store::SociSession& session, const std::vector<std::string>& probes, const std::string& what) {
    try {
        session.run("checking the journal's tables", [&](soci::session& connection) {
            for (const std::string& probe : probes) connection << probe;
        });
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        return "has " + what + " that this user cannot write: " + failure.what();
    }
    return "";
}

/// Whether all is there that daemons with any registry need.
bool is_whole(const JournalState& state) {
    return state.ready && state.shadow_ready && state.additions_ready;
}

/// "WHERE LACK", and what to do about it.
std::string sentence(std::string where, std::string_view lack, std::string_view remedy) {
    where.append(" ").append(lack);
    if (!remedy.empty()) where.append("; ").append(remedy);
    return where;
}

}  // namespace

std::string create_statements(store::DatabaseKind kind) {
    std::string all;
    const JournalSql sql = journal_sql(kind, true);
    for (const std::string& statement : sql.create) all += statement + ";\n\n";
    for (const JournalAddition& addition : sql.additions) all += addition.printed;
    return all;
}

JournalCatalog read_catalog(store::SociSession& session) {
    const JournalSql sql = journal_sql(session.settings().kind, false);
    JournalCatalog there;
    session.run("reading the columns of the journal's tables", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), sql.catalog);
        store::for_each_row(
            statement, [&](const std::string& table, std::string column) { there[table].insert(std::move(column)); });
    });
    return there;
}

bool has_additions(const JournalCatalog& there, store::DatabaseKind kind) {
    return missing(there, journal_sql(kind, false).additions).empty();
}

JournalState inspect_journal(store::SociSession& session, const JournalCatalog& there) {
    const store::DatabaseKind kind = session.settings().kind;
    const JournalSql sql = journal_sql(kind, has_additions(there, kind));
    const std::string where = describe(session.settings());
    for (const JournalTable& table : journal_tables()) {
        if (const std::string lack = missing(there, table); !lack.empty()) {
            return {false, sentence(where, lack, init_db)};
        }
    }
    if (const std::string lack = unusable(session, sql); !lack.empty()) {
        const bool no_format = lack.find("without the row") != std::string::npos;
        return {false, sentence(where, lack, no_format ? init_db : std::string_view{})};
    }
    JournalState state{true, ""};
    state.zone = session.settings().zone.name();
    if (const std::string lack = missing(there, shadow_table()); !lack.empty()) {
        state.why_no_shadow = where + " " + lack + "; " + std::string(init_db);
    } else if (const std::string refusal = unwritable(session, sql.shadow.probes, "a table of shadow mode");
               !refusal.empty()) {
        state.why_no_shadow = where + " " + refusal;
    } else {
        state.shadow_ready = true;
    }
    if (const std::string lack = missing(there, replicas_table()); lack.empty()) {
        state.replicas_ready = true;
    } else {
        state.why_no_replicas = sentence(where, lack, init_db);
    }
    if (const std::string lack = missing(there, sql.additions); !lack.empty()) {
        state.missing_columns = where + " " + lack + without_additions + std::string(init_db);
    } else if (const std::string refusal = unwritable(session, sql.addition_probes, "a journal"); !refusal.empty()) {
        state.missing_columns = where + " " + refusal + without_additions + std::string(init_db);
    } else {
        state.additions_ready = true;
    }
    return state;
}

void create_journal(store::SociSession& session) {
    const JournalSql sql = journal_sql(session.settings().kind, false);
    const auto inspect = [&] { return inspect_journal(session, read_catalog(session)); };
    // A user without the right to create tables may not even run the statement for an existing one.
    const auto before = inspect();
    if (is_whole(before) && before.replicas_ready) return;
    const auto run_statement = [&](const std::string& statement) {
        session.run("creating the journal's tables", [&](soci::session& connection) { connection << statement; });
    };
    const auto run_all = [&] {
        // Statements run only for missing parts: another user may own an older journal.
        if (!before.ready || !before.shadow_ready || !before.replicas_ready) {
            for (const std::string& statement : sql.create) run_statement(statement);
        }
        const JournalCatalog there = read_catalog(session);
        for (const JournalAddition& addition : sql.additions) {
            if (!missing(there, std::vector<JournalAddition>{addition}).empty()) run_statement(addition.alter);
        }
    };
    try {
        try {
            run_all();
        } catch (const Failure& failure) {
            // On PostgreSQL two concurrent creations of a table conflict in the catalog; it exists by now.
            if (failure.kind() != ErrorKind::conflict) throw;
            run_all();
        }
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        // Another replica may have created it meanwhile; or only the table of the replicas is missing, or hidden from a
        // user who has no right to it because the registry is elsewhere.
        if (is_whole(inspect())) return;
        throw Failure(ErrorKind::permanent, std::string("the journal's tables cannot be created. ") + failure.what() +
                                                ". " + "What to do: " + std::string(by_hand));
    }
    const JournalState state = inspect();
    if (!state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    if (!state.shadow_ready) throw Failure(ErrorKind::permanent, state.why_no_shadow);
    if (!state.additions_ready) throw Failure(ErrorKind::permanent, state.missing_columns);
}

}  // namespace dsr::journal
