// SPDX-License-Identifier: Apache-2.0
// The SQL of PostgreSQL. Times are passed as text, so that neither the session's zone nor a struct tm affects them. A
// list has exactly the type of its column (ids are int in every release). Only then does PostgreSQL hash it where there
// is no index, instead of scanning it for every row. A join with the list depends on statistics, which are wrong when
// many rows change at once.
#include "store/sql/dialect.hpp"

namespace dsr::store {

Dialect postgresql_dialect() {
    Dialect sql;
    sql.kind = DatabaseKind::postgresql;
    sql.lists = ListForm::array;
    sql.precision = model::ColumnPrecision::microseconds;

    // The idle limit frees the rows when this process is suspended in a transaction.
    // The client library prints notices; those of `create table if not exists` are unwanted.
    sql.prepare_session = R"(
select set_config('statement_timeout', :statement_ms, false),
       set_config('lock_timeout', :lock_ms, false),
       set_config('idle_in_transaction_session_timeout', :statement_ms, false),
       set_config('datestyle', 'ISO', false),
       set_config('client_min_messages', 'warning', false))";
    sql.begin_view = {"begin isolation level repeatable read read only"};
    sql.begin_failover = {"begin isolation level read committed"};

    // These end with the transaction. With the idle limit the server frees the rows of a suspended process.
    sql.limit_failover = R"(
select set_config('statement_timeout', :max_ms, true),
       set_config('idle_in_transaction_session_timeout', :max_ms, true))";
    sql.failover_limits = R"(
select coalesce(max(case when s.name = 'statement_timeout' then cast(s.setting as bigint) end), 0),
       coalesce(max(case when s.name = 'idle_in_transaction_session_timeout' then cast(s.setting as bigint) end), 0)
  from pg_catalog.pg_settings s
 where s.name in ('statement_timeout', 'idle_in_transaction_session_timeout'))";

    // The catalog itself, not information_schema, which hides columns without a privilege and shows tables of every
    // schema instead of the first along the search path.
    sql.catalog = R"(
select cast(t.relname as text), cast(c.attname as text), case when c.atttypmod > 4 then c.atttypmod - 4 else 0 end
  from pg_catalog.pg_class t
  join pg_catalog.pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
 where t.relname like 't\_ds\_%' and t.relkind in ('r', 'p', 'v', 'f') and pg_catalog.pg_table_is_visible(t.oid))";
    // The address is NULL for a Unix socket, and in a row of another user that this one may not see. The application is
    // set in connection_settings.cpp.
    sql.client_sessions = R"(
select a.pid, host(a.client_addr), coalesce(a.application_name, ''),
       cast(floor(extract(epoch from clock_timestamp() - greatest(a.backend_start, a.query_start, a.state_change)) *
                  1000000) as bigint),
       case when a.pid = pg_backend_pid() then 1 else 0 end
  from pg_catalog.pg_stat_activity a
 where a.datname = current_database() and a.client_addr is not null
   and (a.application_name <> 'ds-reconciler' or a.pid = pg_backend_pid()))";
    // Not now(), which is the time at which the transaction began.
    sql.clock_now = "cast(floor(extract(epoch from clock_timestamp()) * 1000000) as bigint)";
    return sql;
}

Words postgresql_words() {
    return {
        {"text", "text"},
        {"in_ids", "= any (cast(:ids as int[]))"},
        {"in_codes", "= any (cast(:ids as bigint[]))"},
        {"host", ":host"},
        {"claimed_host", "'NULL'"},
        {"for_update", "for update"},
        {"now", "cast(:now as timestamp)"},
        // Counting characters takes as long as reading the rest of a row; few histories have so many.
        {"end_of_history", "case when octet_length({state_history}) <= " + characters(history_characters) +
                               " then {state_history} else right({state_history}, " + characters(history_characters) +
                               ") end"},
        {"short_error_param",
         "case when char_length(e.command_param) <= " + characters(error_characters) + " then e.command_param end"},
        {"start_of_error", "left(e.message, " + characters(error_characters) + ")"},
        {"start_of_links", "left(t.app_link, " + characters(link_characters + 1) + ")"},
        {"param_bytes", "octet_length(i.command_param)"},
        // The exact words of the index's condition, so that the planner can use it.
        {"by_unfinished_index", " where i.id > :after and (i.state is null or i.state not in ({final_states}))"},
        {"submitted_or_ended_since",
         "t.submit_time >= cast(:since as timestamp) or t.end_time >= cast(:since as timestamp)"},
        {"param_of_batch", "batch.command_param"},
        // The same ids twice: the join alone decides which rows, but for it the planner would hash the whole table.
        {"from_batch", R"(
  from unnest(cast(:ids as int[]), cast(:params as text[])) as batch (id, command_param)
  join {instance} i on i.id = batch.id and i.id = any (cast(:ids as int[])))"},
        {"returning", "\nreturning {instance_id}, id"},
        {"insert_or_skip", "insert"},
        {"or_skip", "\n    on conflict do nothing"},
        {"from_nothing", ""},
        {"for_share", "for share"},
        {"clock", postgresql_dialect().clock_now},
    };
}

