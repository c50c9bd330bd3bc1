// SPDX-License-Identifier: Apache-2.0
// The port to DolphinScheduler's database. Two implementations: SOCI (soci_store) and the tests' fake. Called from the
// sweep's thread only; calls block, bounded by the configured statement timeout. All throw model::Failure; after a
// Failure the store reconnects by itself on the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/database_session.hpp"
#include "model/ids.hpp"
#include "model/instant.hpp"
#include "model/new_rows.hpp"
#include "model/ownership_time.hpp"
#include "model/queues.hpp"
#include "model/schema_facts.hpp"
#include "model/task_instance.hpp"
#include "model/workflow_instance.hpp"
#include "store/failover_transaction.hpp"

namespace dsr::store {

/// A row of t_ds_alert (docs/dolphinscheduler-protocol.md, section 11).
struct AlertRow {
    std::string title;     ///< cut to 64 characters where the column is that short
    std::string content;   ///< JSON array of one object, as the alert server renders it
    std::string sign;      ///< 40 hex digits; identifies repeated alerts
    int warning_type = 2;  ///< FAILURE
    int alert_type = 4;    ///< FAULT_TOLERANCE_WARNING; NULL makes the 3.1 alert server fail on every poll
    int alert_group = 1;
};

/// The newest row of t_ds_error_command for an instance.
struct ErrorCommand {
    std::int64_t id = 0;           ///< id of the failed command
    std::string message;           ///< why it failed, as the master wrote it; may be long
    std::optional<int> old_state;  ///< G2, of a recovery command: the state before 18, by its workflowExecutionStatus
    bool recovery = false;         ///< whether it was a recovery command
    /// Its update_time: when the command was written. Nothing when it is NULL or cannot be read.
    std::optional<model::Instant> updated_at;
};

/// The time columns of one instance, unconverted: the wall clock of DolphinScheduler's zone.
struct InstanceTimes {
    model::OwnershipColumns columns;
    std::optional<std::string> end_time;
    std::optional<model::OwnershipColumn> decides;  ///< the column that the ownership time comes from
};

/// The time since when each of these hosts is missing.
using Losses = std::map<model::MasterAddress, model::Instant>;

/// The database as a whole.
class Database {
public:
    virtual ~Database() = default;

    /// Connects when needed and checks that the server answers. Throws Failure(retry) when it is unreachable,
    /// Failure(permanent) when it refuses access (password, database, privilege). After it, inspect() refuses only
    /// because of the schema.
    virtual void ping() = 0;

    /// The schema. Read at every sweep, because DolphinScheduler may have been upgraded. Throws Failure(permanent),
    /// naming the missing table or column, for an unknown schema.
    [[nodiscard]] virtual model::SchemaFacts inspect() = 0;

    /// The newest heartbeat in the tables of a JDBC registry: it advances while servers use them.
    /// Epoch milliseconds by some server's clock, only to be compared with itself. Nothing where there is no such table
    /// or row, or where this user may not read it.
    [[nodiscard]] virtual std::optional<std::int64_t> newest_registry_stamp() = 0;

    /// The sessions over TCP in this database. Empty where the server shows none to this user: PostgreSQL without
    /// pg_read_all_stats and MySQL without PROCESS show at most those of this user, and MySQL's of this user are taken
    /// for those of daemons. SQLite has none.
    [[nodiscard]] virtual model::DatabaseSessions client_sessions() = 0;

    /// The database's time, to compare clocks. UTC; for SQLite the machine's.
    [[nodiscard]] virtual model::Instant clock() = 0;
};

/// What a sweep reads to judge.
class WorkflowReader {
public:
    virtual ~WorkflowReader() = default;

    /// The newest start_time in the instance table, finished rows included. Nothing when empty or when it does not
    /// parse.
    [[nodiscard]] virtual std::optional<model::Instant> newest_start_time() = 0;

    /// The times of the newest rows of the instance and the task table with ids above these, finished or not, at most
    /// `limit` of each, by the primary keys alone. Both as of one moment.
    [[nodiscard]] virtual model::NewRows new_rows(model::WorkflowInstanceId after_instance,
                                                  model::TaskInstanceId after_task, std::size_t limit) = 0;

