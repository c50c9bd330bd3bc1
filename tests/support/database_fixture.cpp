// SPDX-License-Identifier: Apache-2.0
#include "support/database_fixture.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "journal/grants.hpp"
#include "journal/soci_journal.hpp"
#include "store/generation.hpp"
#include "store/sql/soci_store.hpp"
#include "support/files.hpp"

namespace dsr::support {

namespace {

using model::Generation;
using store::DatabaseKind;

/// What testbed/ddl.py printed when the tests were built.
std::string schema_of(DatabaseKind kind, Generation generation) {
    const char* const release = generation == Generation::process ? "3.1.1" : "3.4.3";
    const char* const database = kind == DatabaseKind::postgresql ? "postgresql"
                                 : kind == DatabaseKind::mysql    ? "mysql"
                                                                  : "sqlite";
    return support::text_of(std::filesystem::path(DSR_SCHEMA_DIR) / (std::string(release) + "-" + database + ".sql"));
}

model::SchemaFacts facts_of(Generation generation) {
    model::SchemaFacts facts;
    facts.generation = generation;
    return facts;
}

/// The tables that a test fills.
std::vector<std::string> tables(Generation generation) {
    std::vector<std::string> all{"t_ds_task_instance", "t_ds_command",   "t_ds_error_command",
                                 "t_ds_alert",         "t_ds_schedules", "t_ds_project"};
    for (const char* brace : {"{instance}", "{definition_log}", "{relation}"}) {
        all.push_back(store::in_schema(brace, facts_of(generation)));
    }
    if (generation == Generation::workflow) all.emplace_back("t_ds_serial_command");
    return all;
}

/// A database name that tells schema files apart, should servers outlive an edit.
std::string pool_name(const std::string& schema, Generation generation) {
    return std::string("dsr_") + (generation == Generation::process ? "process_" : "workflow_") +
           std::to_string(std::hash<std::string>{}(schema) % 1'000'000'000);
}

std::string fresh_name() {
    static int count = 0;
    return "dsr_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

const std::string daemon_password = "the daemon's own";

/// The user that the grants name, made once in a server.
void make_daemon_user(const store::ConnectionSettings& server, DatabaseConnection& connection) {
    const std::string user = journal::granted_user;
    if (server.kind == DatabaseKind::mysql) {
        connection.run("create user if not exists '" + user + "'@'%' identified by " +
                       connection.literal(daemon_password));
    } else if (connection.rows("select 1 as one from pg_roles where rolname = '" + user + "'").empty()) {
        connection.run("create role " + user + " login password " + connection.literal(daemon_password));
    }
}

/// What `init-db --print-grants` prints; without the journal's tables where they are not there yet.
void grant_in(store::SociStore& owner, DatabaseConnection& connection, bool registry) {
    const std::string statements =
        journal::grant_statements(owner.session().settings(), owner.inspect(),
                                  registry ? model::RegistryKind::jdbc : model::RegistryKind::zookeeper);
    const bool journal = journal::SociJournal(owner).inspect().ready;
    std::istringstream lines(statements);
    std::string granted;
    for (std::string line; std::getline(lines, line);) {
        if (journal || line.find("ds_reconciler_") == std::string::npos) granted += line + "\n";
    }
    connection.run(granted);
}

store::ConnectionSettings make_sqlite(Generation generation) {
    auto settings = server_settings(DatabaseKind::sqlite);
    settings.path = (std::filesystem::temp_directory_path() / (fresh_name() + ".db")).string();
    std::filesystem::remove(settings.path);
    connect_database(settings)->run(schema_of(settings.kind, generation));
    return settings;
}

/// A copy of a database that is made once and stays for other test processes: 0.1 s instead of 0.5 s.
store::ConnectionSettings make_postgresql(Generation generation) {
    const auto server = server_settings(DatabaseKind::postgresql);
    const std::string schema = schema_of(server.kind, generation);
    auto pattern = server;
    pattern.name = pool_name(schema, generation);
    auto settings = server;
    settings.name = fresh_name();
    const auto connection = connect_database(server);
    connection->run("select pg_advisory_lock(4711)");
    if (connection->rows("select 1 as one from pg_database where datname = '" + pattern.name + "'").empty()) {
        auto unfinished = server;
        unfinished.name = fresh_name();
        connection->run("create database " + unfinished.name);
        make_daemon_user(server, *connection);
        {
            const auto tables = connect_database(unfinished);
            tables->run(schema);
            store::SociStore owner(unfinished);
            grant_in(owner, *tables, false);
        }
        connection->run("alter database " + unfinished.name + " rename to " + pattern.name);
    }
    connection->run("create database " + settings.name + " template " + pattern.name);
    return settings;
}

/// One of a pool that stays for other test processes, emptied: MariaDB takes half a second to make one.
store::ConnectionSettings take_mysql(Generation generation, DatabaseConnection& connection) {
    auto settings = server_settings(DatabaseKind::mysql);
    const std::string schema = schema_of(settings.kind, generation);
    for (int number = 0;; ++number) {
        settings.name = pool_name(schema, generation) + "_" + std::to_string(number);
        // Held until the connection ends.
        if (connection.value("select get_lock('" + settings.name + "', 0) as got") != "1") continue;
        const std::string made = "select count(*) as n from information_schema.tables where table_schema = '";
        const bool complete = connection.value(made + settings.name + "' and table_name = 'complete'") == "1";
        if (!complete) {
            connection.run("drop database if exists " + settings.name + "; create database " + settings.name +
                           "; use " + settings.name + ";\n" + schema);
            make_daemon_user(settings, connection);
            store::SociStore owner(settings);
            grant_in(owner, connection, false);
            connection.run("create table complete (id int)");
        }
        connection.run("use " + settings.name);
        for (const std::string& table : tables(generation)) connection.run("delete from " + table);
        connection.run(
            "drop table if exists ds_reconciler_journal, ds_reconciler_control, ds_reconciler_memory, "
            "ds_reconciler_shadow, ds_reconciler_replicas, t_ds_jdbc_registry_lock, t_ds_jdbc_registry_data, "
            "t_ds_jdbc_registry_client_heartbeat, t_ds_jdbc_registry_data_change_event");
        return settings;
    }
}

template <typename T>
std::string number(const std::optional<T>& value) {
    return value ? std::to_string(*value) : "null";
}

}  // namespace

store::ConnectionSettings server_settings(DatabaseKind kind) {
    store::ConnectionSettings settings{.kind = kind, .zone = model::Zone("Europe/Berlin")};
    settings.statement_timeout = std::chrono::seconds{5};
    settings.lock_timeout = std::chrono::seconds{1};
    if (kind == DatabaseKind::sqlite) return settings;
    std::istringstream parts(
        support::setting_of_servers(kind == DatabaseKind::postgresql ? "DSR_TEST_POSTGRESQL" : "DSR_TEST_MYSQL"));
    for (std::string part; parts >> part;) {
        const auto equals = part.find('=');
        const std::string key = part.substr(0, equals);
        const std::string value = part.substr(equals + 1);
        if (key == "host") settings.host = value;
        if (key == "port") settings.port = std::stoi(value);
        if (key == "dbname") settings.name = value;
        if (key == "user") settings.user = value;
        if (key == "password") settings.password = value;
    }
    return settings;
}

TestDatabase::TestDatabase(DatabaseKind kind, Generation generation)
    : settings_(server_settings(kind)), generation_(generation) {
    switch (kind) {
        case DatabaseKind::postgresql:
            settings_ = make_postgresql(generation);
            break;
        case DatabaseKind::mysql:
            connection_ = connect_database(settings_);
            settings_ = take_mysql(generation, *connection_);
            return;
        case DatabaseKind::sqlite:
            settings_ = make_sqlite(generation);
            break;
    }
    connection_ = connect_database(settings_);
}

TestDatabase::~TestDatabase() {
    try {
        switch (settings_.kind) {
            case DatabaseKind::postgresql:
                connection_.reset();
                connect_database(server_settings(settings_.kind))
                    ->run("drop database " + settings_.name + " with (force)");
                break;
            case DatabaseKind::mysql:
                if (altered_) connection_->run("rollback; drop database " + settings_.name);
                break;
            case DatabaseKind::sqlite:
                for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
                    std::filesystem::remove(settings_.path + suffix);
                }
                break;
        }
    } catch (const std::exception&) {
        // It is in nobody's way, and goes with the servers.
    }
}

store::ConnectionSettings TestDatabase::daemon_settings() const {
    auto settings = settings_;
    if (settings.kind == DatabaseKind::sqlite) return settings;
    settings.user = journal::granted_user;
    settings.password = daemon_password;
    return settings;
}

void TestDatabase::grant() {
    store::SociStore owner(settings_);
    if (settings_.kind != DatabaseKind::sqlite) grant_in(owner, *connection_, registry_);
}

void TestDatabase::init_db() {
    store::SociStore owner(settings_);
    journal::SociJournal(owner).create();
    grant();
}

void TestDatabase::make_registry() {
    const bool mysql = settings_.kind == DatabaseKind::mysql;
    const std::string id = mysql ? "id bigint not null auto_increment" : "id bigserial not null";
    const std::string key = mysql ? "varchar(256) not null" : "varchar not null";
    const std::string text = "text not null";
    const std::string time = "timestamp not null default current_timestamp";
    const std::string rest =
        std::string(", primary key (id))") + (mysql ? " engine = InnoDB default charset = utf8" : "");
    const std::string name = "t_ds_jdbc_registry_";
    const auto unique = [&](const std::string& table, const std::string& column, const std::string& index) {
        connection_->run("create unique index uk_" + name + index + " on " + name + table + " (" + column + ")");
    };
    const bool clients = generation_ == model::Generation::workflow;
    const std::string owner = clients ? "client_id bigint not null" : "last_term bigint not null";
    const std::string type = clients ? key : std::string(mysql ? "tinyint" : "int4") + " not null";
    connection_->run("create table " + name + "data (" + id + ", data_key " + key + ", data_value " + text +
                     ", data_type " + type + ", " + owner + ", create_time " + time + ", last_update_time " + time +
                     rest);
    unique("data", "data_key", "dataKey");
    connection_->run("create table " + name + "lock (" + id + ", lock_key " + key + ", lock_owner " + key + ", " +
                     owner + ", create_time " + time + rest);
    unique("lock", "lock_key", "lockKey");
    if (clients) {
        connection_->run("create table " + name + "client_heartbeat (id bigint not null, client_name " + key +
                         ", last_heartbeat_time bigint not null, connection_config " + text + ", create_time " + time +
                         rest);
        connection_->run("create table " + name + "data_change_event (" + id + ", event_type " + key +
                         ", jdbc_registry_data " + text + ", create_time " + time + rest);
    }
    registry_ = true;
    grant();
}

DatabaseConnection& TestDatabase::alter() {
    altered_ = true;
    return *connection_;
}

std::string TestDatabase::name(const std::string& sql) const {
    return store::in_schema(sql, facts_of(generation_));
}

void TestDatabase::add(const SeedInstance& row) {
    std::vector<std::pair<std::string, std::string>> columns{
        {"id", std::to_string(row.id)},
        {"name", connection_->literal(row.name)},
        {"{definition_code}", std::to_string(row.definition_code)},
        {"{definition_version}", std::to_string(row.definition_version)},
        {"state", number(row.state)},
        {"host", connection_->literal(row.host)},
        {"start_time", connection_->literal(row.start_time)},
        {"restart_time", connection_->literal(row.restart_time)},
        {"end_time", connection_->literal(row.end_time)},
        {"command_param", connection_->literal(row.command_param)},
        {"{is_sub}", row.is_sub ? "1" : "0"},
        {"executor_id", std::to_string(row.executor_id)},
        {generation_ == Generation::process ? "process_instance_priority" : "workflow_instance_priority",
         number(row.priority)}};
    if (row.state_history)
        columns.emplace_back("state_history", connection_->literal(row.state_history));  // from 3.1 on
    std::string names;
    std::string values;
    for (const auto& [column, value] : columns) {
        names += (names.empty() ? "" : ", ") + name(column);
        values += (values.empty() ? "" : ", ") + value;
    }
    connection_->run(name("insert into {instance} (") + names + ") values (" + values + ")");
}

void TestDatabase::add(const SeedTask& task) {
    connection_->run(name("insert into t_ds_task_instance (id, name, task_type, task_code, task_definition_version, "
                          "{instance_id}, state, host, flag, submit_time, end_time, start_time, app_link) values (") +
                     std::to_string(task.id) + ", " + connection_->literal(task.name) + ", " +
                     connection_->literal(task.type) + ", 9101, 1, " + std::to_string(task.instance) + ", " +
                     number(task.state) + ", " + connection_->literal(task.host) + ", " + std::to_string(task.flag) +
                     ", " + connection_->literal(task.submit_time) + ", " + connection_->literal(task.end_time) + ", " +
                     connection_->literal(task.start_time) + ", " + connection_->literal(task.app_link) + ")");
}

void TestDatabase::add(const SeedErrorCommand& command) {
    connection_->run(name("insert into t_ds_error_command (id, command_type, {definition_code}, {instance_id}, "
                          "command_param, message, update_time) values (") +
                     std::to_string(command.id) + ", " + number(command.command_type) + ", 9001, " +
                     std::to_string(command.instance) + ", " + connection_->literal(command.command_param) + ", " +
                     connection_->literal(command.message) + ", " + connection_->literal(command.update_time) + ")");
}

void TestDatabase::add_command(std::int64_t instance) {
    connection_->run(
        name("insert into t_ds_command (command_type, {definition_code}, {instance_id}) values (2, 9001, ") +
        std::to_string(instance) + ")");
}

void TestDatabase::add(const SeedSerialCommand& row) {
    connection_->run(
        "insert into t_ds_serial_command (id, workflow_definition_code, workflow_definition_version, "
        "workflow_instance_id, state) values (" +
        std::to_string(row.id) + ", " + std::to_string(row.definition_code) + ", " +
        std::to_string(row.definition_version) + ", " + std::to_string(row.instance) + ", " +
        std::to_string(row.state) + ")");
}

void TestDatabase::add_definition(std::int64_t code, int version) {
    connection_->run(
        name("insert into {definition_log} (code, name, version, project_code, create_time, update_time) values (") +
        std::to_string(code) + ", 'd', " + std::to_string(version) +
        ", 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')");
}

void TestDatabase::add_project(std::int64_t code, const std::string& project_name) {
    connection_->run("insert into t_ds_project (id, code, name, create_time, update_time) values (" +
                     std::to_string(code) + ", " + std::to_string(code) + ", " + connection_->literal(project_name) +
                     ", '2026-01-01 00:00:00', '2026-01-01 00:00:00')");
}

void TestDatabase::add_schedule(std::int64_t code, const std::optional<std::string>& time_zone) {
    connection_->run(
        name("insert into t_ds_schedules ({definition_code}, start_time, end_time, timezone_id, crontab, "
             "failure_strategy, user_id, release_state, warning_type, create_time, update_time) values (") +
        std::to_string(code) + ", '2026-01-01 00:00:00', '2027-01-01 00:00:00', " + connection_->literal(time_zone) +
        ", '0 0 * * * ?', 1, 1, 1, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00')");
}

}  // namespace dsr::support
