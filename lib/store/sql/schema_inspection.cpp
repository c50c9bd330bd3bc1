// SPDX-License-Identifier: Apache-2.0
#include "store/sql/schema_inspection.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "model/failure.hpp"
#include "store/generation.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

namespace {

using model::ErrorKind;
using model::Failure;
using model::Generation;

bool has(const Catalog& catalog, const std::string& table, const std::string& column) {
    const auto found = catalog.find(table);
    return found != catalog.end() && found->second.contains(column);
}

Generation generation_of(const Catalog& catalog, const std::string& where) {
    const std::string process(instance_table(Generation::process));
    const std::string workflow(instance_table(Generation::workflow));
    const bool is_process = catalog.contains(process);
    const bool is_workflow = catalog.contains(workflow);
    if (is_process && is_workflow) {
        throw Failure(ErrorKind::permanent, where + " has both " + process + " and " + workflow +
                                                ": an upgrade of DolphinScheduler is in progress or incomplete");
    }
    if (!is_process && !is_workflow) {
        throw Failure(ErrorKind::permanent, where + " has neither " + process + " nor " + workflow +
                                                ": it is not a database of DolphinScheduler, or this user may not see "
                                                "its tables, or they are not on the user's search path");
    }
    return is_process ? Generation::process : Generation::workflow;
}

void require(const Catalog& catalog, const std::string& where, const std::string& table,
             std::initializer_list<std::string> columns) {
    if (!catalog.contains(table)) {
        // MySQL and MariaDB hide tables without a privilege.
        throw Failure(ErrorKind::permanent,
                      where + " has no table " + table +
                          ", which the reconciler needs, or this user may not see it: "
                          "`ds-reconcilerd init-db --print-grants`, with the configuration of the "
                          "tables' owner, prints the rights that it needs");
    }
    const auto missing =
        std::ranges::find_if(columns, [&](const auto& column) { return !has(catalog, table, column); });
    if (missing == columns.end()) return;
    throw Failure(ErrorKind::permanent,
                  where + " has no column " + table + "." + *missing + ": this schema is not supported");
}

void require_all(const Catalog& catalog, const model::SchemaFacts& facts, const std::string& where) {
    const bool process = facts.generation == Generation::process;
    const auto name = [&](const char* brace) { return in_schema(brace, facts); };
    const std::string code = name("{definition_code}");
    const std::string version = name("{definition_version}");
    const std::string instance_id = name("{instance_id}");

    require(catalog, where, name("{instance}"),
            {"id", "name", "state", "host", "start_time", "restart_time", "command_param", "executor_id", code, version,
             name("{is_sub}")});
    require(catalog, where, "t_ds_command",
            {"id", "command_type", code, version, instance_id, "executor_id", "command_param", "task_depend_type",
             "failure_strategy", "start_time", "update_time", "dry_run"});
    if (process && facts.state_history) {
        require(catalog, where, name("{instance}"), {"process_instance_priority"});
        require(catalog, where, "t_ds_command", {"process_instance_priority"});
    }
    if (facts.test_flag) require(catalog, where, "t_ds_command", {"test_flag"});
    require(catalog, where, name("{definition_log}"), {"code", "version"});
    // A command takes its schedule's time zone from there; later releases name none.
    if (process) require(catalog, where, "t_ds_schedules", {code, "timezone_id"});
    // Also read for parents that are handed over; elsewhere the minimal privileges do not include it.
    if (facts.may_recover_in_place())
        require(catalog, where, name("{relation}"), {name("{instance_id}"), "parent_workflow_instance_id"});
    require(catalog, where, "t_ds_task_instance",
            {"id", instance_id, "state", "flag", "host", "task_type", "submit_time", "end_time"});
    require(catalog, where, "t_ds_error_command", {"id", "command_type", "command_param", instance_id, "message"});
    require(catalog, where, "t_ds_alert",
            {"id", "title", "content", "alert_status", "alertgroup_id", "create_time", "update_time"});
    if (facts.alert_sign) require(catalog, where, "t_ds_alert", {"warning_type", "alert_type"});
}

void refuse_old_releases(const model::SchemaFacts& facts, const std::string& where) {
    if (facts.generation != Generation::process || facts.alert_sign) return;
    if (!facts.version) {
        throw Failure(ErrorKind::permanent,
                      where + " has a schema of 2.0, and its t_ds_version contains '" + facts.version_text +
                          "': 2.0.0 and 2.0.1 cannot be distinguished from later releases, so nothing is written");
    }
    if (*facts.version < model::Version{2, 0, 2}) {
        throw Failure(ErrorKind::permanent, where + " belongs to DolphinScheduler " + facts.version_text +
                                                ", which is not supported; the first supported release is 2.0.2");
    }
}

/// Refuses a state between releases that an upgrade passes through: columns that a release adds or drops together, of
/// which only some exist.
void refuse_half_upgraded(const Catalog& catalog, const model::SchemaFacts& facts, const std::string& where) {
    const std::string instance(instance_table(facts.generation));
    const auto refuse = [&](const std::string& there, const std::string& missing) {
        throw Failure(ErrorKind::permanent,
                      where + " has " + there + " but not " + missing +
                          ", which matches no release: an upgrade of DolphinScheduler is in progress or incomplete");
    };
    const bool process = facts.generation == Generation::process;
    if (process && facts.tenant_code && !facts.test_flag) refuse(instance + ".tenant_code", instance + ".test_flag");
    if (process && facts.test_flag && !facts.tenant_code) refuse(instance + ".test_flag", instance + ".tenant_code");
    if (process && facts.tenant_code && !facts.state_history)
        refuse(instance + ".tenant_code", instance + ".state_history");
    if (facts.state_history && !facts.alert_sign) refuse(instance + ".state_history", "t_ds_alert.sign");
    // The opposite, commands without it, is refused because of what a command needs.
    if (!facts.test_flag && has(catalog, "t_ds_command", "test_flag"))
        refuse("t_ds_command.test_flag", instance + ".test_flag");
}

Catalog read_catalog(soci::session& connection, const Dialect& dialect) {
    Catalog catalog;
    Statement statement(connection, dialect, dialect.catalog);
    for_each_row(statement, [&](const std::string& table, const std::string& column, long long length) {
        // A text column's length is 4 GiB or more, which means no limit.
        const bool limited = length > 0 && length < 65'535;
        catalog[base::lower(table)][base::lower(column)] = limited ? static_cast<int>(length) : 0;
    });
    return catalog;
}

}  // namespace

