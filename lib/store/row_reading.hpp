// SPDX-License-Identifier: Apache-2.0
// Converts result rows to values. The columns are those that every dialect selects for an instance, in the same order.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/task_instance.hpp"
#include "model/workflow_instance.hpp"
#include "store/soci_session.hpp"
#include "store/statement.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

/// Number of rows converted at a time.
inline constexpr std::size_t chunk = 500;

/// A column that may be NULL, for a number of rows at a time.
template <typename T>
struct NullableColumn {
    std::vector<T> values;
    std::vector<soci::indicator> indicators;

    explicit NullableColumn(std::size_t rows) : values(rows), indicators(rows) {}
    void resize(std::size_t rows) {
        values.resize(rows);
        indicators.resize(rows);
    }
    [[nodiscard]] std::optional<T> at(std::size_t row) const {
        if (indicators[row] == soci::i_null) return std::nullopt;
        return values[row];
    }
};

/// Runs a statement that selects an instance's columns and returns its rows, without command_pending and
/// definition_exists. Throws what SOCI throws.
std::vector<model::WorkflowInstance> read_instances(Statement& statement, const SociSession& session,
                                                    model::Generation generation);

/// For a state_history of which only the end was read, returns a list of the complete entries: a master writes the key
/// "time" first, and no text within an entry contains these quotes unescaped. Returns any other text unchanged.
std::string whole_entries(std::string history);

/// Which of ids have a row in t_ds_command. `dialect` is filled for the schema.
std::set<model::WorkflowInstanceId> read_commanded(soci::session& connection, const Dialect& dialect,
                                                   std::span<const model::WorkflowInstanceId> ids);

/// Fills definition_exists of each row.
void read_definitions(soci::session& connection, const Dialect& dialect, std::vector<model::WorkflowInstance>& rows);

/// The unfinished tasks of these instances.
std::vector<model::TaskInstance> read_unfinished_tasks(soci::session& connection, const Dialect& dialect,
                                                       const model::Zone& zone,
                                                       std::span<const model::WorkflowInstanceId> ids);

/// Instances of these hosts in a failover state with a task that was submitted or ended at or after the host's time,
/// each with the latest such time. A time in the hour that autumn repeats counts, as does the host's time, because it
/// may have been after it.
std::map<model::WorkflowInstanceId, model::Instant> read_task_activity(soci::session& connection,
                                                                       const Dialect& dialect, const model::Zone& zone,
                                                                       const Losses& losses);

/// The same for these instances since `since`, whatever their host and state.
std::map<model::WorkflowInstanceId, model::Instant> read_task_activity_of(
    soci::session& connection, const Dialect& dialect, const model::Zone& zone,
    std::span<const model::WorkflowInstanceId> ids, model::Instant since);

/// The instance that started each of these sub-workflow instances.
std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> read_parents(
    soci::session& connection, const Dialect& dialect, std::span<const model::WorkflowInstanceId> ids);

/// The newest error command of each of these instances that has one.
std::map<model::WorkflowInstanceId, ErrorCommand> read_error_commands(soci::session& connection, const Dialect& dialect,
                                                                      const model::SchemaFacts& facts,
                                                                      const model::Zone& zone,
                                                                      std::span<const model::WorkflowInstanceId> ids);

/// The numbers of the ids, as bound in statements.
std::vector<long long> numbers(std::span<const model::WorkflowInstanceId> ids);

}  // namespace dsr::store
