// SPDX-License-Identifier: Apache-2.0
#include "support/jdbc_database.hpp"

#include <unistd.h>

#include <exception>

#include "support/database_fixture.hpp"
#include "support/zookeeper_client.hpp"

namespace dsr::support {

namespace {

constexpr const char* postgresql_tables = R"(
create table t_ds_jdbc_registry_data (
  id bigserial not null primary key, data_key varchar not null unique, data_value text not null,
  data_type varchar not null, client_id bigint not null,
  create_time timestamp not null default current_timestamp,
  last_update_time timestamp not null default current_timestamp);
create table t_ds_jdbc_registry_lock (
  id bigserial not null primary key, lock_key varchar not null unique, lock_owner varchar not null,
  client_id bigint not null, create_time timestamp not null default current_timestamp);
create table t_ds_jdbc_registry_client_heartbeat (
  id bigint not null primary key, client_name varchar not null, last_heartbeat_time bigint not null,
  connection_config text not null, create_time timestamp not null default current_timestamp);
create table t_ds_jdbc_registry_data_change_event (
  id bigserial not null primary key, event_type varchar not null, jdbc_registry_data text not null,
  create_time timestamp not null default current_timestamp);
create table ds_reconciler_replicas (
  ticket bigserial primary key, identity varchar(256) not null, expires bigint not null))";

constexpr const char* mysql_tables = R"(
create table t_ds_jdbc_registry_data (
  id bigint(11) not null auto_increment primary key, data_key varchar(256) not null, data_value text not null,
  data_type varchar(64) not null, client_id bigint(11) not null,
  create_time timestamp not null default current_timestamp,
  last_update_time timestamp not null default current_timestamp,
  unique key uk_t_ds_jdbc_registry_datakey (data_key)) engine = innodb default charset = utf8;
create table t_ds_jdbc_registry_lock (
  id bigint(11) not null auto_increment primary key, lock_key varchar(256) not null, lock_owner varchar(256) not null,
  client_id bigint(11) not null, create_time timestamp not null default current_timestamp,
  unique key uk_t_ds_jdbc_registry_lockkey (lock_key)) engine = innodb default charset = utf8;
create table t_ds_jdbc_registry_client_heartbeat (
  id bigint(11) not null primary key, client_name varchar(256) not null, last_heartbeat_time bigint(11) not null,
  connection_config text not null, create_time timestamp not null default current_timestamp)
  engine = innodb default charset = utf8;
create table t_ds_jdbc_registry_data_change_event (
  id bigint(11) not null auto_increment primary key, event_type varchar(64) not null,
  jdbc_registry_data mediumtext not null, create_time timestamp not null default current_timestamp)
  engine = innodb default charset = utf8;
create table ds_reconciler_replicas (
  ticket bigint not null auto_increment primary key, identity varchar(256) not null, expires bigint not null)
  engine = innodb default charset = utf8mb4)";

constexpr const char* postgresql_tables_of_3_2 = R"(
create table t_ds_jdbc_registry_data (
  id serial primary key, data_key varchar not null, data_value text not null, data_type int4 not null,
  last_term bigint not null, last_update_time timestamp default current_timestamp not null,
  create_time timestamp default current_timestamp not null);
create unique index t_ds_jdbc_registry_data_key_uindex on t_ds_jdbc_registry_data (data_key);
create table t_ds_jdbc_registry_lock (
  id serial primary key, lock_key varchar not null, lock_owner varchar not null, last_term bigint not null,
  last_update_time timestamp default current_timestamp not null,
  create_time timestamp default current_timestamp not null);
create unique index t_ds_jdbc_registry_lock_key_uindex on t_ds_jdbc_registry_lock (lock_key);
create table ds_reconciler_replicas (
  ticket bigserial primary key, identity varchar(256) not null, expires bigint not null))";

constexpr const char* mysql_tables_of_3_2 = R"(
create table t_ds_jdbc_registry_data (
  id bigint(11) not null auto_increment primary key, data_key varchar(256) not null, data_value text not null,
  data_type tinyint(4) not null, last_term bigint not null,
  last_update_time timestamp not null default current_timestamp,
  create_time timestamp not null default current_timestamp, unique (data_key)) engine = innodb default charset = utf8;
create table t_ds_jdbc_registry_lock (
  id bigint(11) not null auto_increment primary key, lock_key varchar(256) not null, lock_owner varchar(256) not null,
  last_term bigint not null, last_update_time timestamp not null default current_timestamp,
  create_time timestamp not null default current_timestamp, unique (lock_key)) engine = innodb default charset = utf8;
create table ds_reconciler_replicas (
  ticket bigint not null auto_increment primary key, identity varchar(256) not null, expires bigint not null)
  engine = innodb default charset = utf8mb4)";

const char* tables_of(store::DatabaseKind kind, JdbcDatabase::Form form) {
    const bool clients = form == JdbcDatabase::Form::clients;
    if (kind == store::DatabaseKind::mysql) return clients ? mysql_tables : mysql_tables_of_3_2;
    return clients ? postgresql_tables : postgresql_tables_of_3_2;
}

