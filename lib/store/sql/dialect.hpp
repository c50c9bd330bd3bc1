// SPDX-License-Identifier: Apache-2.0
// The SQL of the store. What the databases agree on stands in dialect.cpp, with names in braces where they differ
// (generation.hpp); the rest of each database has a file: postgresql.cpp, mysql.cpp, sqlite.cpp. Values are bound
// (:name).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/ownership_time.hpp"
#include "model/schema_facts.hpp"
#include "store/generation.hpp"
#include "store/sql/connection_settings.hpp"
#include "store/sql/guard_sql.hpp"

namespace dsr::store {

/// Maximum characters read of columns of unbounded width. Rows are read many at a time, so a column read whole would
/// take as much memory as its writer chose.
inline constexpr int history_characters = 4'000;  ///< of state_history, the end: only its last entry counts
inline constexpr int link_characters = 3'400;     ///< of app_link: enough for all links that are listed
inline constexpr int error_characters = 4'000;    ///< of an error command's message; a longer parameter counts as none

/// The count as text for a statement.
inline std::string characters(int count) {
    return std::to_string(count);
}

/// How a list of values is put into one statement (statement.hpp).
enum class ListForm {
    array,     ///< PostgreSQL: one text, an array literal
    json,      ///< SQLite: one text, a JSON array
    literals,  ///< MySQL, whose client library writes all values into the statement: numbers written out, texts bound
};

/// What does not depend on DolphinScheduler's schema.
struct Dialect {
    DatabaseKind kind = DatabaseKind::postgresql;
    ListForm lists = ListForm::array;
    model::ColumnPrecision precision =
        model::ColumnPrecision::microseconds;  ///< of the published schema's time columns

    std::string prepare_session;              ///< :statement_ms, and :lock_ms (PostgreSQL) or :lock_s (MySQL)
    std::vector<std::string> begin_view;      ///< a read-only transaction in which all statements see one state
    std::vector<std::string> begin_failover;  ///< READ COMMITTED; SQLite: takes the write lock at once
    std::string limit_failover;   ///< :max_ms per statement and idle time of the transaction; empty without a server
    std::string failover_limits;  ///< the two in force, in milliseconds; 0: no such limit
    std::string lift_limits;      ///< :statement_ms; after a failover whose limits outlive it; else empty

    std::string catalog;  ///< (table, column, its length or 0) of the t_ds_ tables that this user sees
    std::string version = "select version from t_ds_version order by id desc limit 1";
    std::string client_sessions;  ///< (id, address, application, idle microseconds, 1 if it is this session) of
                                  ///< the sessions over TCP in this database; empty without a server
    std::string clock_now;        ///< an expression: epoch microseconds; in MySQL at the start of the statement
};

/// The dialect with the statements for one schema.
struct SchemaSql : Dialect {
    SchemaSql(const Dialect& dialect, model::SchemaFacts facts) : Dialect(dialect), schema(std::move(facts)) {}

    model::SchemaFacts schema;

    std::string next_id;                ///< the first id > :after
    std::string first_unfinished;       ///< the first :limit rows
    std::string unfinished_page;        ///< rows with :after < id <= :upto, at most :limit
    std::string unfinished_by_index;    ///< the first :limit rows with id > :after, where the optional index exists
    std::string instances;              ///< rows of :ids
    std::string lock_instances;         ///< rows of :ids that :host owns and a failover selects, locked
    std::string lock_claimed_process;   ///< rows of :ids that carry the mark of a failover, locked
    std::string lock_claimed_workflow;  ///< the same
    std::string commands_of;            ///< which of :ids have a command
    std::string commands_between;       ///< the instances from :first to :last that have one
    std::string definitions_of;         ///< (code, version) of the definitions in :ids
    std::string unfinished_tasks;       ///< of the instances :ids
    std::string newest_start_time;
    std::string new_instances;  ///< (id, host, the three time columns), the newest :limit with id > :after, descending
    std::string new_tasks;   ///< (id, host of its instance, submission), the newest :limit with id > :after, descending
    std::string names_host;  ///< a row, if an unfinished instance names :host
    std::string task_activity;  ///< (instance, host, latest submission, latest end) of the tasks of each instance that
                                ///< a failover selects and one of the hosts in :rows (host, time) owns, with either
                                ///< time at or after the host's; MySQL: :selects
    std::string task_activity_of;  ///< (instance, latest submission, latest end) of tasks of :ids with either at or
                                   ///< after :since
    std::string parents_of;        ///< (instance, the instance that started it) of :ids
    std::string error_commands;    ///< (instance, id, type, parameter, message, update time) of the
                                   ///< newest of each of :ids

    std::string stuck_queues;  ///< (row, definition, version, instance, its state, rows behind) of the oldest row of
                               ///< each queue, launched and of an instance that failed, is gone or was claimed,
                               ///< among the oldest :limit rows
    std::string waiting_commands;  ///< (id, instance, update time) of the oldest :limit commands
    std::string unread_of_queues;  ///< the columns of these two that exist and that this user may not read; empty
                                   ///< where the catalog hides them
    std::string running_tasks;     ///< unfinished tasks of :ids for display, at most :limit
    std::string projects_of;       ///< (definition code, project code, project name) of the definitions :ids
    std::string times_of;          ///< the time columns of :id

    std::string mark_tasks;                ///< of the instances :ids
    std::string claim_process;             ///< :ids, :host, :state
    std::string claim_workflow;            ///< the same
    std::string param_lengths;             ///< (id, bytes of command_param) of :ids
    std::string command_sources;           ///< (id, command_param, 1 if scheduled, time zone of the schedule) of :ids;
                                           // the parameter only where the release passes it on
    std::string insert_process_commands;   ///< a Batch of ids and texts, :now; (instance, id) of what it inserted
    std::string insert_workflow_commands;  ///< the same
    std::string inserted_commands;         ///< (instance, id) of the recovery commands of :ids that the INSERT before
                                           ///< wrote, for MySQL, where it cannot return them
    std::string insert_journal;            ///< :rows of the journal (inserted_rows.hpp)
    std::string insert_journal_added;      ///< the same with the columns that came after version 0.1.0
    std::string insert_alert;           ///< :title, :content, :sign, :group, :warning_type, :alert_type, :now, :since
    std::string insert_alert_unsigned;  ///< 2.0: :title, :content, :group, :now

    std::string unfinished_index;                    ///< a row, if the optional index exists and is valid
    std::vector<std::string> make_unfinished_index;  ///< for when the previous finds none; outside of a transaction
    std::string task_index;                          ///< a row, if an index on tasks starts with their instance
    std::vector<std::string> make_task_index;        ///< for when the previous finds none; outside of a transaction

    GuardSql guard;  ///< where there is a server
};

Dialect postgresql_dialect();
Dialect mysql_dialect();
Dialect sqlite_dialect();

/// The words of the common SQL.
Words postgresql_words();
Words mysql_words();
Words sqlite_words();

/// The statements that the databases have in common, with these words.
SchemaSql common_sql(const Dialect& dialect, const Words& words, const model::SchemaFacts& schema);

SchemaSql postgresql_sql(const model::SchemaFacts& schema);
SchemaSql mysql_sql(const model::SchemaFacts& schema);
SchemaSql sqlite_sql(const model::SchemaFacts& schema);

/// The dialect of that kind of database.
Dialect dialect_of(DatabaseKind kind);

/// The same with the statements for that schema.
SchemaSql sql_of(DatabaseKind kind, const model::SchemaFacts& schema);

}  // namespace dsr::store
