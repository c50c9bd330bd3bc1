// SPDX-License-Identifier: Apache-2.0
// Reads the rows of DolphinScheduler's tables over an open connection and converts them to values.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/new_rows.hpp"
#include "model/task_instance.hpp"
#include "model/workflow_instance.hpp"
#include "model/zone.hpp"
#include "store/sql/dialect.hpp"
#include "store/sql/statement.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

/// Must not outlive the connection, the SQL and the zone. Every call throws what SOCI throws.
class RowReader {
public:
    using Ids = std::span<const model::WorkflowInstanceId>;

    RowReader(soci::session& connection, const SchemaSql& sql, const model::Zone& zone)
        : connection_(connection), sql_(sql), zone_(zone) {}

    /// Runs a statement that selects an instance's columns, which are the same for every one of them, in the same
    /// order. The rows come without command_pending and definition_exists. There is room for `most` from the start.
    [[nodiscard]] std::vector<model::WorkflowInstance> instances(Statement& statement, std::size_t most = 0) const;
    /// These rows; ascending, likewise.
    [[nodiscard]] std::vector<model::WorkflowInstance> instances(Ids ids) const;
    /// The first id above `after`.
    [[nodiscard]] std::optional<long long> next_id(long long after) const;
    /// Unfinished rows, ascending, at most limit; likewise.
    [[nodiscard]] std::vector<model::WorkflowInstance> first_unfinished(std::size_t limit) const;
    /// The same with after < id <= upto.
    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_page(long long after, long long upto,
                                                                       std::size_t limit) const;
    /// Unfinished rows with after < id, ascending, at most limit, by the optional index; likewise.
    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_by_index(long long after, std::size_t limit) const;
    /// The newest start_time, finished rows included. Nothing when empty or when it does not parse.
    [[nodiscard]] std::optional<model::Instant> newest_start_time() const;
    /// Whether any unfinished row names this host exactly.
    [[nodiscard]] bool names_host(const std::string& host) const;
    /// Fills definition_exists of each row.
    void find_definitions(std::vector<model::WorkflowInstance>& rows) const;
    /// Fills command_pending and definition_exists of each row.
    void complete(std::vector<model::WorkflowInstance>& rows) const;
    /// The same for a page of ascending rows: a range of ids costs the database less than a list of them.
    void complete_page(std::vector<model::WorkflowInstance>& page) const;
    /// Which of ids have a row in t_ds_command.
    [[nodiscard]] std::set<model::WorkflowInstanceId> commanded(Ids ids) const;
    /// The unfinished tasks of these instances.
    [[nodiscard]] std::vector<model::TaskInstance> unfinished_tasks(Ids ids) const;

    /// Instances of these hosts in a failover state with a task that was submitted or ended at or after the host's
    /// time, each with the latest such time. A time in the hour that autumn repeats counts, as does the host's time,
    /// because it may have been after it.
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity(const Losses& losses) const;
    /// The same for these instances since `since`, whatever their host and state.
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_of(Ids ids,
                                                                                       model::Instant since) const;
    /// The instance that started each of these sub-workflow instances.
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents(Ids ids) const;
    /// The newest error command of each of these instances that has one.
    [[nodiscard]] std::map<model::WorkflowInstanceId, ErrorCommand> error_commands(Ids ids) const;
    /// The newest rows of the instance and the task table, at most `limit` of each, ascending.
    [[nodiscard]] model::NewRows new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                          std::size_t limit) const;

private:
    [[nodiscard]] std::optional<model::Instant> instant(const std::optional<std::string>& wall) const;
    [[nodiscard]] std::string wall_before(model::Instant since) const;
    void keep_latest(std::map<model::WorkflowInstanceId, model::Instant>& active, model::WorkflowInstanceId id,
                     const std::optional<std::string>& submitted, const std::optional<std::string>& ended,
                     model::Instant since) const;

    soci::session& connection_;
    const SchemaSql& sql_;
    const model::Zone& zone_;
};

/// The numbers of the ids, as bound in statements.
std::vector<long long> numbers(std::span<const model::WorkflowInstanceId> ids);

/// The ids of these rows.
std::vector<model::WorkflowInstanceId> ids_of(std::span<const model::WorkflowInstance> rows);

}  // namespace dsr::store
