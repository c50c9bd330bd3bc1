// SPDX-License-Identifier: Apache-2.0
#include "journal/soci_journal.hpp"

#include <algorithm>
#include <utility>

#include "journal/journal_reading.hpp"
#include "journal/persisted_state_json.hpp"
#include "model/failure.hpp"
#include "store/generation.hpp"
#include "store/sql/inserted_rows.hpp"
#include "store/sql/rows.hpp"

namespace dsr::journal {

using store::Bound;
using store::journal_time;

SociJournal::SociJournal(store::SociStore& store)
    : store_(store), sql_(journal_sql(store.session().settings().kind, false)) {}

const JournalSql& SociJournal::sql() {
    if (!added_) know_columns(read_catalog(store_.session()));
    return sql_;
}

void SociJournal::know_columns(const JournalCatalog& there) {
    const store::DatabaseKind kind = store_.session().settings().kind;
    const bool added = has_additions(there, kind);
    if (added_ != added) sql_ = journal_sql(kind, added);
    added_ = added;
}

void SociJournal::write_rows(std::string_view doing, const std::string& text, std::span<const store::BoundRow> rows) {
    store::SociSession& session = store_.session();
    session.write(doing, doing, [&](soci::session& connection) {
        for (std::size_t begin = 0; begin < rows.size(); begin += rows_at_once) {
            Statement statement(connection, session.dialect(), text);
            statement.use_rows(rows.subspan(begin, std::min(rows_at_once, rows.size() - begin))).run();
        }
    });
}

JournalState SociJournal::inspect() {
    const JournalCatalog there = read_catalog(store_.session());
    know_columns(there);
    return inspect_journal(store_.session(), there);
}

void SociJournal::create() {
    create_journal(store_.session());
    know_columns(read_catalog(store_.session()));
}

void SociJournal::touch() {
    write("writing to the journal", sql_.touch, [](Statement&) {});
}

std::optional<model::PersistedState> SociJournal::load_state() {
    // One statement, because the rows belong to one sweep.
    std::map<std::string, std::string> texts;
    ask("loading the saved state", sql_.load_state, [&](Statement& statement) {
        store::for_each_row(statement,
                            [&](const std::string& name, std::string value) { texts[name] = std::move(value); });
    });
    const auto state = texts.find("remembered");
    if (state == texts.end()) return std::nullopt;
    auto learnt = persisted_state_from(state->second, zone().name());
    if (!learnt) return learnt;
    learnt->workers = worker_sightings_in(texts["workers"], learnt->workers.latest_view);
    learnt->timeline = timeline_in(texts["timeline"]);
    timeline_saved_ = texts["timeline"];
    return learnt;
}

void SociJournal::save_state(const model::PersistedState& learnt, const StateOwner& owner) {
    const std::string text = store::storable(persisted_state_text(learnt, zone().name()));
    const std::string workers = store::storable(worker_addresses_text(learnt.workers));
    const std::string timeline = store::storable(timeline_text(learnt.timeline));
    const std::string of = store::storable(state_owner_text(owner));
    const long long time = journal_time(owner.at);
    store::SociSession& session = store_.session();
    const std::string_view doing = "saving the state";
    session.write(doing, doing, [&](soci::session& connection) {
        Statement(connection, session.dialect(), sql_.save_state).use("text", text).use("now", time).run();
        if (learnt.workers.latest_view)
            Statement(connection, session.dialect(), sql_.save_workers).use("text", workers).use("now", time).run();
        if (timeline != timeline_saved_)
            Statement(connection, session.dialect(), sql_.save_timeline).use("text", timeline).use("now", time).run();
        Statement(connection, session.dialect(), sql_.save_owner).use("text", of).use("now", time).run();
    });
    timeline_saved_ = timeline;
}

Identity SociJournal::identity() {
    Identity identity;
    ask("reading the identity of the database", sql_.identity, [&](Statement& statement) {
        store::for_each_row(statement, [&](const std::string& name, const std::string& value, long long at) {
            if (name == "identity") identity.database = value;
            if (name == "owner")
                identity.owner = state_owner_from(value, model::Instant{std::chrono::microseconds{at}});
        });
    });
    return identity;
}

void SociJournal::identify(const std::string& identity, model::Instant now) {
    write("writing the identity of the database", sql_.identify,
          [&](Statement& statement) { statement.use("identity", identity).use("now", journal_time(now)); });
}

model::Control SociJournal::control() {
    model::Control control;
    for (const auto& note : ask("reading the notes in force", sql().in_force, read_notes)) {
        if (note.action == model::ControlAction::pause) control.pause = note;
        if (note.action == model::ControlAction::release_mass_loss) control.mass_loss_release = note.at;
        if (note.action == model::ControlAction::release_cluster) control.cluster_release = note;
        if (note.action == model::ControlAction::release_database) control.database_release = note.at;
        if (note.action == model::ControlAction::release_clock) control.clock_release = note.at;
    }
    return control;
}

void SociJournal::note(const model::ControlNote& note) {
    const bool release = note.action == model::ControlAction::release;
    const std::string state(name(note.terms.value_or(model::ReleaseTerms{}).state));
    const JournalSql& known = sql();
    write("writing a note", known.note, [&](Statement& statement) {
        if (*added_) statement.use("state", release ? Bound(state) : Bound());
        statement.use("at", journal_time(note.at))
            .use("action", std::string(name(note.action)))
            .use("instance", note.instance ? Bound(static_cast<long long>(note.instance->value)) : Bound())
            .use("until", journal_time(note.until))
            .use("who", store::storable(note.who))
            .use("why", store::storable(note.why));
    });
}

std::vector<model::ControlNote> SociJournal::notes(std::size_t limit) {
    return ask("reading notes", sql().newest_notes,
               [&](Statement& statement) { return read_notes(statement.use("limit", bound_limit(limit))); });
}

std::vector<model::ControlNote> SociJournal::open_releases() {
    const JournalSql& known = sql();
    if (!*added_) return {};
    return ask("reading open releases", known.open_releases, read_notes);
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
        const long long owned_since = terms.owned_since ? journal_time(*terms.owned_since) : 0;
        rows.push_back({static_cast<long long>(note.number), std::string(name(note.action)),
                        terms.gate.empty() ? Bound() : Bound(terms.gate), unbound ? Bound() : Bound(owned_since),
                        std::string(name(terms.state)), journal_time(terms.state_at), terms.why,
                        static_cast<long long>(terms.spent.count())});
    }
    write_rows("writing the state of releases", known.settle_releases, rows);
}

