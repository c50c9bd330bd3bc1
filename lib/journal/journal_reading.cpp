// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_reading.hpp"

#include <algorithm>
#include <string_view>

#include "journal/entry_zone.hpp"
#include "model/failure.hpp"
#include "store/row_reading.hpp"

namespace dsr::journal {

namespace {

using store::chunk;
using store::NullableColumn;

model::Instant instant(long long microseconds) {
    return model::Instant{std::chrono::microseconds{microseconds}};
}

std::optional<model::Instant> instant(const std::optional<long long>& microseconds) {
    return microseconds ? std::optional(instant(*microseconds)) : std::nullopt;
}

/// The enum value with that name.
template <typename Enum, typename Names>
Enum named(const Names& names, const std::string& text, const char* table, long long number) {
    if (const auto found = base::enumerator_named<Enum>(names, text)) return *found;
    throw model::Failure(model::ErrorKind::permanent, std::string("row ") + std::to_string(number) + " of " + table +
                                                          " says '" + text +
                                                          "', which this version does not know; a later one wrote it");
}

/// Columns of one statement, restored to their size together.
template <typename... Columns>
void resize_all(Columns&... columns) {
    (columns.resize(chunk), ...);
}

}  // namespace

long long bound_limit(std::size_t limit) {
    return static_cast<long long>(std::min<std::size_t>(limit, 1'000'000'000));
}

std::vector<model::JournalEntry> read_entries(store::Statement& statement, const model::Zone& zone) {
    std::vector<long long> ids(chunk);
    std::vector<std::string> sweeps(chunk);
    std::vector<long long> times(chunk);
    std::vector<std::string> kinds(chunk);
    std::vector<long long> instances(chunk);
    std::vector<std::string> hosts(chunk);
    NullableColumn<long long> startups(chunk);
    NullableColumn<long long> processes(chunk);
    std::vector<int> states(chunk);
    std::vector<long long> owned(chunk);
    std::vector<int> releases(chunk);
    NullableColumn<long long> commands(chunk);
    std::vector<std::string> verdicts(chunk);
    std::vector<std::string> reasons(chunk);
    std::vector<std::string> versions(chunk);
    std::vector<std::string> replicas(chunk);
    std::vector<std::string> receipts(chunk);
    NullableColumn<long long> receipt_times(chunk);
    NullableColumn<std::string> takers(chunk);
    std::vector<std::string> messages(chunk);
    NullableColumn<std::string> zones(chunk);
    statement.into(ids)
        .into(sweeps)
        .into(times)
        .into(kinds)
        .into(instances)
        .into(hosts)
        .into(startups.values, startups.indicators)
        .into(processes.values, processes.indicators)
        .into(states)
        .into(owned)
        .into(releases)
        .into(commands.values, commands.indicators)
        .into(verdicts)
        .into(reasons)
        .into(versions)
        .into(replicas)
        .into(receipts)
        .into(receipt_times.values, receipt_times.indicators)
        .into(takers.values, takers.indicators)
        .into(messages)
        .into(zones.values, zones.indicators);

    const char* const table = "ds_reconciler_journal";
    std::vector<model::JournalEntry> entries;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            model::JournalEntry& entry = entries.emplace_back();
            entry.number = ids[i];
            entry.sweep = sweeps[i];
            entry.at = instant(times[i]);
            entry.kind = named<model::EntryKind>(model::entry_kind_names, kinds[i], table, ids[i]);
            entry.instance = {instances[i]};
            entry.from_host = {hosts[i]};
            entry.from_startup = instant(startups.at(i));
            entry.from_process = processes.at(i);
            entry.old_state = states[i];
            if (owned[i] != 0) entry.owned_since = instant(owned[i]);
            entry.releases = releases[i];
            entry.command = commands.at(i);
            entry.verdict = named<model::Verdict>(model::verdict_names, verdicts[i], table, ids[i]);
            entry.reason = reasons[i];
            entry.version = versions[i];
            entry.replica = replicas[i];
            entry.receipt = named<model::Receipt>(model::receipt_names, receipts[i], table, ids[i]);
            entry.receipt_at = instant(receipt_times.at(i));
            entry.taken_by = takers.at(i);
            entry.message = messages[i];
            entry.zone = zones.at(i);
            bring_into(zone, entry);
        }
        resize_all(ids, sweeps, times, kinds, instances, hosts, startups, processes, states, owned, releases, commands,
                   verdicts, reasons, versions, replicas, receipts, receipt_times, takers, messages, zones);
    }
    return entries;
}

std::vector<model::ShadowEntry> read_shadow(store::Statement& statement) {
    std::vector<long long> ids(chunk);
    std::vector<std::string> sweeps(chunk);
    std::vector<long long> times(chunk);
    std::vector<std::string> kinds(chunk);
    std::vector<long long> instances(chunk);
    std::vector<std::string> hosts(chunk);
    std::vector<int> states(chunk);
    std::vector<long long> owned(chunk);
    NullableColumn<long long> owned_until(chunk);
    std::vector<std::string> verdicts(chunk);
    std::vector<std::string> reasons(chunk);
    std::vector<std::string> versions(chunk);
    std::vector<std::string> replicas(chunk);
    NullableColumn<long long> untouched(chunk);
    std::vector<std::string> comparisons(chunk);
    NullableColumn<long long> compared(chunk);
    std::vector<int> settled(chunk);
    NullableColumn<std::string> dealers(chunk);
    std::vector<std::string> messages(chunk);
    statement.into(ids)
        .into(sweeps)
        .into(times)
        .into(kinds)
        .into(instances)
        .into(hosts)
        .into(states)
        .into(owned)
        .into(owned_until.values, owned_until.indicators)
        .into(verdicts)
        .into(reasons)
        .into(versions)
        .into(replicas)
        .into(untouched.values, untouched.indicators)
        .into(comparisons)
        .into(compared.values, compared.indicators)
        .into(settled)
        .into(dealers.values, dealers.indicators)
        .into(messages);

    const char* const table = "ds_reconciler_shadow";
    std::vector<model::ShadowEntry> entries;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            model::ShadowEntry& entry = entries.emplace_back();
            entry.number = ids[i];
            entry.sweep = sweeps[i];
            entry.at = instant(times[i]);
            entry.kind = named<model::EntryKind>(model::entry_kind_names, kinds[i], table, ids[i]);
            entry.instance = {instances[i]};
            entry.from_host = {hosts[i]};
            entry.old_state = states[i];
            if (owned[i] != 0) entry.owned_since = instant(owned[i]);
            entry.owned_until = instant(owned_until.at(i));
            entry.verdict = named<model::Verdict>(model::verdict_names, verdicts[i], table, ids[i]);
            entry.reason = reasons[i];
            entry.version = versions[i];
            entry.replica = replicas[i];
            entry.untouched_at = instant(untouched.at(i));
            entry.compared = named<model::Comparison>(model::comparison_names, comparisons[i], table, ids[i]);
            entry.compared_at = instant(compared.at(i));
            entry.settled = settled[i] != 0;
            entry.dealt_by = dealers.at(i);
            entry.message = messages[i];
        }
        resize_all(ids, sweeps, times, kinds, instances, hosts, states, owned, owned_until, verdicts, reasons, versions,
                   replicas, untouched, comparisons, compared, settled, dealers, messages);
    }
    return entries;
}

