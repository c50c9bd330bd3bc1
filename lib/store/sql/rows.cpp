// SPDX-License-Identifier: Apache-2.0
#include "store/sql/rows.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "store/command_param.hpp"

namespace dsr::store {

namespace {

using Text = std::optional<std::string>;

// Rows are large: to move them when there are more than there is room for takes longer than to read them.
constexpr std::size_t largest_room = 5'000;

/// For a state_history of which only the end was read, returns a list of the complete entries: a master writes the key
/// "time" first, and no text within an entry contains these quotes unescaped. Returns any other text unchanged.
Text whole_entries(Text history) {
    if (!history || history->size() < static_cast<std::size_t>(history_characters)) return history;
    const auto first = history->find(R"({"time":)");
    return first == std::string::npos ? history : "[" + history->substr(first);
}

}  // namespace

std::vector<long long> numbers(std::span<const model::WorkflowInstanceId> ids) {
    std::vector<long long> result;
    result.reserve(ids.size());
    for (const auto id : ids) result.push_back(id.value);
    return result;
}

std::vector<model::WorkflowInstanceId> ids_of(std::span<const model::WorkflowInstance> rows) {
    std::vector<model::WorkflowInstanceId> result;
    result.reserve(rows.size());
    for (const auto& row : rows) result.push_back(row.id);
    return result;
}

std::optional<model::Instant> RowReader::instant(const Text& wall) const {
    return wall ? zone_.instant(*wall) : std::nullopt;
}

std::vector<model::WorkflowInstance> RowReader::instances(Statement& statement, std::size_t most) const {
    std::vector<model::WorkflowInstance> rows;
    rows.reserve(std::min(most, largest_room));
    for_each_row(statement, [&](long long id, std::string name, std::optional<int> state, Text host, Text start,
                                Text restart, Text history, long long code, int version, int is_sub) {
        model::WorkflowInstance& row = rows.emplace_back();
        row.id = {id};
        row.name = std::move(name);
        row.state = state;
        row.host = std::move(host);
        row.ownership = model::ownership_time({std::move(start), std::move(restart), whole_entries(std::move(history))},
                                              sql_.precision, zone_, sql_.schema.generation);
        row.definition_code = code;
        row.definition_version = version;
        row.is_sub_workflow = is_sub == 1;
    });
    return rows;
}

std::vector<model::WorkflowInstance> RowReader::instances(Ids ids) const {
    Statement statement(connection_, sql_, sql_.instances);
    return instances(statement.use_ids(numbers(ids)), ids.size());
}

std::optional<long long> RowReader::next_id(long long after) const {
    return Statement(connection_, sql_, sql_.next_id).use("after", after).first<long long>();
}

std::vector<model::WorkflowInstance> RowReader::first_unfinished(std::size_t limit) const {
    Statement statement(connection_, sql_, sql_.first_unfinished);
    return instances(statement.use("limit", static_cast<long long>(limit)), limit);
}

std::vector<model::WorkflowInstance> RowReader::unfinished_page(long long after, long long upto,
                                                                std::size_t limit) const {
    Statement statement(connection_, sql_, sql_.unfinished_page);
    return instances(statement.use("after", after).use("upto", upto).use("limit", static_cast<long long>(limit)),
                     limit);
}

std::vector<model::WorkflowInstance> RowReader::unfinished_by_index(long long after, std::size_t limit) const {
    Statement statement(connection_, sql_, sql_.unfinished_by_index);
    return instances(statement.use("after", after).use("limit", static_cast<long long>(limit)), limit);
}

std::optional<model::Instant> RowReader::newest_start_time() const {
    return instant(Statement(connection_, sql_, sql_.newest_start_time).first<std::string>());
}

bool RowReader::names_host(const std::string& host) const {
    return Statement(connection_, sql_, sql_.names_host).use("host", host).first<int>().has_value();
}

void RowReader::complete(std::vector<model::WorkflowInstance>& rows) const {
    const auto pending = commanded(ids_of(rows));
    for (auto& row : rows) row.command_pending = pending.contains(row.id);
    find_definitions(rows);
}

void RowReader::complete_page(std::vector<model::WorkflowInstance>& page) const {
    if (page.empty()) return;
    std::unordered_set<long long> pending;
    Statement statement(connection_, sql_, sql_.commands_between);
    statement.use("first", page.front().id.value).use("last", page.back().id.value);
    for_each_row(statement, [&](long long id) { pending.insert(id); });
    for (auto& row : page) row.command_pending = pending.contains(row.id.value);
    find_definitions(page);
}

void RowReader::find_definitions(std::vector<model::WorkflowInstance>& rows) const {
    if (rows.empty()) return;
    std::vector<long long> codes;
    codes.reserve(rows.size());
    for (const auto& row : rows) codes.push_back(row.definition_code);
    std::ranges::sort(codes);
    codes.erase(std::ranges::unique(codes).begin(), codes.end());

    std::set<std::pair<std::int64_t, int>> known;
    Statement statement(connection_, sql_, sql_.definitions_of);
    for_each_row(statement.use_ids(codes), [&](long long code, std::optional<int> version) {
        if (version) known.emplace(code, *version);
    });
    for (auto& row : rows) row.definition_exists = known.contains({row.definition_code, row.definition_version});
}

std::set<model::WorkflowInstanceId> RowReader::commanded(Ids ids) const {
    std::set<model::WorkflowInstanceId> commanded;
    if (ids.empty()) return commanded;
    Statement statement(connection_, sql_, sql_.commands_of);
    for_each_row(statement.use_ids(numbers(ids)), [&](long long id) { commanded.insert({id}); });
    return commanded;
}

std::vector<model::TaskInstance> RowReader::unfinished_tasks(Ids ids) const {
    std::vector<model::TaskInstance> tasks;
    if (ids.empty()) return tasks;
    Statement statement(connection_, sql_, sql_.unfinished_tasks);
    for_each_row(statement.use_ids(numbers(ids)),
                 [&](long long id, long long instance, int state, std::string type, Text host, const Text& submitted) {
                     tasks.push_back({{id}, {instance}, state, std::move(type), std::move(host), instant(submitted)});
                 });
    return tasks;
}

/// Where clocks are set back, a wall time occurs twice: then one from before the change, which keep_latest() filters.
std::string RowReader::wall_before(model::Instant since) const {
    std::string wall = zone_.wall(since);
    return zone_.instant(wall) ? wall : zone_.wall(since - std::chrono::hours{2});
}

/// Keeps the latest of these times in `active`, if one is at or after `since`.
void RowReader::keep_latest(std::map<model::WorkflowInstanceId, model::Instant>& active, model::WorkflowInstanceId id,
                            const Text& submitted, const Text& ended, model::Instant since) const {
    for (const Text* text : {&submitted, &ended}) {
        if (!*text) continue;
        const model::Instant time = instant(*text).value_or(since);
        if (time < since) continue;
        auto& latest = active.try_emplace(id, time).first->second;
        latest = std::max(latest, time);
    }
}

std::map<model::WorkflowInstanceId, model::Instant> RowReader::task_activity(const Losses& losses) const {
    std::map<model::WorkflowInstanceId, model::Instant> active;
    if (losses.empty()) return active;
    std::vector<BoundRow> hosts;
    hosts.reserve(losses.size());
    for (const auto& [host, since] : losses) hosts.push_back({host.text, wall_before(since)});
    Statement statement(connection_, sql_, sql_.task_activity);
    for_each_row(statement.use_rows(hosts),
                 [&](long long id, std::string owner, const Text& submitted, const Text& ended) {
                     if (const auto lost = losses.find({std::move(owner)}); lost != losses.end())
                         keep_latest(active, {id}, submitted, ended, lost->second);
                 });
    return active;
}

std::map<model::WorkflowInstanceId, model::Instant> RowReader::task_activity_of(Ids ids, model::Instant since) const {
    std::map<model::WorkflowInstanceId, model::Instant> active;
    if (ids.empty()) return active;
    Statement statement(connection_, sql_, sql_.task_activity_of);
    statement.use_ids(numbers(ids)).use("since", wall_before(since));
    for_each_row(statement, [&](long long id, const Text& submitted, const Text& ended) {
        keep_latest(active, {id}, submitted, ended, since);
    });
    return active;
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> RowReader::parents(Ids ids) const {
    std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents;
    if (ids.empty()) return parents;
    Statement statement(connection_, sql_, sql_.parents_of);
    for_each_row(statement.use_ids(numbers(ids)),
                 [&](long long child, long long starter) { parents[{child}] = {starter}; });
    return parents;
}

std::map<model::WorkflowInstanceId, ErrorCommand> RowReader::error_commands(Ids ids) const {
    std::map<model::WorkflowInstanceId, ErrorCommand> commands;
    if (ids.empty()) return commands;
    Statement statement(connection_, sql_, sql_.error_commands);
    for_each_row(statement.use_ids(numbers(ids)), [&](long long instance, long long id, std::optional<int> type,
                                                      const Text& param, Text message, const Text& updated) {
        ErrorCommand& command = commands[{instance}];
        command.id = id;
        command.message = std::move(message).value_or("");
        command.recovery = type == 2;
        command.updated_at = instant(updated);
        const bool tells = sql_.schema.generation == model::Generation::workflow && command.recovery;
        if (tells && param) command.old_state = old_state_of(*param);
    });
    return commands;
}

model::NewRows RowReader::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                   std::size_t limit) const {
    const auto most = static_cast<long long>(limit);
    model::NewRows rows;
    {
        Statement statement(connection_, sql_, sql_.new_instances);
        statement.use("after", after_instance.value).use("limit", most);
        for_each_row(statement, [&](long long id, Text host, Text start, Text restart, Text history) {
            rows.instances.push_back(
                {{id},
                 std::move(host),
                 model::written_times({std::move(start), std::move(restart), std::move(history)}, zone_)});
        });
    }
    Statement statement(connection_, sql_, sql_.new_tasks);
    statement.use("after", after_task.value).use("limit", most);
    for_each_row(statement, [&](long long id, Text host, const Text& submitted) {
        rows.tasks.push_back({{id}, std::move(host), instant(submitted)});
    });
    std::ranges::reverse(rows.instances);
    std::ranges::reverse(rows.tasks);
    return rows;
}

}  // namespace dsr::store
