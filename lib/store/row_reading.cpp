// SPDX-License-Identifier: Apache-2.0
#include "store/row_reading.hpp"

#include <algorithm>

#include "store/command_param.hpp"

namespace dsr::store {

std::string whole_entries(std::string history) {
    if (history.size() < static_cast<std::size_t>(history_characters)) return history;
    const auto first = history.find(R"({"time":)");
    return first == std::string::npos ? history : "[" + history.substr(first);
}

std::vector<model::WorkflowInstance> read_instances(Statement& statement, const SociSession& session,
                                                    model::Generation generation) {
    std::vector<long long> ids(chunk);
    std::vector<std::string> workflow_names(chunk);
    NullableColumn<int> states(chunk);
    NullableColumn<std::string> hosts(chunk);
    NullableColumn<std::string> start_times(chunk);
    NullableColumn<std::string> restart_times(chunk);
    NullableColumn<std::string> histories(chunk);
    std::vector<long long> codes(chunk);
    std::vector<int> versions(chunk);
    std::vector<int> subs(chunk);
    statement.into(ids)
        .into(workflow_names)
        .into(states.values, states.indicators)
        .into(hosts.values, hosts.indicators)
        .into(start_times.values, start_times.indicators)
        .into(restart_times.values, restart_times.indicators)
        .into(histories.values, histories.indicators)
        .into(codes)
        .into(versions)
        .into(subs);

    std::vector<model::WorkflowInstance> rows;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            model::WorkflowInstance& row = rows.emplace_back();
            row.id = {ids[i]};
            row.name = workflow_names[i];
            row.state = states.at(i);
            row.host = hosts.at(i);
            auto history = histories.at(i);
            if (history) history = whole_entries(std::move(*history));
            row.ownership = model::ownership_time({start_times.at(i), restart_times.at(i), std::move(history)},
                                                  session.dialect().precision, session.settings().zone, generation);
            row.definition_code = codes[i];
            row.definition_version = versions[i];
            row.is_sub_workflow = subs[i] == 1;
        }
        ids.resize(chunk);
        workflow_names.resize(chunk);
        states.resize(chunk);
        hosts.resize(chunk);
        start_times.resize(chunk);
        restart_times.resize(chunk);
        histories.resize(chunk);
        codes.resize(chunk);
        versions.resize(chunk);
        subs.resize(chunk);
    }
    return rows;
}

std::set<model::WorkflowInstanceId> read_commanded(soci::session& connection, const Dialect& dialect,
                                                   std::span<const model::WorkflowInstanceId> ids) {
    std::set<model::WorkflowInstanceId> commanded;
    if (ids.empty()) return commanded;
    std::vector<long long> found(chunk);
    Statement statement(connection, dialect, dialect.commands_of);
    statement.use_ids(numbers(ids)).into(found);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (const long long id : found) commanded.insert({id});
        found.resize(chunk);
    }
    return commanded;
}

void read_definitions(soci::session& connection, const Dialect& dialect, std::vector<model::WorkflowInstance>& rows) {
    if (rows.empty()) return;
    std::vector<long long> codes;
    codes.reserve(rows.size());
    for (const auto& row : rows) codes.push_back(row.definition_code);
    std::ranges::sort(codes);
    codes.erase(std::ranges::unique(codes).begin(), codes.end());

    std::set<std::pair<std::int64_t, int>> known;
    std::vector<long long> found_codes(chunk);
    NullableColumn<int> found_versions(chunk);
    Statement statement(connection, dialect, dialect.definitions_of);
    statement.use_ids(codes).into(found_codes).into(found_versions.values, found_versions.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < found_codes.size(); ++i) {
            if (const auto version = found_versions.at(i)) known.emplace(found_codes[i], *version);
        }
        found_codes.resize(chunk);
        found_versions.resize(chunk);
    }
    for (auto& row : rows) row.definition_exists = known.contains({row.definition_code, row.definition_version});
}

std::vector<model::TaskInstance> read_unfinished_tasks(soci::session& connection, const Dialect& dialect,
                                                       const model::Zone& zone,
                                                       std::span<const model::WorkflowInstanceId> ids) {
    std::vector<model::TaskInstance> tasks;
    if (ids.empty()) return tasks;
    std::vector<long long> task_ids(chunk);
    std::vector<long long> instances(chunk);
    std::vector<int> states(chunk);
    std::vector<std::string> types(chunk);
    NullableColumn<std::string> hosts(chunk);
    NullableColumn<std::string> submitted(chunk);
    Statement statement(connection, dialect, dialect.unfinished_tasks);
    statement.use_ids(numbers(ids))
        .into(task_ids)
        .into(instances)
        .into(states)
        .into(types)
        .into(hosts.values, hosts.indicators)
        .into(submitted.values, submitted.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < task_ids.size(); ++i) {
            const auto wall = submitted.at(i);
            tasks.push_back({{task_ids[i]},
                             {instances[i]},
                             states[i],
                             types[i],
                             hosts.at(i),
                             wall ? zone.instant(*wall) : std::nullopt});
        }
        task_ids.resize(chunk);
        instances.resize(chunk);
        states.resize(chunk);
        types.resize(chunk);
        hosts.resize(chunk);
        submitted.resize(chunk);
    }
    return tasks;
}

