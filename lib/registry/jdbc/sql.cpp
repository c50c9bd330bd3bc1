// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/sql.hpp"

#include "model/failure.hpp"
#include "model/schema_facts.hpp"
#include "registry/heartbeat.hpp"
#include "store/generation.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::registry::jdbc {
namespace {

using store::Words;

Words postgresql_words() {
    return {
        {"key", "data_key collate \"C\""},
        {"lock_key", "lock_key collate \"C\""},
        {"exact", "data_key"},
        {"value", "data_value"},
        {"created", "cast(floor(extract(epoch from create_time) * 1000000) as bigint)"},
        {"lock_created", "cast(floor(extract(epoch from l.create_time) * 1000000) as bigint)"},
        {"clock", store::postgresql_dialect().clock_now},
        {"count", "cast(count(*) as int)"},
    };
}

Words mysql_words() {
    return {
        {"key", "cast(data_key as binary)"},
        {"lock_key", "cast(lock_key as binary)"},
        {"exact", "cast(data_key as binary)"},
        {"value", "cast(data_value as binary)"},
        {"created", "cast(unix_timestamp(create_time) * 1000000 as signed)"},
        {"lock_created", "cast(unix_timestamp(l.create_time) * 1000000 as signed)"},
        {"clock", store::mysql_dialect().clock_now},
        {"count", "count(*)"},
    };
}

constexpr const char* table_names =
    "('t_ds_jdbc_registry_data', 't_ds_jdbc_registry_lock', 't_ds_jdbc_registry_client_heartbeat', "
    "'t_ds_jdbc_registry_data_change_event', 'ds_reconciler_replicas')";

Words words_of(JdbcForm form) {
    if (form == JdbcForm::clients) return {{"client", "client_id"}, {"term", "-1"}, {"persistent", "'PERSISTENT'"}};
    return {{"client", "case when data_type = 1 then 1 else 0 end"}, {"term", "last_term"}, {"persistent", "2"}};
}

/// What only 3.3 and later have.
void add_clients(JdbcSql& sql, const Words& words) {
    const auto fill = [&](const std::string& text) { return store::in_schema(text, {}, words); };
    sql.clients = R"(
select c.id, c.client_name, c.last_heartbeat_time, left(c.connection_config, 1000)
  from t_ds_jdbc_registry_client_heartbeat c)";
    sql.events = R"(
select e.id, left(e.jdbc_registry_data, )" +
                 std::to_string(event_characters) + R"()
  from t_ds_jdbc_registry_data_change_event e
 where e.id > :after and e.event_type in ('ADD', 'UPDATE')
 order by e.id desc
 limit )" + std::to_string(max_events);
    sql.newest_event = "select coalesce(max(id), 0) from t_ds_jdbc_registry_data_change_event";
    sql.event = fill("select {count} from t_ds_jdbc_registry_data_change_event where id = :id");
    sql.lock_row = fill(R"(
select l.id, l.lock_key, left(l.lock_owner, 200), l.client_id, {lock_created}, c.last_heartbeat_time
  from t_ds_jdbc_registry_lock l
  left join t_ds_jdbc_registry_client_heartbeat c on c.id = l.client_id
 where l.lock_key = :key)");
    sql.drop_stale = R"(
delete from t_ds_jdbc_registry_lock
 where id = :id and client_id = :client
   and not exists (select 1 from t_ds_jdbc_registry_client_heartbeat c
                    where c.id = :client and c.last_heartbeat_time <> :stamp))";
}

JdbcSql common_sql(Words words, JdbcForm form) {
    words.merge(words_of(form));
    const auto fill = [&](const std::string& sql) { return store::in_schema(sql, {}, words); };
    JdbcSql sql;
    sql.form = form;
    if (form == JdbcForm::clients) add_clients(sql, words);
    if (form == JdbcForm::terms) {
        sql.lock_row = fill(R"(
select l.id, l.lock_key, left(l.lock_owner, 200), l.id, {lock_created}, l.last_term
  from t_ds_jdbc_registry_lock l
 where l.lock_key = :key)");
    }
    // One character more than a heartbeat may have, so that a longer one is known as such.
    sql.data = fill(R"(
select id, data_key, left(data_value, )" +
                    std::to_string(max_node_data + 1) + R"(), {client}, {created},
       case when last_update_time = create_time then 0 else 1 end, {term}
  from t_ds_jdbc_registry_data
 where {key} >= :first and {key} < :last)");
    sql.locks =
        fill("select lock_key from t_ds_jdbc_registry_lock where {lock_key} >= '/lock/' and {lock_key} < '/lock0'");
    sql.ticket = fill("select {count} from ds_reconciler_replicas where ticket = :ticket and expires > {clock}");
    sql.marker_directory = fill(R"(
select {count}
  from t_ds_jdbc_registry_data
 where {key} = '/nodes/failover-finish-nodes'
    or ({key} >= '/nodes/failover-finish-nodes/' and {key} < '/nodes/failover-finish-nodes0'))");
    sql.data_row = fill("select {count} from t_ds_jdbc_registry_data where {exact} = :key");
    sql.remove_marker = fill(R"(
delete from t_ds_jdbc_registry_data
 where id = :id and {exact} = :key and data_type = {persistent} and {value} = :value)");
    sql.enter = fill("insert into ds_reconciler_replicas (identity, expires) values (:identity, {clock} + :ttl)");
    sql.renew = fill(R"(
update ds_reconciler_replicas
   set expires = {clock} + :ttl
 where ticket = :ticket and identity = :identity and expires > {clock})");
    sql.forget = fill("delete from ds_reconciler_replicas where expires <= {clock}");
    sql.line = fill("select ticket, identity from ds_reconciler_replicas where expires > {clock} order by ticket");
    sql.leave = "delete from ds_reconciler_replicas where ticket = :ticket";
    return sql;
}

JdbcSql postgresql_sql(JdbcForm form) {
    JdbcSql sql = common_sql(postgresql_words(), form);
    // The catalog itself: information_schema hides columns without a privilege.
    sql.catalog = std::string(R"(
select cast(t.relname as text), cast(c.attname as text)
  from pg_catalog.pg_class t
  join pg_catalog.pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
 where t.relkind in ('r', 'p', 'v', 'f') and pg_catalog.pg_table_is_visible(t.oid)
   and t.relname in )") +
                  table_names;
    sql.standby = "select case when pg_is_in_recovery() then 1 else 0 end";
    sql.enter += " returning ticket";
    return sql;
}

JdbcSql mysql_sql(JdbcForm form) {
    JdbcSql sql = common_sql(mysql_words(), form);
    sql.catalog = std::string(R"(
select c.table_name, c.column_name
  from information_schema.columns c
 where c.table_schema = database() and c.table_name in )") +
                  table_names;
    sql.standby = "select case when cast(@@global.read_only as char) in ('0', 'OFF') then 0 else 1 end";
    sql.entered = "select cast(last_insert_id() as signed)";
    return sql;
}

}  // namespace

JdbcSql jdbc_sql(store::DatabaseKind kind, JdbcForm form) {
    switch (kind) {
        case store::DatabaseKind::postgresql:
            return postgresql_sql(form);
        case store::DatabaseKind::mysql:
            return mysql_sql(form);
        case store::DatabaseKind::sqlite:
            break;
    }
    throw model::Failure(model::ErrorKind::permanent,
                         "SQLite holds no JDBC registry of DolphinScheduler: set registry.type to where the masters "
                         "register, or database.type to their database");
}

}  // namespace dsr::registry::jdbc
