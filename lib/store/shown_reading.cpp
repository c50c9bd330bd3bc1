// SPDX-License-Identifier: Apache-2.0
#include "store/shown_reading.hpp"

#include <string>

#include "store/row_reading.hpp"
#include "store/statement.hpp"

namespace dsr::store {

std::vector<std::string> listed_links(std::string column) {
    if (column.size() > static_cast<std::size_t>(link_characters)) {
        if (const auto last = column.rfind(','); last != std::string::npos) column.resize(last);
    }
    return model::application_links(column);
}

std::vector<model::RunningTask> read_running_tasks(soci::session& connection, const Dialect& dialect,
                                                   const model::Zone& zone,
                                                   std::span<const model::WorkflowInstanceId> ids, std::size_t limit) {
    std::vector<model::RunningTask> tasks;
    if (ids.empty() || limit == 0) return tasks;
    const auto most = static_cast<long long>(limit);
    std::vector<long long> task_ids(chunk);
    std::vector<long long> instances(chunk);
    std::vector<std::string> names(chunk);
    std::vector<std::string> types(chunk);
    NullableColumn<int> states(chunk);
    NullableColumn<std::string> hosts(chunk);
    NullableColumn<std::string> starts(chunk);
    NullableColumn<std::string> links(chunk);
    Statement statement(connection, dialect, dialect.running_tasks);
    statement.use_ids(numbers(ids))
        .use("limit", most)
        .into(task_ids)
        .into(instances)
        .into(names)
        .into(types)
        .into(states.values, states.indicators)
        .into(hosts.values, hosts.indicators)
        .into(starts.values, starts.indicators)
        .into(links.values, links.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < task_ids.size(); ++i) {
            const auto start = starts.at(i);
            tasks.push_back({{task_ids[i]},
                             {instances[i]},
                             names[i],
                             types[i],
                             states.at(i),
                             hosts.at(i),
                             start ? zone.instant(*start) : std::nullopt,
                             listed_links(links.at(i).value_or(""))});
        }
        task_ids.resize(chunk);
        instances.resize(chunk);
        names.resize(chunk);
        types.resize(chunk);
        states.resize(chunk);
        hosts.resize(chunk);
        starts.resize(chunk);
        links.resize(chunk);
    }
    return tasks;
}

std::map<std::int64_t, model::Project> read_projects(soci::session& connection, const Dialect& dialect,
                                                     std::span<const std::int64_t> definition_codes) {
    std::map<std::int64_t, model::Project> projects;
    if (definition_codes.empty()) return projects;
    const std::vector<long long> wanted(definition_codes.begin(), definition_codes.end());
    std::vector<long long> codes(chunk);
    NullableColumn<long long> project_codes(chunk);
    NullableColumn<std::string> names(chunk);
    Statement statement(connection, dialect, dialect.projects_of);
    statement.use_ids(wanted)
        .into(codes)
        .into(project_codes.values, project_codes.indicators)
        .into(names.values, names.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < codes.size(); ++i) projects[codes[i]] = {project_codes.at(i), names.at(i)};
        codes.resize(chunk);
        project_codes.resize(chunk);
        names.resize(chunk);
    }
    return projects;
}

std::vector<model::StuckQueue> read_stuck_queues(soci::session& connection, const Dialect& dialect, std::size_t limit) {
    const auto most = static_cast<long long>(limit);
    std::vector<long long> rows(chunk);
    std::vector<long long> codes(chunk);
    std::vector<int> versions(chunk);
    std::vector<long long> instances(chunk);
    NullableColumn<int> states(chunk);
    std::vector<long long> behind(chunk);
    Statement statement(connection, dialect, dialect.stuck_queues);
    statement.use("limit", most)
        .into(rows)
        .into(codes)
        .into(versions)
        .into(instances)
        .into(states.values, states.indicators)
        .into(behind);
    std::vector<model::StuckQueue> stuck;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            stuck.push_back(
                {rows[i], codes[i], versions[i], {instances[i]}, states.at(i), static_cast<std::uint64_t>(behind[i])});
        rows.resize(chunk);
        codes.resize(chunk);
        versions.resize(chunk);
        instances.resize(chunk);
        states.resize(chunk);
        behind.resize(chunk);
    }
    // A queue is not stuck when its instance is in failover and the command waits.
    std::vector<model::WorkflowInstanceId> claimed;
    for (const auto& queue : stuck) {
        if (queue.state == model::state::failover) claimed.push_back(queue.instance);
    }
    if (claimed.empty()) return stuck;
    const auto commanded = read_commanded(connection, dialect, claimed);
    std::erase_if(stuck, [&](const model::StuckQueue& queue) {
        return queue.state == model::state::failover && commanded.contains(queue.instance);
    });
    return stuck;
}

std::vector<model::WaitingCommand> read_waiting_commands(soci::session& connection, const Dialect& dialect,
                                                         const model::Zone& zone, std::size_t limit) {
    const auto most = static_cast<long long>(limit);
    std::vector<long long> ids(chunk);
    std::vector<long long> instances(chunk);
    NullableColumn<std::string> updated(chunk);
    Statement statement(connection, dialect, dialect.waiting_commands);
    statement.use("limit", most).into(ids).into(instances).into(updated.values, updated.indicators);
    std::vector<model::WaitingCommand> commands;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto time = updated.at(i);
            commands.push_back({ids[i], {instances[i]}, time ? zone.instant(*time) : std::nullopt});
        }
        ids.resize(chunk);
        instances.resize(chunk);
        updated.resize(chunk);
    }
    return commands;
}

std::vector<std::string> read_unread_of_queues(soci::session& connection, const Dialect& dialect) {
    if (dialect.unread_of_queues.empty()) return {};
    std::vector<std::string> columns(chunk);  // more than can exist
    Statement statement(connection, dialect, dialect.unread_of_queues);
    statement.into(columns);
    if (!statement.run()) return {};
    return columns;
}

std::optional<InstanceTimes> read_times(soci::session& connection, const Dialect& dialect, const model::Zone& zone,
                                        model::Generation generation, model::WorkflowInstanceId id) {
    const long long number = id.value;
    constexpr std::size_t two = 2;  // SOCI's SQLite takes a vector of one for a scalar
    NullableColumn<std::string> start(two);
    NullableColumn<std::string> restart(two);
    NullableColumn<std::string> history(two);
    NullableColumn<std::string> end(two);
    Statement statement(connection, dialect, dialect.times_of);
    statement.use("id", number)
        .into(start.values, start.indicators)
        .into(restart.values, restart.indicators)
        .into(history.values, history.indicators)
        .into(end.values, end.indicators);
    if (!statement.run()) return std::nullopt;
    InstanceTimes times{{start.at(0), restart.at(0), history.at(0)}, end.at(0), {}};
    times.decides = model::deciding_column(times.columns, dialect.precision, zone, generation);
    return times;
}

}  // namespace dsr::store
