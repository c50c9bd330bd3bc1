// SPDX-License-Identifier: Apache-2.0
#include "store/new_row_reading.hpp"

#include <algorithm>

#include "store/row_reading.hpp"
#include "store/statement.hpp"

namespace dsr::store {

namespace {

std::vector<model::NewInstance> read_new_instances(soci::session& connection, const Dialect& dialect,
                                                   const model::Zone& zone, long long after, long long limit) {
    std::vector<long long> ids(chunk);
    NullableColumn<std::string> hosts(chunk);
    NullableColumn<std::string> starts(chunk);
    NullableColumn<std::string> restarts(chunk);
    NullableColumn<std::string> histories(chunk);
    Statement statement(connection, dialect, dialect.new_instances);
    statement.use("after", after)
        .use("limit", limit)
        .into(ids)
        .into(hosts.values, hosts.indicators)
        .into(starts.values, starts.indicators)
        .into(restarts.values, restarts.indicators)
        .into(histories.values, histories.indicators);
    std::vector<model::NewInstance> rows;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            rows.push_back(
                {{ids[i]}, hosts.at(i), model::written_times({starts.at(i), restarts.at(i), histories.at(i)}, zone)});
        }
        ids.resize(chunk);
        hosts.resize(chunk);
        starts.resize(chunk);
        restarts.resize(chunk);
        histories.resize(chunk);
    }
    std::ranges::reverse(rows);
    return rows;
}

std::vector<model::NewTask> read_new_tasks(soci::session& connection, const Dialect& dialect, const model::Zone& zone,
                                           long long after, long long limit) {
    std::vector<long long> ids(chunk);
    NullableColumn<std::string> hosts(chunk);
    NullableColumn<std::string> submitted(chunk);
    Statement statement(connection, dialect, dialect.new_tasks);
    statement.use("after", after)
        .use("limit", limit)
        .into(ids)
        .into(hosts.values, hosts.indicators)
        .into(submitted.values, submitted.indicators);
    std::vector<model::NewTask> tasks;
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto time = submitted.at(i);
            tasks.push_back({{ids[i]}, hosts.at(i), time ? zone.instant(*time) : std::nullopt});
        }
        ids.resize(chunk);
        hosts.resize(chunk);
        submitted.resize(chunk);
    }
    std::ranges::reverse(tasks);
    return tasks;
}

}  // namespace

model::NewRows read_new_rows(soci::session& connection, const Dialect& dialect, const model::Zone& zone,
                             model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                             std::size_t limit) {
    const auto most = static_cast<long long>(limit);
    return {read_new_instances(connection, dialect, zone, after_instance.value, most),
            read_new_tasks(connection, dialect, zone, after_task.value, most)};
}

}  // namespace dsr::store
