// SPDX-License-Identifier: Apache-2.0
// WorkflowStore on PostgreSQL, MySQL or MariaDB, and SQLite, through SOCI with its back ends linked.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/sql/optional_indexes.hpp"
#include "store/sql/soci_session.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

class RowReader;

/// One connection, opened on first use and again after a Failure. One thread only. While a FailoverTransaction is open
/// only that may be used (std::logic_error); it must not outlive the store. Calls that need the schema inspect it first
/// if inspect() was not called.
class SociStore : public WorkflowStore {
public:
    explicit SociStore(ConnectionSettings settings);

    void ping() override;
    [[nodiscard]] model::SchemaFacts inspect() override;
    [[nodiscard]] std::optional<model::Instant> newest_start_time() override;
    [[nodiscard]] model::NewRows new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                          std::size_t limit) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> unfinished_after(model::WorkflowInstanceId after,
                                                                        std::size_t limit) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> read(std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::vector<model::TaskInstance> unfinished_tasks(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] bool names_host(const std::string& host) override;
    [[nodiscard]] model::Instant clock() override;
    [[nodiscard]] std::optional<std::int64_t> newest_registry_stamp() override;
    [[nodiscard]] model::DatabaseSessions client_sessions() override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_since(
        const Losses& losses) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::Instant> task_activity_of(
        std::span<const model::WorkflowInstanceId> ids, model::Instant since) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents_of(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] std::map<model::WorkflowInstanceId, ErrorCommand> error_commands(
        std::span<const model::WorkflowInstanceId> ids) override;
    [[nodiscard]] model::QueuesRead queues(std::size_t max_serial, std::size_t max_commands) override;
    [[nodiscard]] std::vector<model::RunningTask> running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                                std::size_t limit) override;
    [[nodiscard]] std::map<std::int64_t, model::Project> projects_of(
        std::span<const std::int64_t> definition_codes) override;
    [[nodiscard]] std::optional<InstanceTimes> times_of(model::WorkflowInstanceId id) override;
    [[nodiscard]] std::unique_ptr<FailoverTransaction> begin_failover(const FailoverLimits& limits) override;
    bool insert_alert(const AlertRow& alert, model::Instant now, model::Milliseconds suppress) override;

    /// Creates the optional index on unfinished instances without blocking the masters' writes. With it a sweep's
    /// duration does not grow with the history. False when it existed. May take as long as the statement timeout.
    bool make_unfinished_index();
    /// The same for the optional index on tasks, which finds the tasks of an instance without a scan of all tasks.
    /// PostgreSQL's schema has no such index.
    bool make_task_index();
    /// The cost of unfinished_after() since the last inspect().
    [[nodiscard]] const UnfinishedScan& unfinished_scan() const { return scan_; }
    /// The cost of task_activity_since() and task_activity_of() since the last inspect().
    [[nodiscard]] const TaskScan& task_scan() const { return task_scan_; }

    /// Called at the start of each statement; each statement ends within its limit, so the calls show progress. May be
    /// empty.
    void on_statement(std::function<void()> begins) { session_.on_statement(std::move(begins)); }

    /// The connection for other tables of this database, those of the journal. Request it again for every call; refuses
    /// while a transaction is open.
    [[nodiscard]] SociSession& session();
    /// The result of the last inspect().
    [[nodiscard]] const model::SchemaFacts& facts() { return schema().sql.schema; }

private:
    struct Schema {
        SchemaSql sql;
        int alert_title_length = 0;     ///< 0: no limit
        bool unfinished_index = false;  ///< the optional index exists
        bool task_index = false;        ///< the same
        std::string registry_stamp;     ///< as InspectedSchema
    };

    /// Refuses while a transaction is open; inspects if that was not done.
    const Schema& schema();
    const Schema& look_at_schema();
    void refuse_while_open() const;
    [[nodiscard]] bool finds(std::string_view what, const std::string& sql);
    /// Makes the index with these statements; `there` tells whether it exists. False when it existed.
    bool make_index(std::string_view what, std::vector<std::string> SchemaSql::*statements, bool Schema::*there);
    /// Adds the duration of `work` to the cost, and whether a statement reached its limit.
    template <typename Cost, typename Work>
    auto measured(Cost& cost, Work&& work);
    /// Adjusts the number of ids per statement of a pass, according to the time of the last one.
    void fit_window(std::chrono::steady_clock::duration took);
    std::vector<model::WorkflowInstance> unfinished_rows(const RowReader& reader, long long after, std::size_t limit);
    std::vector<model::WorkflowInstance> unfinished_by_windows(const RowReader& reader, long long after,
                                                               std::size_t limit);
    template <typename Reader, typename Result, typename... Parameters>
    Result read_by(std::string_view doing, Result (Reader::*member)(Parameters...) const,
                   std::type_identity_t<Parameters>... parameters);
    template <typename Reader, typename Work>
    auto read_at_once(std::string_view doing, Work&& work);

    SociSession session_;
    std::optional<Schema> schema_;
    UnfinishedScan scan_;
    TaskScan task_scan_;
    /// The next pass reads by one statement, which the database may spread over processes, until the first page is
    /// full. By windows of ids after a pass of many rows, which would sort them for each page, and after a slow one.
    bool whole_table_ = true;
    long long window_;
    bool transaction_open_ = false;
    bool registry_unreadable_ = false;  ///< this user may not read the registry's tables
    bool sessions_unreadable_ = false;  ///< nor the server's list of sessions
};

}  // namespace dsr::store
