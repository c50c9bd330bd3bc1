// SPDX-License-Identifier: Apache-2.0
#include "journal/soci_journal.hpp"

#include <algorithm>

#include "journal/journal_reading.hpp"
#include "journal/persisted_state_json.hpp"
#include "model/failure.hpp"
#include "store/generation.hpp"
#include "store/journal_row.hpp"
#include "store/row_reading.hpp"

namespace dsr::journal {

namespace {

using model::ErrorKind;
using model::Failure;
using store::Statement;

// MySQL's client writes every value into the statement's text, whose length the server limits.
constexpr std::size_t receipts_at_once = 500;

// MySQL and MariaDB hide tables without a privilege.
constexpr std::string_view init_db =
    "`ds-reconcilerd init-db` makes what is missing, and `ds-reconcilerd init-db --print-grants` prints the rights by "
    "which this user sees it";
constexpr const char* without_additions =
    "; this daemon works on with what an older version knew: a release has no end, and an entry does not follow a "
    "corrected database.time_zone. ";
constexpr std::string_view by_hand =
    "let somebody who may make tables run what `ds-reconcilerd init-db --print` prints, and grant this user SELECT, "
    "INSERT, UPDATE and DELETE on the tables";

soci::indicator indicator_of(bool there) {
    return there ? soci::i_ok : soci::i_null;
}

/// The missing table, or its first missing column, as half a sentence; empty when none is missing.
std::string missing(const std::map<std::string, std::set<std::string>>& catalog, const JournalTable& table) {
    const auto found = catalog.find(table.name);
    if (found == catalog.end()) return "has no table " + table.name;
    for (const std::string& column : table.columns) {
        if (!found->second.contains(column)) return "has no column " + table.name + "." + column;
    }
    return "";
}

/// The same for the first missing column of those added after version 0.1.0.
std::string missing(const std::map<std::string, std::set<std::string>>& catalog,
                    const std::vector<JournalAddition>& additions) {
    for (const JournalAddition& addition : additions) {
        const auto found = catalog.find(addition.table);
        if (found == catalog.end() || !found->second.contains(addition.column))
            return "has no column " + addition.table + "." + addition.column;
    }
    return "";
}

}  // namespace

std::string create_statements(store::DatabaseKind kind) {
    std::string all;
    const JournalSql sql = journal_sql(kind, true);
    for (const std::string& statement : sql.create) all += statement + ";\n\n";
    for (const JournalAddition& addition : sql.additions) all += addition.printed;
    return all;
}

SociJournal::SociJournal(store::SociStore& store)
    : store_(store), sql_(journal_sql(store.session().settings().kind, false)) {}

const JournalSql& SociJournal::sql() {
    if (!added_) know_columns(catalog());
    return sql_;
}

void SociJournal::know_columns(const Catalog& there) {
    const bool added = missing(there, sql_.additions).empty();
    if (added_ != added) sql_ = journal_sql(store_.session().settings().kind, added);
    added_ = added;
}

SociJournal::Catalog SociJournal::catalog() {
    constexpr std::size_t chunk = 200;
    store::SociSession& session = store_.session();
    Catalog there;
    session.run("looking for the journal's tables", [&](soci::session& connection) {
        std::vector<std::string> tables(chunk);
        std::vector<std::string> columns(chunk);
        Statement statement(connection, session.dialect(), sql_.catalog);
        statement.into(tables).into(columns);
        for (bool got = statement.run(); got; got = statement.more()) {
            for (std::size_t i = 0; i < tables.size(); ++i) there[tables[i]].insert(columns[i]);
            tables.resize(chunk);
            columns.resize(chunk);
        }
    });
    return there;
}

std::string SociJournal::unusable() {
    store::SociSession& session = store_.session();
    try {
        std::string format;
        session.run("looking at the journal's tables", [&](soci::session& connection) {
            if (!Statement(connection, session.dialect(), sql_.format).into(format).run()) format.clear();
            for (const std::string& probe : sql_.probes) connection << probe;
        });
        if (format.empty()) return "has journal tables without the row 'format' in ds_reconciler_memory";
        if (format != journal_format) {
            return "has journal tables of format '" + format + "', and this version knows format " + journal_format +
                   " only: use the version that made them, or a later one";
        }
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        return std::string("has a journal that this user cannot write: ") + failure.what();
    }
    return "";
}

std::string SociJournal::unwritable(const std::vector<std::string>& probes, const std::string& what) {
    store::SociSession& session = store_.session();
    try {
        session.run("looking at the journal's tables", [&](soci::session& connection) {
            for (const std::string& probe : probes) connection << probe;
        });
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent) throw;
        return "has " + what + " that this user cannot write: " + failure.what();
    }
    return "";
}