SchemaSql postgresql_sql(const model::SchemaFacts& schema) {
    const Words words = postgresql_words();
    const auto fill = [&](const std::string& sql) { return in_schema(sql, schema, words); };
    SchemaSql sql = common_sql(postgresql_dialect(), words, schema);
    sql.guard = guard_sql(words, schema.generation);
    // The words of the index's condition again, so that it is used where it exists.
    sql.task_activity = fill(R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from json_array_elements(cast(:rows as json)) as lost (r)
  join {instance} i on i.host = lost.r ->> 0
  join t_ds_task_instance t on t.{instance_id} = i.id
 where (i.state is null or i.state not in ({final_states})) and i.state in ({failover_states}) and t.flag = 1
   and (t.submit_time >= cast(lost.r ->> 1 as timestamp) or t.end_time >= cast(lost.r ->> 1 as timestamp))
 group by t.{instance_id}, i.host)");
    sql.unread_of_queues = fill(R"(
select t.relname || '.' || a.attname
  from pg_catalog.pg_class t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
 where pg_catalog.pg_table_is_visible(t.oid) and not pg_catalog.has_column_privilege(t.oid, a.attnum, 'select')
   and (t.relname = 't_ds_command' and a.attname in ('id', '{instance_id}', 'update_time') or
        t.relname = 't_ds_serial_command' and a.attname in ('id', '{definition_code}', '{definition_version}',
                                                            '{instance_id}', 'state'))
 order by 1)");
    sql.insert_alert = R"(
insert into t_ds_alert (title, sign, content, alert_status, warning_type, alertgroup_id, create_time, update_time,
                        alert_type)
select :title, :sign, :content, 0, cast(:warning_type as int), cast(:group as int), cast(:now as timestamp),
       cast(:now as timestamp), cast(:alert_type as int)
 where not exists (select 1 from t_ds_alert a where a.sign = :sign and a.create_time >= cast(:since as timestamp)))";
    sql.insert_alert_unsigned = R"(
insert into t_ds_alert (title, content, alert_status, alertgroup_id, create_time, update_time)
select :title, :content, 0, cast(:group as int), cast(:now as timestamp), cast(:now as timestamp)
 where not exists (select 1 from t_ds_alert a where a.content = :content and a.alert_status = 0))";
    sql.unfinished_index = fill(R"(
select 1
  from pg_catalog.pg_index x
  join pg_catalog.pg_class n on n.oid = x.indexrelid
  join pg_catalog.pg_class t on t.oid = x.indrelid
 where n.relname = 'ds_reconciler_unfinished' and t.relname = '{instance}' and x.indisvalid
   and pg_catalog.pg_table_is_visible(t.oid))");
    // Masters continue to write meanwhile. An interrupted attempt leaves an invalid index.
    sql.make_unfinished_index = {"drop index concurrently if exists ds_reconciler_unfinished",
                                 fill(R"(create index concurrently ds_reconciler_unfinished on {instance} (id)
 where state is null or state not in ({final_states}))")};
    sql.task_index = fill(R"(
select 1
  from pg_catalog.pg_index x
  join pg_catalog.pg_class t on t.oid = x.indrelid
  join pg_catalog.pg_attribute c on c.attrelid = t.oid and c.attnum = x.indkey[0]
 where t.relname = 't_ds_task_instance' and c.attname = '{instance_id}' and x.indisvalid and x.indpred is null
   and pg_catalog.pg_table_is_visible(t.oid)
 limit 1)");
    sql.make_task_index = {"drop index concurrently if exists ds_reconciler_tasks",
                           fill("create index concurrently ds_reconciler_tasks on t_ds_task_instance ({instance_id})")};
    return sql;
}

}  // namespace dsr::store
