// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_reading.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/failure.hpp"

namespace dsr::journal {

namespace {

using Text = std::optional<std::string>;
using Number = std::optional<long long>;

model::Instant instant(long long microseconds) {
    return model::Instant{std::chrono::microseconds{microseconds}};
}

std::optional<model::Instant> instant(const Number& microseconds) {
    return microseconds ? std::optional(instant(*microseconds)) : std::nullopt;
}

/// The enum value with that name.
template <typename Enum, typename Names>
Enum named(const Names& names, const std::string& text, const char* table, long long number) {
    if (const auto found = base::enumerator_named<Enum>(names, text)) return *found;
    throw model::Failure(model::ErrorKind::permanent,
                         std::string("row ") + std::to_string(number) + " of " + table + " says '" + text +
                             "', which this version does not support; a later version wrote it");
}

}  // namespace

long long bound_limit(std::size_t limit) {
    return static_cast<long long>(std::min<std::size_t>(limit, 1'000'000'000));
}

void bring_into(const model::Zone& zone, model::JournalEntry& entry) {
    if (!entry.zone || !entry.owned_since || *entry.zone == zone.name()) return;
    try {
        entry.owned_since = zone.instant(model::Zone(*entry.zone).wall(*entry.owned_since));
    } catch (const model::Failure&) {
        // The wall time is unknown: the stored instant is the only value to compare.
    }
}

std::vector<model::JournalEntry> read_entries(store::Statement& statement, const model::Zone& zone) {
    const char* const table = "ds_reconciler_journal";
    std::vector<model::JournalEntry> entries;
    store::for_each_row(statement,
                        [&](long long id, std::string sweep, long long at, const std::string& kind, long long instance,
                            std::string from_host, Number from_startup, Number from_process, int old_state,
                            long long owned_since, int releases, Number command, const std::string& verdict,
                            std::string reason, std::string version, std::string replica, const std::string& receipt,
                            Number receipt_at, Text taken_by, std::string message, Text entry_zone) {
                            model::JournalEntry& entry = entries.emplace_back();
                            entry.number = id;
                            entry.sweep = std::move(sweep);
                            entry.at = instant(at);
                            entry.kind = named<model::EntryKind>(model::entry_kind_names, kind, table, id);
                            entry.instance = {instance};
                            entry.from_host = {std::move(from_host)};
                            entry.from_startup = instant(from_startup);
                            entry.from_process = from_process;
                            entry.old_state = old_state;
                            if (owned_since != 0) entry.owned_since = instant(owned_since);
                            entry.releases = releases;
                            entry.command = command;
                            entry.verdict = named<model::Verdict>(model::verdict_names, verdict, table, id);
                            entry.reason = std::move(reason);
                            entry.version = std::move(version);
                            entry.replica = std::move(replica);
                            entry.receipt = named<model::Receipt>(model::receipt_names, receipt, table, id);
                            entry.receipt_at = instant(receipt_at);
                            entry.taken_by = std::move(taken_by);
                            entry.message = std::move(message);
                            entry.zone = std::move(entry_zone);
                            bring_into(zone, entry);
                        });
    return entries;
}

std::vector<RecoveryCount> read_recoveries(store::Statement& statement) {
    std::vector<RecoveryCount> counts;
    store::for_each_row(statement, [&](std::string host, const std::string& receipt, long long entries, long long first,
                                       long long last, Number receipt_at, long long instance) {
        counts.push_back({{std::move(host)},
                          named<model::Receipt>(model::receipt_names, receipt, "ds_reconciler_journal", instance),
                          static_cast<std::uint64_t>(entries),
                          instant(first),
                          instant(last),
                          instant(receipt_at),
                          {instance}});
    });
    return counts;
}

std::vector<model::ShadowEntry> read_shadow(store::Statement& statement) {
    const char* const table = "ds_reconciler_shadow";
    std::vector<model::ShadowEntry> entries;
    store::for_each_row(
        statement,
        [&](long long id, std::string sweep, long long at, const std::string& kind, long long instance,
            std::string from_host, int old_state, long long owned_since, Number owned_until, const std::string& verdict,
            std::string reason, std::string version, std::string replica, Number untouched_at,
            const std::string& compared, Number compared_at, int settled, Text dealt_by, std::string message) {
            model::ShadowEntry& entry = entries.emplace_back();
            entry.number = id;
            entry.sweep = std::move(sweep);
            entry.at = instant(at);
            entry.kind = named<model::EntryKind>(model::entry_kind_names, kind, table, id);
            entry.instance = {instance};
            entry.from_host = {std::move(from_host)};
            entry.old_state = old_state;
            if (owned_since != 0) entry.owned_since = instant(owned_since);
            entry.owned_until = instant(owned_until);
            entry.verdict = named<model::Verdict>(model::verdict_names, verdict, table, id);
            entry.reason = std::move(reason);
            entry.version = std::move(version);
            entry.replica = std::move(replica);
            entry.untouched_at = instant(untouched_at);
            entry.compared = named<model::Comparison>(model::comparison_names, compared, table, id);
            entry.compared_at = instant(compared_at);
            entry.settled = settled != 0;
            entry.dealt_by = std::move(dealt_by);
            entry.message = std::move(message);
        });
    return entries;
}

std::vector<model::ControlNote> read_notes(store::Statement& statement) {
    const char* const table = "ds_reconciler_control";
    std::vector<model::ControlNote> notes;
    store::for_each_row(statement, [&](long long id, long long at, const std::string& action, Number instance,
                                       Number until, std::string who, std::string why, Text gate, Number owned_since,
                                       const Text& state, Number state_at, Text state_why, Number spent) {
        model::ControlNote& note = notes.emplace_back();
        note.number = id;
        note.at = instant(at);
        note.action = named<model::ControlAction>(model::control_action_names, action, table, id);
        if (instance) note.instance = {*instance};
        note.until = instant(until);
        note.who = std::move(who);
        note.why = std::move(why);
        if (!state) return;
        auto& terms = note.terms.emplace();
        terms.state = named<model::ReleaseState>(model::release_state_names, *state, table, id);
        terms.gate = std::move(gate).value_or("");
        if (owned_since && *owned_since != 0) terms.owned_since = instant(*owned_since);
        terms.spent = std::chrono::microseconds{spent.value_or(0)};
        terms.state_at = instant(state_at);
        terms.why = std::move(state_why).value_or("");
    });
    return notes;
}

}  // namespace dsr::journal