JournalState SociJournal::inspect() {
    const std::string where = describe(store_.session().settings());
    const Catalog there = catalog();
    know_columns(there);
    for (const JournalTable& table : journal_tables()) {
        if (const std::string lack = missing(there, table); !lack.empty()) {
            std::string lacking = where;
            return {false, lacking.append(" ").append(lack).append("; ").append(init_db)};
        }
    }
    if (const std::string lack = unusable(); !lack.empty()) {
        const bool no_format = lack.find("without the row") != std::string::npos;
        return {false, where + " " + lack + (no_format ? "; " + std::string(init_db) : "")};
    }
    JournalState state{true, ""};
    state.zone = store_.session().settings().zone.name();
    if (const std::string lack = missing(there, shadow_table()); !lack.empty()) {
        state.why_no_shadow = where + " " + lack + "; " + std::string(init_db);
    } else if (const std::string refusal = unwritable(sql_.shadow.probes, "a table of shadow mode"); !refusal.empty()) {
        state.why_no_shadow = where + " " + refusal;
    } else {
        state.shadow_ready = true;
    }
    if (const std::string lack = missing(there, sql_.additions); !lack.empty()) {
        state.missing_columns = where + " " + lack + without_additions + std::string(init_db);
    } else if (const std::string refusal = unwritable(sql_.addition_probes, "a journal"); !refusal.empty()) {
        state.missing_columns = where + " " + refusal + without_additions + std::string(init_db);
    } else {
        state.additions_ready = true;
    }
    return state;
}

void SociJournal::create() {
    // A user without the right to create tables may not even run the statement for an existing one.
    const auto before = inspect();
    if (before.ready && before.shadow_ready && before.additions_ready) return;
    store::SociSession& session = store_.session();
    const auto run_statement = [&](const std::string& statement) {
        session.run("making the journal's tables", [&](soci::session& connection) { connection << statement; });
    };
    const auto run_all = [&] {
        // Statements run only for missing parts: another user may own an older journal.
        if (!before.ready || !before.shadow_ready) {
            for (const std::string& statement : sql_.create) run_statement(statement);
        }
        const Catalog there = catalog();
        for (const JournalAddition& addition : sql_.additions) {
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
        // Another replica may have created it meanwhile.
        if (const auto after = inspect(); after.ready && after.shadow_ready && after.additions_ready) return;
        throw Failure(ErrorKind::permanent, std::string("the journal's tables cannot be made. ") + failure.what() +
                                                ". " + "What to do: " + std::string(by_hand));
    }
    const JournalState state = inspect();
    if (!state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    if (!state.shadow_ready) throw Failure(ErrorKind::permanent, state.why_no_shadow);
    if (!state.additions_ready) throw Failure(ErrorKind::permanent, state.missing_columns);
}

std::optional<model::PersistedState> SociJournal::load_state() {
    store::SociSession& session = store_.session();
    // One statement, because both rows belong to one sweep.
    constexpr std::size_t rows = 2;
    std::map<std::string, std::string> texts;
    session.run("recalling what was learnt", [&](soci::session& connection) {
        std::vector<std::string> names(rows);
        std::vector<std::string> values(rows);
        Statement statement(connection, session.dialect(), sql_.load_state);
        statement.into(names).into(values);
        for (bool got = statement.run(); got; got = statement.more()) {
            for (std::size_t i = 0; i < names.size(); ++i) texts[names[i]] = values[i];
            names.resize(rows);
            values.resize(rows);
        }
    });
    const auto state = texts.find("remembered");
    if (state == texts.end()) return std::nullopt;
    auto learnt = persisted_state_from(state->second, session.settings().zone.name());
    if (learnt) learnt->workers = worker_sightings_in(texts["workers"], learnt->workers.latest_view);
    return learnt;
}

void SociJournal::save_state(const model::PersistedState& learnt, model::Instant now) {
    const std::string text = store::storable(persisted_state_text(learnt, store_.session().settings().zone.name()));
    const std::string workers = store::storable(worker_addresses_text(learnt.workers));
    const long long time = store::journal_time(now);
    write("remembering what was learnt", [&](soci::session& connection, const store::Dialect& dialect) {
        Statement statement(connection, dialect, sql_.save_state);
        statement.use("text", text).use("now", time).run();
        if (learnt.workers.latest_view)
            Statement(connection, dialect, sql_.save_workers).use("text", workers).use("now", time).run();
        return statement.affected_rows();
    });
}

void SociJournal::touch() {
    write("writing to the journal", [&](soci::session& connection, const store::Dialect& dialect) {
        Statement statement(connection, dialect, sql_.touch);
        statement.run();
        return statement.affected_rows();
    });
}

std::string SociJournal::identity() {
    store::SociSession& session = store_.session();
    std::string text;
    const bool got = session.run("reading what the database is called", [&](soci::session& connection) {
        return Statement(connection, session.dialect(), sql_.identity).into(text).run();
    });
    return got ? text : "";
}

void SociJournal::identify(const std::string& identity, model::Instant now) {
    const long long time = store::journal_time(now);
    write("giving the database a name", [&](soci::session& connection, const store::Dialect& dialect) {
        Statement statement(connection, dialect, sql_.identify);
        statement.use("identity", identity).use("now", time).run();
        return statement.affected_rows();
    });
}

model::Control SociJournal::control() {
    store::SociSession& session = store_.session();
    const JournalSql& known = sql();
    const auto notes = session.run("reading what is in force", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), known.in_force);
        return read_notes(statement);
    });
    model::Control control;
    for (const auto& note : notes) {
        if (note.action == model::ControlAction::pause) control.pause = note;
        if (note.action == model::ControlAction::release_mass_loss) control.mass_loss_release = note.at;
        if (note.action == model::ControlAction::release_cluster) control.cluster_release = note;
        if (note.action == model::ControlAction::release_database) control.database_release = note.at;
        if (note.action == model::ControlAction::release_clock) control.clock_release = note.at;
    }
    return control;
}