namespace {

/// Where clocks are set back, a wall time occurs twice: then one from before the change, which `note` filters.
std::string wall_before(const model::Zone& zone, model::Instant since) {
    std::string wall = zone.wall(since);
    return zone.instant(wall) ? wall : zone.wall(since - std::chrono::hours{2});
}

/// Keeps the latest of these times in `active`, if one is at or after `since`.
void note(std::map<model::WorkflowInstanceId, model::Instant>& active, model::WorkflowInstanceId id,
          std::initializer_list<std::optional<std::string>> times, const model::Zone& zone, model::Instant since) {
    for (const auto& text : times) {
        if (!text) continue;
        const model::Instant time = zone.instant(*text).value_or(since);
        if (time < since) continue;
        auto& latest = active.try_emplace(id, time).first->second;
        latest = std::max(latest, time);
    }
}

}  // namespace

std::map<model::WorkflowInstanceId, model::Instant> read_task_activity(soci::session& connection,
                                                                       const Dialect& dialect, const model::Zone& zone,
                                                                       const Losses& losses) {
    if (losses.empty()) return {};
    std::vector<BoundRow> hosts;
    hosts.reserve(losses.size());
    for (const auto& [host, since] : losses) hosts.push_back({host.text, wall_before(zone, since)});
    std::vector<long long> instances(chunk);
    std::vector<std::string> owners(chunk);
    NullableColumn<std::string> submitted(chunk);
    NullableColumn<std::string> ended(chunk);
    Statement statement(connection, dialect, dialect.task_activity);
    statement.use_rows(hosts)
        .into(instances)
        .into(owners)
        .into(submitted.values, submitted.indicators)
        .into(ended.values, ended.indicators);
    std::map<model::WorkflowInstanceId, model::Instant> active;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < instances.size(); ++i) {
            if (const auto lost = losses.find({owners[i]}); lost != losses.end())
                note(active, {instances[i]}, {submitted.at(i), ended.at(i)}, zone, lost->second);
        }
        instances.resize(chunk);
        owners.resize(chunk);
        submitted.resize(chunk);
        ended.resize(chunk);
    }
    return active;
}

std::map<model::WorkflowInstanceId, model::Instant> read_task_activity_of(
    soci::session& connection, const Dialect& dialect, const model::Zone& zone,
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    if (ids.empty()) return {};
    const std::string wall = wall_before(zone, since);
    std::vector<long long> instances(chunk);
    NullableColumn<std::string> submitted(chunk);
    NullableColumn<std::string> ended(chunk);
    Statement statement(connection, dialect, dialect.task_activity_of);
    statement.use_ids(numbers(ids))
        .use("since", wall)
        .into(instances)
        .into(submitted.values, submitted.indicators)
        .into(ended.values, ended.indicators);
    std::map<model::WorkflowInstanceId, model::Instant> active;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < instances.size(); ++i)
            note(active, {instances[i]}, {submitted.at(i), ended.at(i)}, zone, since);
        instances.resize(chunk);
        submitted.resize(chunk);
        ended.resize(chunk);
    }
    return active;
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> read_parents(
    soci::session& connection, const Dialect& dialect, std::span<const model::WorkflowInstanceId> ids) {
    std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents;
    if (ids.empty()) return parents;
    std::vector<long long> children(chunk);
    std::vector<long long> starters(chunk);
    Statement statement(connection, dialect, dialect.parents_of);
    statement.use_ids(numbers(ids)).into(children).into(starters);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < children.size(); ++i) parents[{children[i]}] = {starters[i]};
        children.resize(chunk);
        starters.resize(chunk);
    }
    return parents;
}

std::map<model::WorkflowInstanceId, ErrorCommand> read_error_commands(soci::session& connection, const Dialect& dialect,
                                                                      const model::SchemaFacts& facts,
                                                                      const model::Zone& zone,
                                                                      std::span<const model::WorkflowInstanceId> ids) {
    std::map<model::WorkflowInstanceId, ErrorCommand> commands;
    if (ids.empty()) return commands;
    std::vector<long long> instances(chunk);
    std::vector<long long> numbers_of(chunk);
    NullableColumn<int> types(chunk);
    NullableColumn<std::string> params(chunk);
    NullableColumn<std::string> messages(chunk);
    NullableColumn<std::string> updates(chunk);
    Statement statement(connection, dialect, dialect.error_commands);
    statement.use_ids(numbers(ids))
        .into(instances)
        .into(numbers_of)
        .into(types.values, types.indicators)
        .into(params.values, params.indicators)
        .into(messages.values, messages.indicators)
        .into(updates.values, updates.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < instances.size(); ++i) {
            ErrorCommand& command = commands[{instances[i]}];
            command.id = numbers_of[i];
            command.message = messages.at(i).value_or("");
            command.recovery = types.at(i) == 2;
            if (const auto update = updates.at(i)) command.updated_at = zone.instant(*update);
            const bool tells = facts.generation == model::Generation::workflow && command.recovery;
            if (tells && params.at(i)) command.old_state = old_state_of(*params.at(i));
        }
        instances.resize(chunk);
        numbers_of.resize(chunk);
        types.resize(chunk);
        params.resize(chunk);
        messages.resize(chunk);
        updates.resize(chunk);
    }
    return commands;
}

std::vector<long long> numbers(std::span<const model::WorkflowInstanceId> ids) {
    std::vector<long long> result;
    result.reserve(ids.size());
    for (const auto id : ids) result.push_back(id.value);
    return result;
}

}  // namespace dsr::store