std::optional<model::Version> parse_version(const std::string& version_text) {
    model::Version version;
    const char* at = version_text.data();
    const char* const end = at + version_text.size();
    for (int* number : {&version.major, &version.minor, &version.patch}) {
        if (number != &version.major) {
            if (at == end || *at != '.') return std::nullopt;
            ++at;
        }
        if (at == end || std::isdigit(static_cast<unsigned char>(*at)) == 0) return std::nullopt;
        const auto [next, error] = std::from_chars(at, end, *number);
        if (error != std::errc{}) return std::nullopt;
        at = next;
    }
    return version;
}

InspectedSchema schema_of(const Catalog& catalog, const std::string& version_text, const std::string& where) {
    InspectedSchema schema;
    model::SchemaFacts& facts = schema.facts;
    facts.generation = generation_of(catalog, where);
    const std::string instance(instance_table(facts.generation));
    facts.version_text = version_text;
    facts.version = parse_version(version_text);
    facts.tenant_code = has(catalog, instance, "tenant_code");
    facts.test_flag = has(catalog, instance, "test_flag");
    facts.state_history = has(catalog, instance, "state_history");
    facts.alert_sign = has(catalog, "t_ds_alert", "sign");
    facts.alert_type = has(catalog, "t_ds_alert", "alert_type") && has(catalog, "t_ds_alert", "warning_type");
    const std::string serial = "t_ds_serial_command";
    facts.serial_queue = facts.generation == Generation::workflow && has(catalog, serial, "id") &&
                         has(catalog, serial, "workflow_definition_code") &&
                         has(catalog, serial, "workflow_definition_version") &&
                         has(catalog, serial, "workflow_instance_id") && has(catalog, serial, "state");
    require_all(catalog, facts, where);
    refuse_half_upgraded(catalog, facts, where);
    refuse_old_releases(facts, where);
    if (has(catalog, "t_ds_jdbc_registry_data", "last_term"))  // as 3.2 has it
        schema.registry_stamp = "select max(d.last_term) from t_ds_jdbc_registry_data d where d.data_type = 1";
    if (has(catalog, "t_ds_jdbc_registry_client_heartbeat", "last_heartbeat_time"))
        schema.registry_stamp = "select max(c.last_heartbeat_time) from t_ds_jdbc_registry_client_heartbeat c";
    schema.alert_title_length = catalog.at("t_ds_alert").at("title");
    return schema;
}

InspectedSchema read_schema(soci::session& connection, const Dialect& dialect, const std::string& where) {
    const Catalog catalog = read_catalog(connection, dialect);
    generation_of(catalog, where);  // before the version table, for a clearer message
    require(catalog, where, "t_ds_version", {"id", "version"});
    const auto version = Statement(connection, dialect, dialect.version).first<std::string>();
    return schema_of(catalog, version.value_or(""), where);
}

InspectedSchema inspect_schema(SociSession& session) {
    return session.run("reading the schema", [&](soci::session& connection) {
        return read_schema(connection, session.dialect(), describe(session.settings()));
    });
}

}  // namespace dsr::store