    /// Unfinished rows with id > after, ascending, at most limit.
    [[nodiscard]] virtual std::vector<model::WorkflowInstance> unfinished_after(model::WorkflowInstanceId after,
                                                                                std::size_t limit) = 0;

    /// These rows in their present state, finished or not; deleted rows are missing. Ascending.
    [[nodiscard]] virtual std::vector<model::WorkflowInstance> read(std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Tasks (flag = 1, not finished) of these instances; G1 only.
    [[nodiscard]] virtual std::vector<model::TaskInstance> unfinished_tasks(
        std::span<const model::WorkflowInstanceId> ids) = 0;

    /// Whether any unfinished row names this host exactly.
    [[nodiscard]] virtual bool names_host(const std::string& host) = 0;

    /// Of the instances in a failover state that one of these hosts owns, those with a task (flag = 1) that was
    /// submitted or ended at or after the host's time, each with the latest such time. One statement, aggregated in the
    /// database: instances of other hosts take no memory.
    [[nodiscard]] virtual std::map<model::WorkflowInstanceId, model::Instant> task_activity_since(
        const Losses& losses) = 0;

    /// The same for these instances only.
    [[nodiscard]] virtual std::map<model::WorkflowInstanceId, model::Instant> task_activity_of(
        std::span<const model::WorkflowInstanceId> ids, model::Instant since) = 0;

    /// The instance that started each of these sub-workflow instances. G2 only.
    [[nodiscard]] virtual std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> parents_of(
        std::span<const model::WorkflowInstanceId> ids) = 0;

    /// The newest error command of each of these instances that has one.
    [[nodiscard]] virtual std::map<model::WorkflowInstanceId, ErrorCommand> error_commands(
        std::span<const model::WorkflowInstanceId> ids) = 0;
};

/// What people are shown besides.
class DetailReader {
public:
    virtual ~DetailReader() = default;

    /// The stuck queues among the oldest `max_serial` rows of the serial queues, and the oldest `max_commands`
    /// commands: by the primary keys alone, both as of one moment. Omits what this user may not read.
    [[nodiscard]] virtual model::QueuesRead queues(std::size_t max_serial, std::size_t max_commands) = 0;

    /// The unfinished tasks (flag = 1) of these instances in either generation, by instance and id, at most limit, for
    /// display.
    [[nodiscard]] virtual std::vector<model::RunningTask> running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                                        std::size_t limit) = 0;

    /// The projects of these definitions, by definition code; unknown codes are missing.
    [[nodiscard]] virtual std::map<std::int64_t, model::Project> projects_of(
        std::span<const std::int64_t> definition_codes) = 0;

    /// Nothing when there is no such instance.
    [[nodiscard]] virtual std::optional<InstanceTimes> times_of(model::WorkflowInstanceId id) = 0;
};

/// Where a failover is written.
class FailoverWriter {
public:
    virtual ~FailoverWriter() = default;

    /// Each call of the transaction throws Failure(retry), with nothing to commit, after limits.whole. Throws
    /// Failure(permanent) in the first generation where the server does not limit idle time to limits.most: the claim
    /// of a suspended process could be committed after another took the row.
    [[nodiscard]] virtual std::unique_ptr<FailoverTransaction> begin_failover(const FailoverLimits& limits) = 0;
};

/// Where an alert for DolphinScheduler's own alert server is written.
class AlertWriter {
public:
    virtual ~AlertWriter() = default;

    /// In its own short transaction: inserts the alert unless one with the same sign was created within `suppress` of
    /// now (2.0, without sign: the same content, still undelivered). True when a row was written.
    virtual bool insert_alert(const AlertRow& alert, model::Instant now, model::Milliseconds suppress) = 0;
};

/// The whole port. Who needs only one part takes that.
class WorkflowStore : public Database,
                      public WorkflowReader,
                      public DetailReader,
                      public FailoverWriter,
                      public AlertWriter {};

}  // namespace dsr::store
