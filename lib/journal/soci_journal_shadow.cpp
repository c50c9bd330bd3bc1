// SPDX-License-Identifier: Apache-2.0
// The part of SociJournal for shadow mode: the table ds_reconciler_shadow.
#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "journal/journal_reading.hpp"
#include "journal/soci_journal.hpp"
#include "model/ownership_time.hpp"
#include "store/sql/inserted_rows.hpp"

namespace dsr::journal {

using model::ShadowEntry;

namespace {

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
    std::vector<long long> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) ids.push_back(entry.instance.value);
    std::set<decltype(loss_of(entries.front()))> noted;
    ask_by_ids("reading shadow entries", sql_.shadow.entries_of, ids, [&](Statement& statement) {
        for (const auto& entry : read_shadow(statement)) noted.insert(loss_of(entry));
    });
    std::vector<ShadowEntry> fresh;
    std::vector<store::BoundRow> rows;
    for (const auto& entry : entries) {
        if (!noted.insert(loss_of(entry)).second) continue;
        fresh.push_back(entry);
        rows.push_back(shadow_row(entry));
    }
    if (!fresh.empty()) write_rows("writing shadow entries", sql_.shadow.note, rows);
    return fresh;
}

std::vector<ShadowEntry> SociJournal::unsettled_shadow(std::int64_t after, std::size_t limit) {
    return ask("reading open shadow entries", sql_.shadow.unsettled, [&](Statement& statement) {
        return read_shadow(statement.use("after", after).use("limit", bound_limit(limit)));
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
    write_rows("writing shadow comparisons", sql_.shadow.compare, rows);
}

model::ComparisonCounts SociJournal::shadow_counts() {
    model::ComparisonCounts counts{};
    ask("counting shadow comparisons", sql_.shadow.counts, [&](Statement& statement) {
        store::for_each_row(statement, [&](const std::string& name, long long number) {
            // A name written by a later version is not in this version's score.
            const auto known = base::enumerator_named<model::Comparison>(model::comparison_names, name);
            if (known) counts[static_cast<std::size_t>(*known)] = static_cast<std::uint64_t>(number);
        });
    });
    return counts;
}

std::vector<ShadowEntry> SociJournal::shadow_entries(std::optional<model::WorkflowInstanceId> instance,
                                                     std::size_t limit) {
    const std::string& text = instance ? sql_.shadow.newest_of_one : sql_.shadow.newest_entries;
    return ask("reading shadow entries", text, [&](Statement& statement) {
        if (instance) statement.use("instance", instance->value);
        return read_shadow(statement.use("limit", bound_limit(limit)));
    });
}

std::size_t SociJournal::purge_shadow(model::Instant before, std::size_t most) {
    return static_cast<std::size_t>(write("purging shadow entries", sql_.shadow.purge, [&](Statement& statement) {
        statement.use("before", store::journal_time(before)).use("most", bound_limit(most));
    }));
}

}  // namespace dsr::journal