std::vector<model::ControlNote> read_notes(store::Statement& statement) {
    std::vector<long long> ids(chunk);
    std::vector<long long> times(chunk);
    std::vector<std::string> actions(chunk);
    NullableColumn<long long> instances(chunk);
    NullableColumn<long long> untils(chunk);
    std::vector<std::string> whos(chunk);
    std::vector<std::string> whys(chunk);
    NullableColumn<std::string> gates(chunk);
    NullableColumn<long long> owned(chunk);
    NullableColumn<std::string> states(chunk);
    NullableColumn<long long> state_times(chunk);
    NullableColumn<std::string> state_whys(chunk);
    NullableColumn<long long> spent(chunk);
    statement.into(ids)
        .into(times)
        .into(actions)
        .into(instances.values, instances.indicators)
        .into(untils.values, untils.indicators)
        .into(whos)
        .into(whys)
        .into(gates.values, gates.indicators)
        .into(owned.values, owned.indicators)
        .into(states.values, states.indicators)
        .into(state_times.values, state_times.indicators)
        .into(state_whys.values, state_whys.indicators)
        .into(spent.values, spent.indicators);
    std::vector<model::ControlNote> notes;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            model::ControlNote& note = notes.emplace_back();
            note.number = ids[i];
            note.at = instant(times[i]);
            note.action =
                named<model::ControlAction>(model::control_action_names, actions[i], "ds_reconciler_control", ids[i]);
            if (const auto instance = instances.at(i)) note.instance = {*instance};
            note.until = instant(untils.at(i));
            note.who = whos[i];
            note.why = whys[i];
            if (const auto state = states.at(i)) {
                auto& terms = note.terms.emplace();
                terms.state =
                    named<model::ReleaseState>(model::release_state_names, *state, "ds_reconciler_control", ids[i]);
                terms.gate = gates.at(i).value_or("");
                if (const auto since = owned.at(i); since && *since != 0) terms.owned_since = instant(*since);
                terms.spent = std::chrono::microseconds{spent.at(i).value_or(0)};
                terms.state_at = instant(state_times.at(i));
                terms.why = state_whys.at(i).value_or("");
            }
        }
        resize_all(ids, times, actions, instances, untils, whos, whys, gates, owned, states, state_times, state_whys,
                   spent);
    }
    return notes;
}

}  // namespace dsr::journal
