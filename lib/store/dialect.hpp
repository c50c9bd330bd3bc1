// SPDX-License-Identifier: Apache-2.0
// The SQL of one database, in one place: postgresql.cpp, mysql.cpp, sqlite.cpp. Values are bound (:name); what differs
// between DolphinScheduler's schemas stands in braces (generation.hpp).
#pragma once

#include <string>
#include <vector>

#include "model/ownership_time.hpp"
#include "model/schema_facts.hpp"
#include "store/connection_settings.hpp"

namespace dsr::store {

/// How a list of values gets into one statement (bound_list.hpp).
enum class ListForm {
    array,         ///< PostgreSQL: one text, an array literal
    json,          ///< SQLite: one text, a JSON array
    placeholders,  ///< MySQL: one name each, written into the statement
};

struct Dialect {
    DatabaseKind kind = DatabaseKind::postgresql;
    ListForm lists = ListForm::array;
    model::ColumnPrecision precision =
        model::ColumnPrecision::microseconds;  ///< of the published schema's time columns

    std::string prepare_session;              ///< :statement_ms, and :lock_ms (PostgreSQL) or :lock_s (MySQL)
    std::vector<std::string> begin_view;      ///< a read-only transaction in which all statements see the same
    std::vector<std::string> begin_failover;  ///< READ COMMITTED; SQLite: takes the write lock at once
    std::string limit_failover;   ///< :most_ms for a statement and for rest, in the transaction; empty without a server
    std::string failover_limits;  ///< the two in force, in milliseconds; 0: there is no such limit
    std::string lift_limits;      ///< :statement_ms; after a failover, where its limits outlive it; else empty

    std::string catalog;  ///< (table, column, its length or 0) of the t_ds_ tables that this user sees
    std::string version;  ///< what t_ds_version says

    std::string next_id;                ///< the first id > :after
    std::string unfinished_page;        ///< rows with :after < id <= :upto, at most :limit
    std::string unfinished_by_index;    ///< the first :limit rows with id > :after, where the optional index is there
    std::string instances;              ///< rows of :ids
    std::string lock_instances;         ///< rows of :ids that :host owns and a failover selects, locked
    std::string lock_claimed_process;   ///< rows of :ids that bear the mark of a failover, locked
    std::string lock_claimed_workflow;  ///< the same
    std::string commands_of;            ///< which of :ids have a command
    std::string definitions_of;         ///< (code, version) of the definitions in :ids
    std::string unfinished_tasks;       ///< of the instances :ids
    std::string newest_start_time;
    std::string new_instances;  ///< (id, host, the three time columns), the newest :limit with id > :after, descending
    std::string new_tasks;   ///< (id, host of its instance, submission), the newest :limit with id > :after, descending
    std::string names_host;  ///< a row, if there is an unfinished instance of :host
    std::string clock;       ///< epoch microseconds
    std::string task_activity;  ///< (instance, latest submission, latest end) of tasks with either at or after :since
    std::string task_activity_of;  ///< the same of the instances :ids
    std::string parents_of;        ///< (instance, the instance that started it) of :ids
    std::string
        error_commands;  ///< (instance, id, type, parameter, message, update time) of the newest of each of :ids

    std::string running_tasks;  ///< what people are shown of the unfinished tasks of :ids, at most :limit
    std::string projects_of;    ///< (definition code, project code, project name) of the definitions :ids
    std::string times_of;       ///< the time columns of :id

    std::string mark_tasks;                ///< of the instances :ids
    std::string claim_process;             ///< :ids, :host, :state
    std::string claim_workflow;            ///< the same
    std::string command_sources;           ///< (id, command_param, 1 if scheduled, time zone of the schedule) of :ids
    std::string insert_process_commands;   ///< a Batch of ids and texts, :now
    std::string insert_workflow_commands;  ///< the same
    std::string newest_recoveries;         ///< (instance, id) of the newest recovery command of each of :ids
    std::string insert_journal;            ///< :rows of the journal (journal_row.hpp)
    std::string insert_alert;           ///< :title, :content, :sign, :group, :warning_type, :alert_type, :now, :since
    std::string insert_alert_unsigned;  ///< 2.0: :title, :content, :group, :now

    std::string unfinished_index;                    ///< a row, if the optional index is there, and whole
    std::vector<std::string> make_unfinished_index;  ///< where that finds none; outside of a transaction
};

Dialect postgresql_dialect();
Dialect mysql_dialect();
Dialect sqlite_dialect();

/// The dialect of that kind of database, its braces not yet filled.
Dialect dialect_of(DatabaseKind kind);

/// The same with every brace filled for that schema.
Dialect in_schema(Dialect dialect, const model::SchemaFacts& schema);

}  // namespace dsr::store