std::string jdbc_name() {
    static int count = 0;
    return "dsr_jdbc_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace

JdbcDatabase::JdbcDatabase(store::DatabaseKind kind, Form form) : settings_(server_settings(kind)), form_(form) {
    const auto name = jdbc_name();
    connect_database(settings_)->run("create database " + name);
    settings_.name = name;
    connection_ = connect_database(settings_);
    connection_->run(tables_of(kind, form));
    server_ = add_client();
    insert("/nodes/master", "", server_, "PERSISTENT");
}

JdbcDatabase::~JdbcDatabase() {
    try {
        connection_.reset();
        const bool mysql = settings_.kind == store::DatabaseKind::mysql;
        connect_database(server_settings(settings_.kind))
            ->run("drop database " + settings_.name + (mysql ? "" : " with (force)"));
    } catch (const std::exception&) {
        // It is in nobody's way, and goes with the servers.
    }
}

void JdbcDatabase::upgrade() {
    for (const char* table : {"t_ds_jdbc_registry_data", "t_ds_jdbc_registry_lock", "ds_reconciler_replicas"})
        connection_->run(std::string("drop table ") + table);
    form_ = Form::clients;
    connection_->run(tables_of(settings_.kind, form_));
}

std::int64_t JdbcDatabase::add_client(const std::string& connection_config) {
    if (!has_clients()) {
        insert("/nodes/alert-server/h:" + std::to_string(++last_client_), "", 0);
        return *id_of("/nodes/alert-server/h:" + std::to_string(last_client_));
    }
    const auto id = 140'000'000'000'000 + ++last_client_;
    connection_->run(
        "insert into t_ds_jdbc_registry_client_heartbeat (id, client_name, last_heartbeat_time, connection_config) "
        "values (" +
        std::to_string(id) + ", 'host_1', 1000, " + text(connection_config) + ")");
    return id;
}

void JdbcDatabase::refresh(std::int64_t client) {
    if (!has_clients()) {
        connection_->run("update t_ds_jdbc_registry_data set last_term = last_term + 2000 where id = " +
                         std::to_string(client));
        return;
    }
    connection_->run(
        "update t_ds_jdbc_registry_client_heartbeat set last_heartbeat_time = last_heartbeat_time + 3000 where id = " +
        std::to_string(client));
}

void JdbcDatabase::remove_client(std::int64_t client) {
    const std::string table = has_clients() ? "t_ds_jdbc_registry_client_heartbeat" : "t_ds_jdbc_registry_data";
    connection_->run("delete from " + table + " where id = " + std::to_string(client));
}

std::int64_t JdbcDatabase::insert(const std::string& key, const std::string& value, std::int64_t client,
                                  const std::string& type) {
    const std::string last = has_clients() ? "client_id" : "last_term";
    const std::string number = type == "EPHEMERAL" ? "1" : "2";
    connection_->run("insert into t_ds_jdbc_registry_data (data_key, data_value, data_type, " + last + ") values (" +
                     text(key) + ", " + text(value) + ", " + (has_clients() ? text(type) : number) + ", " +
                     (has_clients() ? std::to_string(client) : "1000") + ")");
    return id_of(key).value_or(0);
}

void JdbcDatabase::update(const std::string& key, const std::string& value) {
    const bool mysql = settings_.kind == store::DatabaseKind::mysql;
    connection_->run("update t_ds_jdbc_registry_data set data_value = " + text(value) +
                     ", last_update_time = create_time + interval " + (mysql ? "1 second" : "'1 second'") +
                     " where data_key = " + text(key));
}

void JdbcDatabase::remove(const std::string& key) {
    connection_->run("delete from t_ds_jdbc_registry_data where data_key = " + text(key));
}

std::optional<std::int64_t> JdbcDatabase::id_of(const std::string& key) {
    const auto rows = connection_->rows("select id from t_ds_jdbc_registry_data where data_key = " + text(key));
    if (rows.empty()) return std::nullopt;
    return std::stoll(*rows.front().at("id"));
}

std::int64_t JdbcDatabase::event(const std::string& type, const std::string& key, const std::string& value,
                                 std::int64_t client) {
    std::string escaped;
    for (const char c : value) escaped += c == '"' ? "\\\"" : std::string(1, c);
    connection_->run("insert into t_ds_jdbc_registry_data_change_event (event_type, jdbc_registry_data) values (" +
                     text(type) + ", " +
                     text(R"({"id":7,"dataKey":")" + key + R"(","dataValue":")" + escaped +
                          R"(","dataType":"EPHEMERAL","clientId":)" + std::to_string(client) +
                          R"(,"createTime":"2026-11-23 12:00:00","lastUpdateTime":"2026-11-23 12:00:00"})") +
                     ")");
    return std::stoll(*connection_->value("select max(id) as id from t_ds_jdbc_registry_data_change_event"));
}

std::int64_t JdbcDatabase::lock(const std::string& key, const std::string& owner, std::int64_t client) {
    connection_->run("insert into t_ds_jdbc_registry_lock (lock_key, lock_owner, " +
                     std::string(has_clients() ? "client_id" : "last_term") + ") values (" + text(key) + ", " +
                     text(owner) + ", " + (has_clients() ? std::to_string(client) : "1000") + ")");
    return std::stoll(*connection_->value("select id from t_ds_jdbc_registry_lock where lock_key = " + text(key)));
}

std::int64_t JdbcDatabase::add_server(const std::string& key, long long startup_ms, int process_id,
                                      const std::string& connection_config) {
    if (!has_clients()) return insert(key, TestNamespace::heartbeat(startup_ms, process_id), 0);
    const auto client = add_client(connection_config);
    insert(key, TestNamespace::heartbeat(startup_ms, process_id), client);
    return client;
}

std::int64_t JdbcDatabase::count(const std::string& from_where) {
    return std::stoll(*connection_->value("select count(*) as n from " + from_where));
}

}  // namespace dsr::support
