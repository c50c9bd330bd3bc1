// SPDX-License-Identifier: Apache-2.0
#include "store/sql/shown_rows.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "store/sql/rows.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

std::vector<std::string> listed_links(std::string column) {
    if (column.size() > static_cast<std::size_t>(link_characters)) {
        if (const auto last = column.rfind(','); last != std::string::npos) column.resize(last);
    }
    return model::application_links(column);
}

model::QueuesRead ShownRowReader::queues(std::size_t max_serial, std::size_t max_commands) const {
    const auto unread = unread_of_queues();
    const auto readable = [&](std::string_view table) {
        return std::ranges::none_of(unread, [&](const auto& column) { return column.starts_with(table); });
    };
    const model::SchemaFacts& schema = sql_.schema;
    const bool serial = schema.serial_queue && readable("t_ds_serial_command.");
    const bool commands = readable("t_ds_command.");
    model::QueuesRead seen;
    if (serial) seen.stuck = stuck_queues(max_serial);
    if (commands) seen.commands = waiting_commands(max_commands);
    // MySQL and MariaDB hide tables without a privilege.
    const bool hidden = !schema.serial_queue && schema.generation == model::Generation::workflow && schema.version &&
                        *schema.version >= model::Version{3, 4, 0};
    if (!serial && (schema.serial_queue || hidden)) seen.unread = "t_ds_serial_command (stuck serial queues)";
    if (!commands)
        seen.unread += std::string(seen.unread.empty() ? "" : " and ") +
                       "t_ds_command.update_time (commands that no master fetches)";
    if (!seen.unread.empty())
        seen.unread +=
            " does not exist, or this user may not see it: `ds-reconcilerd init-db --print-grants`, with the "
            "configuration of the tables' owner, prints the rights that it needs";
    return seen;
}

std::vector<model::StuckQueue> ShownRowReader::stuck_queues(std::size_t limit) const {
    std::vector<model::StuckQueue> stuck;
    Statement statement(connection_, sql_, sql_.stuck_queues);
    statement.use("limit", static_cast<long long>(limit));
    for_each_row(statement, [&](long long row, long long code, int version, long long instance,
                                std::optional<int> state, long long behind) {
        stuck.push_back({row, code, version, {instance}, state, static_cast<std::uint64_t>(behind)});
    });
    // A queue is not stuck when its instance is in failover and the command waits.
    std::vector<model::WorkflowInstanceId> claimed;
    for (const auto& queue : stuck) {
        if (queue.state == model::state::failover) claimed.push_back(queue.instance);
    }
    const auto commanded = RowReader(connection_, sql_, zone_).commanded(claimed);
    std::erase_if(stuck, [&](const model::StuckQueue& queue) {
        return queue.state == model::state::failover && commanded.contains(queue.instance);
    });
    return stuck;
}

std::vector<model::WaitingCommand> ShownRowReader::waiting_commands(std::size_t limit) const {
    std::vector<model::WaitingCommand> commands;
    Statement statement(connection_, sql_, sql_.waiting_commands);
    statement.use("limit", static_cast<long long>(limit));
    for_each_row(statement, [&](long long id, long long instance, const std::optional<std::string>& updated) {
        commands.push_back({id, {instance}, instant(updated)});
    });
    return commands;
}

std::vector<std::string> ShownRowReader::unread_of_queues() const {
    std::vector<std::string> columns;
    if (sql_.unread_of_queues.empty()) return columns;
    Statement statement(connection_, sql_, sql_.unread_of_queues);
    for_each_row(statement, [&](std::string column) { columns.push_back(std::move(column)); });
    return columns;
}

std::vector<model::RunningTask> ShownRowReader::running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                              std::size_t limit) const {
    std::vector<model::RunningTask> tasks;
    if (ids.empty() || limit == 0) return tasks;
    Statement statement(connection_, sql_, sql_.running_tasks);
    statement.use_ids(numbers(ids)).use("limit", static_cast<long long>(limit));
    for_each_row(statement, [&](long long id, long long instance, std::string name, std::string type,
                                std::optional<int> state, std::optional<std::string> host,
                                const std::optional<std::string>& start, std::optional<std::string> links) {
        tasks.push_back({{id},
                         {instance},
                         std::move(name),
                         std::move(type),
                         state,
                         std::move(host),
                         instant(start),
                         listed_links(std::move(links).value_or(""))});
    });
    return tasks;
}

std::map<std::int64_t, model::Project> ShownRowReader::projects(std::span<const std::int64_t> definition_codes) const {
    std::map<std::int64_t, model::Project> projects;
    if (definition_codes.empty()) return projects;
    const std::vector<long long> wanted(definition_codes.begin(), definition_codes.end());
    Statement statement(connection_, sql_, sql_.projects_of);
    for_each_row(statement.use_ids(wanted),
                 [&](long long code, std::optional<long long> project, std::optional<std::string> name) {
                     projects[code] = {project, std::move(name)};
                 });
    return projects;
}

std::optional<InstanceTimes> ShownRowReader::times(model::WorkflowInstanceId id) const {
    std::optional<InstanceTimes> times;
    Statement statement(connection_, sql_, sql_.times_of);
    for_each_row(
        statement.use("id", id.value), [&](std::optional<std::string> start, std::optional<std::string> restart,
                                           std::optional<std::string> history, std::optional<std::string> end) {
            times = {{std::move(start), std::move(restart), std::move(history)}, std::move(end), {}};
            times->decides = model::deciding_column(times->columns, sql_.precision, zone_, sql_.schema.generation);
        });
    return times;
}

}  // namespace dsr::store
