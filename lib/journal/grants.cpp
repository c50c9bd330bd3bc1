// SPDX-License-Identifier: Apache-2.0
#include "journal/grants.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "model/failure.hpp"
#include "store/generation.hpp"

namespace dsr::journal {

namespace {

using store::DatabaseKind;

struct Right {
    std::string rights;
    std::string table;      ///< braces are filled for the schema
    std::string columns{};  ///< the only ones, separated by commas, with braces; for a database that grants by column
};

/// The columns that are read. Add each new column of the store's SQL here; a test compares the two.
std::vector<Right> reads(const model::SchemaFacts& schema) {
    const bool process = schema.generation == model::Generation::process;
    std::string instance =
        "id, name, state, host, start_time, restart_time, end_time, {definition_code}, "
        "{definition_version}, {is_sub}";
    if (schema.state_history) instance += ", state_history";
    // By the schema alone: which releases of 3.1 hand parameters on hangs on a version text, which may be wrong.
    if (process && schema.state_history) instance += ", command_param";
    if (process) instance += ", executor_id";
    if (process && schema.state_history) instance += ", process_instance_priority";
    if (process && schema.test_flag) instance += ", test_flag";
    std::vector<Right> all{
        {"select", "t_ds_version", "id, version"},
        {"select", "{instance}", instance},
        {"select", "t_ds_task_instance",
         "id, {instance_id}, name, task_type, state, flag, host, submit_time, start_time, end_time, app_link"},
        {"select", "t_ds_command", "id, {instance_id}, update_time"},
        {"select", "t_ds_error_command", "id, {instance_id}, command_type, command_param, message, update_time"},
        {"select", "{definition_log}", "code, version, project_code"},
        {"select", "t_ds_project", "code, name"},
        {"select", "t_ds_alert", schema.alert_sign ? "sign, create_time" : "content, alert_status"},
    };
    if (process) all.push_back({"select", "t_ds_schedules", "{definition_code}, timezone_id"});
    if (schema.may_recover_in_place()) all.push_back({"select", "{relation}", "{instance_id}, parent_{instance_id}"});
    if (schema.serial_queue)
        all.push_back(
            {"select", "t_ds_serial_command", "id, {definition_code}, {definition_version}, {instance_id}, state"});
    return all;
}

/// What a registry in this database needs beside: rows are inserted and deleted under its unique keys, locked, and
/// their columns all read. Locking a row needs UPDATE of one column in PostgreSQL, and in MySQL DELETE or UPDATE. The
/// registry of 3.2 has two tables only.
std::vector<Right> of_registry(DatabaseKind kind, model::Generation generation) {
    std::vector<Right> all{
        {"select, insert, delete", "t_ds_jdbc_registry_lock"},
        {"select, insert, delete", "t_ds_jdbc_registry_data"},
        {"select, insert, update, delete", "ds_reconciler_replicas"},
    };
    if (generation == model::Generation::workflow) {
        all.push_back({"select", "t_ds_jdbc_registry_client_heartbeat"});
        all.push_back({"select", "t_ds_jdbc_registry_data_change_event"});
        all.push_back({"update", "t_ds_jdbc_registry_client_heartbeat", "create_time"});
    }
    if (kind == DatabaseKind::postgresql) {
        all.push_back({"update", "t_ds_jdbc_registry_lock", "create_time"});
        all.push_back({"update", "t_ds_jdbc_registry_data", "create_time"});
    }
    return all;
}

std::vector<Right> rights(DatabaseKind kind, const model::SchemaFacts& schema, bool registry_in_database) {
    auto all = reads(schema);
    all.push_back({"update", "{instance}", schema.generation == model::Generation::process ? "host" : "state"});
    if (schema.marks_tasks()) all.push_back({"update", "t_ds_task_instance", "state"});
    all.push_back({"insert", "t_ds_command"});
    all.push_back({"insert", "t_ds_alert"});
    all.push_back({"select, insert, update, delete", "ds_reconciler_journal"});
    all.push_back({"select, insert, update", "ds_reconciler_control"});
    all.push_back({"select, insert, update", "ds_reconciler_memory"});
    all.push_back({"select, insert, update, delete", "ds_reconciler_shadow"});
    if (registry_in_database) std::ranges::move(of_registry(kind, schema.generation), std::back_inserter(all));
    for (Right& right : all) {
        right.table = store::in_schema(right.table, schema);
        right.columns = store::in_schema(right.columns, schema);
    }
    return all;
}

/// An identifier in quotes.
std::string quoted(const std::string& name, char quote) {
    std::string text(1, quote);
    for (const char character : name) text += character == quote ? std::string(2, quote) : std::string(1, character);
    return text + quote;
}

std::string postgresql(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                       bool registry_in_database) {
    const std::string user = granted_user;
    std::string sql = "-- create role " + user + " login password '...';\n";
    sql += "grant connect on database " + quoted(settings.name, '"') + " to " + user + ";\n";
    for (const auto& [what, table, columns] : rights(settings.kind, schema, registry_in_database)) {
        sql.append("grant ").append(what);
        if (!columns.empty()) sql.append(" (").append(columns).append(")");
        sql.append(" on ").append(table).append(" to ").append(user).append(";\n");
    }
    // Their ids come from sequences. The journal's tables have identities, which need no privilege.
    std::vector<std::string> sequences{"t_ds_command_id_sequence", "t_ds_alert_id_sequence"};
    if (registry_in_database) {
        sequences.emplace_back("t_ds_jdbc_registry_lock_id_seq");
        sequences.emplace_back("t_ds_jdbc_registry_data_id_seq");
    }
    for (const std::string& sequence : sequences)
        sql.append("grant usage on sequence ").append(sequence).append(" to ").append(user).append(";\n");
    return sql;
}

std::string mysql(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                  bool registry_in_database) {
    // By table, unlike PostgreSQL's by column. SELECT ... FOR UPDATE needs UPDATE on the table in MySQL. Its catalog
    // also hides columns without a privilege, and the release is detected by existing columns, so a hidden one would
    // look like another release.
    const std::string user = "'" + std::string(granted_user) + "'@'%'";
    std::string sql = "-- create user " + user + " identified by '...';\n";
    for (const auto& [what, table, columns] : rights(settings.kind, schema, registry_in_database)) {
        sql.append("grant ").append(what).append(" on ").append(quoted(settings.name, '`')).append(".").append(table);
        sql.append(" to ").append(user).append(";\n");
    }
    return sql;
}

/// Not the owner's to grant, so it is a comment. It shows the statements of all users of the server, too: an operator
/// decides.
std::string to_see_sessions(DatabaseKind kind) {
    const std::string user = granted_user;
    return "-- Optional, and for a superuser to run: shows whether a master that is missing in etcd still has "
           "sessions.\n-- " +
           (kind == DatabaseKind::postgresql ? "grant pg_read_all_stats to " + user + ";\n"
                                             : "grant process on *.* to '" + user + "'@'%';\n");
}

}  // namespace

std::string grant_statements(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                             model::RegistryKind registry) {
    if (settings.kind == DatabaseKind::sqlite) {
        throw model::Failure(model::ErrorKind::permanent,
                             "SQLite has no users and no rights: everyone who may write the file has all rights");
    }
    const bool registry_in_database = registry == model::RegistryKind::jdbc;
    const std::string where = store::describe(settings) + ", of DolphinScheduler " + schema.version_text;
    return "-- The minimum rights that ds-reconcilerd needs in the " + where +
           ".\n-- Run as the owner of its tables, after `ds-reconcilerd init-db`; put your user in place of " +
           granted_user + ".\n" +
           (settings.kind == DatabaseKind::postgresql ? postgresql(settings, schema, registry_in_database)
                                                      : mysql(settings, schema, registry_in_database)) +
           (registry == model::RegistryKind::etcd ? to_see_sessions(settings.kind) : "");
}

}  // namespace dsr::journal