void SociJournal::note(const model::ControlNote& note) {
    const long long at = store::journal_time(note.at);
    const std::string action(name(note.action));
    const long long instance = note.instance ? note.instance->value : 0;
    const long long until = note.until ? store::journal_time(*note.until) : 0;
    soci::indicator instance_there = indicator_of(note.instance.has_value());
    soci::indicator until_there = indicator_of(note.until.has_value());
    const std::string who = store::storable(note.who);
    const std::string why = store::storable(note.why);
    const bool release = note.action == model::ControlAction::release;
    const std::string state(name(note.terms.value_or(model::ReleaseTerms{}).state));
    soci::indicator state_there = indicator_of(release);
    const JournalSql& known = sql();
    const bool added = *added_;
    write("writing what a person told", [&](soci::session& connection, const store::Dialect& dialect) {
        Statement statement(connection, dialect, known.note);
        if (added) statement.use("state", state, state_there);
        statement.use("at", at)
            .use("action", action)
            .use("instance", instance, instance_there)
            .use("until", until, until_there)
            .use("who", who)
            .use("why", why)
            .run();
        return statement.affected_rows();
    });
}

std::map<model::WorkflowInstanceId, InstanceHistory> SociJournal::history_of(
    std::span<const model::WorkflowInstanceId> ids) {
    store::SociSession& session = store_.session();
    const JournalSql& known = sql();
    std::map<model::WorkflowInstanceId, InstanceHistory> histories;
    const std::vector<long long> all = store::numbers(ids);
    for (std::size_t begin = 0; begin < all.size(); begin += ids_at_once) {
        const auto piece = std::span(all).subspan(begin, std::min(ids_at_once, all.size() - begin));
        session.run("reading the past of workflow instances", [&](soci::session& connection) {
            {
                Statement statement(connection, session.dialect(), known.entries_of);
                statement.use_ids(piece);
                for (auto& entry : read_entries(statement, session.settings().zone))
                    histories[entry.instance].entries.push_back(std::move(entry));
            }
            Statement statement(connection, session.dialect(), known.releases_of);
            statement.use_ids(piece);
            for (auto& note : read_notes(statement)) histories[*note.instance].releases.push_back(std::move(note));
        });
    }
    return histories;
}

std::vector<model::JournalEntry> SociJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    store::SociSession& session = store_.session();
    const long long last = after;
    const long long most = bound_limit(limit);
    const JournalSql& known = sql();
    return session.run("reading what is awaited", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), known.unconfirmed);
        statement.use("after", last).use("limit", most);
        return read_entries(statement, session.settings().zone);
    });
}

