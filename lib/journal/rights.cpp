// SPDX-License-Identifier: Apache-2.0
#include "journal/rights.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "model/failure.hpp"
#include "store/generation.hpp"
#include "store/sql/statement.hpp"

namespace dsr::journal {

namespace {

using store::DatabaseKind;

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
        {"select, insert, update, delete", "ds_reconciler_replicas", "", "ticket"},
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

/// The words of a list with commas.
std::vector<std::string> listed(std::string_view list) {
    std::vector<std::string> words;
    while (!list.empty()) {
        const auto comma = std::min(list.find(", "), list.size());
        words.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 2, list.size()));
    }
    return words;
}

/// A statement that needs this right and touches no row.
std::string without_rows(DatabaseKind kind, const std::string& right, const Right& of) {
    const std::string column = of.columns.empty() ? of.readable : listed(of.columns).front();
    const std::string nothing = " where 1 = 0";
    if (right == "update") return "update " + of.table + " set " + column + " = " + column + nothing;
    if (right == "delete") return "delete from " + of.table + nothing;
    if (right == "select")
        return "select " + (of.columns.empty() ? column : of.columns) + " from " + of.table + nothing;
    // MySQL refuses to leave out a column without a default, even for no row; there rights are by table.
    if (kind == DatabaseKind::mysql) return "insert into " + of.table + " select * from " + of.table + nothing;
    return "insert into " + of.table + " (" + column + ") select " + column + " from " + of.table + nothing;
}

void attempt(DatabaseKind kind, const std::string& right, const Right& of, store::SociSession& session) {
    session.run("trying a right", [&](soci::session& to) {
        if (right != "usage") {
            to << without_rows(kind, right, of);
            return;
        }
        // Using a sequence would consume a number of it.
        const std::string name = of.table.substr(of.table.find(' ') + 1);
        store::Statement statement(to, session.dialect(), "select cast(has_sequence_privilege(:name, 'usage') as int)");
        if (statement.use("name", name).first<int>() != 1)
            throw model::Failure(model::ErrorKind::permanent, "permission denied for sequence " + name);
    });
}

}  // namespace

std::vector<Right> rights_of(DatabaseKind kind, const model::SchemaFacts& schema, bool registry_in_database) {
    if (kind == DatabaseKind::sqlite) return {};
    auto all = reads(schema);
    all.push_back({"update", "{instance}", schema.generation == model::Generation::process ? "host" : "state"});
    if (schema.marks_tasks()) all.push_back({"update", "t_ds_task_instance", "state"});
    all.push_back({"insert", "t_ds_command"});
    all.push_back({"insert", "t_ds_alert", "", schema.alert_sign ? "sign" : "content"});
    all.push_back({"select, insert, update, delete", "ds_reconciler_journal"});
    all.push_back({"select, insert, update", "ds_reconciler_control"});
    all.push_back({"select, insert, update", "ds_reconciler_memory", "", "name"});
    all.push_back({"select, insert, update, delete", "ds_reconciler_shadow"});
    if (registry_in_database) std::ranges::move(of_registry(kind, schema.generation), std::back_inserter(all));
    // Ids of these come from sequences in PostgreSQL. The journal's tables have identities, which need no privilege.
    if (kind == DatabaseKind::postgresql) {
        all.push_back({"usage", "sequence t_ds_command_id_sequence"});
        all.push_back({"usage", "sequence t_ds_alert_id_sequence"});
        if (registry_in_database) {
            all.push_back({"usage", "sequence t_ds_jdbc_registry_lock_id_seq"});
            all.push_back({"usage", "sequence t_ds_jdbc_registry_data_id_seq"});
        }
    }
    for (Right& right : all) {
        right.table = store::in_schema(right.table, schema);
        right.columns = store::in_schema(right.columns, schema);
    }
    return all;
}

std::vector<DeniedRight> denied_of(const std::vector<Right>& rights, store::SociStore& store) {
    std::vector<DeniedRight> denied;
    auto& session = store.session();
    for (const Right& of : rights) {
        const bool ours = of.table.starts_with("ds_reconciler_");
        for (const std::string& right : listed(of.rights)) {
            try {
                attempt(session.settings().kind, right, of, session);
            } catch (const model::Failure& failure) {
                if (failure.kind() == model::ErrorKind::retry) throw;
                const std::string columns = of.columns.empty() ? "" : " (" + of.columns + ")";
                denied.push_back({right + columns + " on " + of.table, !ours && right != "select"});
            }
        }
    }
    return denied;
}

}  // namespace dsr::journal
