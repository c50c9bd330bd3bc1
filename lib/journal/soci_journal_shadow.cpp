// SPDX-License-Identifier: Apache-2.0
// The part of SociJournal for shadow mode: the table ds_reconciler_shadow.
#include <algorithm>
#include <set>
#include <tuple>

#include "journal/journal_reading.hpp"
#include "journal/soci_journal.hpp"
#include "model/ownership_time.hpp"
#include "store/journal_row.hpp"
#include "store/statement.hpp"

namespace dsr::journal {

using model::ShadowEntry;
using store::Statement;

namespace {

// Keeps the statement within the length that the server allows.
constexpr std::size_t rows_at_once = 500;

/// Part of the unique key, which treats two NULLs as different losses.
long long owned_since(const ShadowEntry& entry) {
    return entry.owned_since ? store::journal_time(*entry.owned_since) : 0;
}

/// In the column order of ShadowSql::note.
store::BoundRow shadow_row(const ShadowEntry& entry) {
    return {entry.sweep,
            store::journal_time(entry.at),
            std::string(name(entry.kind)),
            static_cast<long long>(entry.instance.value),
            entry.from_host.text,
            static_cast<long long>(entry.old_state),
            owned_since(entry),
            store::journal_time(entry.owned_until),
            std::string(name(entry.verdict)),
            entry.reason,
            entry.version,
            entry.replica,
            store::journal_time(entry.untouched_at),
            std::string(name(entry.compared)),
            store::journal_time(entry.compared_at),
            static_cast<long long>(entry.settled ? 1 : 0),
            entry.dealt_by ? store::Bound(*entry.dealt_by) : store::Bound(),
            entry.message};
}

/// The loss that an entry concerns: the unique key, with the ownership as masters keep it.
auto loss_of(const ShadowEntry& entry) {
    return std::tuple(entry.instance, entry.from_host.text, model::cut_stamp(entry.owned_since), entry.kind);
}

}  // namespace

std::vector<ShadowEntry> SociJournal::note_shadow(std::span<const ShadowEntry> entries) {
    if (entries.empty()) return {};
    store::SociSession& session = store_.session();
    std::vector<long long> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) ids.push_back(entry.instance.value);
    std::set<decltype(loss_of(entries.front()))> noted;
    for (std::size_t begin = 0; begin < ids.size(); begin += ids_at_once) {
        const auto piece = std::span(ids).subspan(begin, std::min(ids_at_once, ids.size() - begin));
        session.run("reading what shadow mode noted", [&](soci::session& connection) {
            Statement statement(connection, session.dialect(), sql_.shadow.entries_of);
            statement.use_ids(piece);
            for (const auto& entry : read_shadow(statement)) noted.insert(loss_of(entry));
        });
    }
    std::vector<ShadowEntry> fresh;
    for (const auto& entry : entries) {
        if (noted.insert(loss_of(entry)).second) fresh.push_back(entry);
    }
    if (fresh.empty()) return fresh;
    std::vector<store::BoundRow> rows;
    rows.reserve(fresh.size());
    for (const auto& entry : fresh) rows.push_back(shadow_row(entry));
    write("noting what shadow mode would have done", [&](soci::session& connection, const store::Dialect& dialect) {
        long long written = 0;
        for (std::size_t begin = 0; begin < rows.size(); begin += rows_at_once) {
            Statement statement(connection, dialect, sql_.shadow.note);
            statement.use_rows(std::span(rows).subspan(begin, std::min(rows_at_once, rows.size() - begin))).run();
            written += statement.affected_rows();
        }
        return written;
    });
    return fresh;
}

std::vector<ShadowEntry> SociJournal::unsettled_shadow(std::int64_t after, std::size_t limit) {
    store::SociSession& session = store_.session();
    const long long last = after;
    const long long most = bound_limit(limit);
    return session.run("reading what shadow mode follows", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), sql_.shadow.unsettled);
        statement.use("after", last).use("limit", most);
        return read_shadow(statement);
    });
}

void SociJournal::compare_shadow(std::span<const ShadowEntry> entries) {
    if (entries.empty()) return;
    std::vector<store::BoundRow> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) {
        rows.push_back({static_cast<long long>(entry.number), store::journal_time(entry.untouched_at),
                        std::string(name(entry.compared)), store::journal_time(entry.compared_at),
                        static_cast<long long>(entry.settled ? 1 : 0),
                        entry.dealt_by ? store::Bound(*entry.dealt_by) : store::Bound(), entry.message});
    }
    write("writing how shadow mode compares", [&](soci::session& connection, const store::Dialect& dialect) {
        long long written = 0;
        for (std::size_t begin = 0; begin < rows.size(); begin += rows_at_once) {
            Statement statement(connection, dialect, sql_.shadow.compare);
            statement.use_rows(std::span(rows).subspan(begin, std::min(rows_at_once, rows.size() - begin))).run();
            written += statement.affected_rows();
        }
        return written;
    });
}

model::ComparisonCounts SociJournal::shadow_counts() {
    store::SociSession& session = store_.session();
    return session.run("counting how shadow mode compares", [&](soci::session& connection) {
        std::vector<std::string> names(model::comparison_names.size() + 1);
        std::vector<long long> numbers(names.size());
        Statement statement(connection, session.dialect(), sql_.shadow.counts);
        statement.into(names).into(numbers);
        model::ComparisonCounts counts{};
        for (bool got = statement.run(); got; got = statement.more()) {
            for (std::size_t i = 0; i < names.size(); ++i) {
                // A name written by a later version is not in this version's score.
                const auto known = base::enumerator_named<model::Comparison>(model::comparison_names, names[i]);
                if (known) counts[static_cast<std::size_t>(*known)] = static_cast<std::uint64_t>(numbers[i]);
            }
            names.resize(counts.size() + 1);
            numbers.resize(counts.size() + 1);
        }
        return counts;
    });
}

std::vector<ShadowEntry> SociJournal::shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                     std::size_t limit) {
    store::SociSession& session = store_.session();
    const long long wanted = instance ? instance->value : 0;
    const long long most = bound_limit(limit);
    return session.run("reading what shadow mode noted", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(),
                            instance ? sql_.shadow.newest_of_one : sql_.shadow.newest_entries);
        statement.use("limit", most);
        if (instance) statement.use("instance", wanted);
        return read_shadow(statement);
    });
}

std::size_t SociJournal::purge_shadow(model::Instant before, std::size_t most) {
    const long long limit = store::journal_time(before);
    const long long count = bound_limit(most);
    return static_cast<std::size_t>(
        write("purging what shadow mode noted", [&](soci::session& connection, const store::Dialect& dialect) {
            Statement statement(connection, dialect, sql_.shadow.purge);
            statement.use("before", limit).use("most", count).run();
            return statement.affected_rows();
        }));
}

}  // namespace dsr::journal