void SociJournal::confirm(std::span<const model::JournalEntry> entries) {
    if (entries.empty()) return;
    std::vector<store::BoundRow> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) {
        rows.push_back({static_cast<long long>(entry.number), std::string(name(entry.receipt)),
                        store::journal_time(entry.receipt_at),
                        entry.taken_by ? store::Bound(*entry.taken_by) : store::Bound(), entry.message});
    }
    write_rows("writing receipts", sql_.confirm, rows);
}

std::vector<model::JournalEntry> SociJournal::entries(std::optional<model::WorkflowInstanceId> instance,
                                                      std::size_t limit) {
    store::SociSession& session = store_.session();
    const long long wanted = instance ? instance->value : 0;
    const long long most = bound_limit(limit);
    const JournalSql& known = sql();
    return session.run("reading the journal", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), instance ? known.newest_of_one : known.newest_entries);
        statement.use("limit", most);
        if (instance) statement.use("instance", wanted);
        return read_entries(statement, session.settings().zone);
    });
}

std::vector<model::ControlNote> SociJournal::notes(std::size_t limit) {
    store::SociSession& session = store_.session();
    const long long most = bound_limit(limit);
    const JournalSql& known = sql();
    return session.run("reading what people told", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), known.newest_notes);
        statement.use("limit", most);
        return read_notes(statement);
    });
}

std::optional<model::JournalEntry> SociJournal::entry(std::int64_t number) {
    store::SociSession& session = store_.session();
    const long long wanted = number;
    const JournalSql& known = sql();
    const auto found = session.run("reading an entry of the journal", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), known.entry);
        statement.use("number", wanted);
        return read_entries(statement, session.settings().zone);
    });
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<model::ControlNote> SociJournal::open_releases() {
    store::SociSession& session = store_.session();
    const JournalSql& known = sql();
    if (!*added_) return {};
    return session.run("reading releases that are open", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), known.open_releases);
        return read_notes(statement);
    });
}

void SociJournal::settle_releases(std::span<const model::ControlNote> releases) {
    const JournalSql& known = sql();
    if (releases.empty() || !*added_) return;
    std::vector<store::BoundRow> rows;
    rows.reserve(releases.size());
    for (const auto& note : releases) {
        const auto terms = note.terms.value_or(model::ReleaseTerms{});
        const bool unbound = terms.state == model::ReleaseState::unbound;
        // 0 means a row without a time, as in the journal; NULL means a release that no sweep has seen.
        const long long owned_since = terms.owned_since ? store::journal_time(*terms.owned_since) : 0;
        rows.push_back({static_cast<long long>(note.number), std::string(name(note.action)),
                        terms.gate.empty() ? store::Bound() : store::Bound(terms.gate),
                        unbound ? store::Bound() : store::Bound(owned_since), std::string(name(terms.state)),
                        store::journal_time(terms.state_at), terms.why, static_cast<long long>(terms.spent.count())});
    }
    write_rows("writing what became of releases", known.settle_releases, rows);
}

void SociJournal::write_rows(std::string_view doing, const std::string& statement_text,
                             std::span<const store::BoundRow> rows) {
    write(doing, [&](soci::session& connection, const store::Dialect& dialect) {
        long long written = 0;
        for (std::size_t begin = 0; begin < rows.size(); begin += receipts_at_once) {
            Statement statement(connection, dialect, statement_text);
            statement.use_rows(rows.subspan(begin, std::min(receipts_at_once, rows.size() - begin))).run();
            written += statement.affected_rows();
        }
        return written;
    });
}

std::size_t SociJournal::purge(model::Instant before, std::size_t most) {
    const std::string purge_sql = store::in_schema(sql_.purge, store_.facts());
    const long long limit = store::journal_time(before);
    const long long count = bound_limit(most);
    return static_cast<std::size_t>(
        write("purging the journal", [&](soci::session& connection, const store::Dialect& dialect) {
            Statement statement(connection, dialect, purge_sql);
            statement.use("before", limit).use("most", count).run();
            return statement.affected_rows();
        }));
}

std::uint64_t SociJournal::size() {
    store::SociSession& session = store_.session();
    return session.run("counting the journal's entries", [&](soci::session& connection) {
        long long entries = 0;
        Statement(connection, session.dialect(), sql_.size).into(entries).run();
        return static_cast<std::uint64_t>(entries);
    });
}

}  // namespace dsr::journal