std::vector<long long> SociJournal::recorded_among(std::vector<long long> ids) {
    if (ids.empty()) return ids;
    const auto [first, last] = std::ranges::minmax(ids);
    std::vector<long long> recorded;
    ask("reading the history of workflow instances", sql().recorded_between,
        [&, first = first, last = last](Statement& statement) {
            statement.use("first", first).use("last", last).use("limit", bound_limit(ids.size() + 1));
            store::for_each_row(statement, [&](long long id) { recorded.push_back(id); });
        });
    if (recorded.size() > ids.size()) return ids;
    std::ranges::sort(recorded);
    std::erase_if(ids, [&](long long id) { return !std::ranges::binary_search(recorded, id); });
    return ids;
}

std::map<model::WorkflowInstanceId, InstanceHistory> SociJournal::history_of(
    std::span<const model::WorkflowInstanceId> ids) {
    const JournalSql& known = sql();
    const std::vector<long long> all = recorded_among(store::numbers(ids));
    std::map<model::WorkflowInstanceId, InstanceHistory> histories;
    ask_by_ids("reading the history of workflow instances", known.entries_of, all, [&](Statement& statement) {
        for (auto& entry : read_entries(statement, zone()))
            histories[entry.instance].entries.push_back(std::move(entry));
    });
    ask_by_ids("reading the history of workflow instances", known.releases_of, all, [&](Statement& statement) {
        for (auto& note : read_notes(statement)) histories[*note.instance].releases.push_back(std::move(note));
    });
    return histories;
}

std::vector<model::JournalEntry> SociJournal::unconfirmed(std::int64_t after, std::size_t limit) {
    return ask("reading awaited receipts", sql().unconfirmed, [&](Statement& statement) {
        return read_entries(statement.use("after", after).use("limit", bound_limit(limit)), zone());
    });
}

void SociJournal::confirm(std::span<const model::JournalEntry> entries) {
    if (entries.empty()) return;
    std::vector<store::BoundRow> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) {
        rows.push_back({static_cast<long long>(entry.number), std::string(name(entry.receipt)),
                        journal_time(entry.receipt_at), entry.taken_by ? Bound(*entry.taken_by) : Bound(),
                        entry.message});
    }
    write_rows("writing receipts", sql_.confirm, rows);
}

std::vector<model::JournalEntry> SociJournal::entries(std::optional<model::WorkflowInstanceId> instance,
                                                      std::size_t limit) {
    const JournalSql& known = sql();
    return ask("reading the journal", instance ? known.newest_of_one : known.newest_entries, [&](Statement& statement) {
        if (instance) statement.use("instance", instance->value);
        return read_entries(statement.use("limit", bound_limit(limit)), zone());
    });
}

std::optional<model::JournalEntry> SociJournal::entry(std::int64_t number) {
    const auto found = ask("reading an entry of the journal", sql().entry,
                           [&](Statement& statement) { return read_entries(statement.use("number", number), zone()); });
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<RecoveryCount> SociJournal::recoveries(model::Instant since, std::size_t limit) {
    return ask("counting recoveries", sql_.recoveries, [&](Statement& statement) {
        return read_recoveries(statement.use("since", journal_time(since)).use("limit", bound_limit(limit)));
    });
}

std::size_t SociJournal::purge(model::Instant before, std::size_t most) {
    const std::string purge_sql = store::in_schema(sql_.purge, store_.facts());
    return static_cast<std::size_t>(write("purging the journal", purge_sql, [&](Statement& statement) {
        statement.use("before", journal_time(before)).use("most", bound_limit(most));
    }));
}

std::uint64_t SociJournal::size() {
    const auto entries = ask("counting the journal's entries", sql_.size,
                             [](Statement& statement) { return statement.first<long long>(); });
    return static_cast<std::uint64_t>(entries.value_or(0));
}

}  // namespace dsr::journal
