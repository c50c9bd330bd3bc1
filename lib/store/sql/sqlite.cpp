// SPDX-License-Identifier: Apache-2.0
// The SQL of SQLite 3.37 and later, for trials and tests; DolphinScheduler itself does not run on it. The tables have
// the published names and columns; times are text as PostgreSQL would show them.
#include "store/sql/dialect.hpp"

namespace dsr::store {

Dialect sqlite_dialect() {
    Dialect sql;
    sql.kind = DatabaseKind::sqlite;
    sql.lists = ListForm::json;
    sql.precision = model::ColumnPrecision::microseconds;

    sql.begin_view = {"begin"};
    sql.begin_failover = {"begin immediate"};

    sql.catalog = R"(
select lower(t.name), lower(c.name),
       case when instr(c.type, '(') > 0 then cast(substr(c.type, instr(c.type, '(') + 1) as integer) else 0 end
  from sqlite_schema t
  join pragma_table_info(t.name) c
 where t.type in ('table', 'view') and t.name like 't\_ds\_%' escape '\')";
    sql.clock_now = "cast(round((julianday('now') - 2440587.5) * 86400000) as integer) * 1000";
    return sql;
}

Words sqlite_words() {
    return {
        {"text", "text"},
        {"in_ids", "in (select value from json_each(:ids))"},
        {"in_codes", "in (select value from json_each(:ids))"},
        {"host", ":host"},
        {"claimed_host", "'NULL'"},
        {"for_update", ""},
        {"now", ":now"},
        {"end_of_history", "substr({state_history}, -" + characters(history_characters) + ")"},
        {"short_error_param",
         "case when length(e.command_param) <= " + characters(error_characters) + " then e.command_param end"},
        {"start_of_error", "substr(e.message, 1, " + characters(error_characters) + ")"},
        {"start_of_links", "substr(t.app_link, 1, " + characters(link_characters + 1) + ")"},
        {"param_bytes", "length(cast(i.command_param as blob))"},
        // The exact words of the index's condition, as for PostgreSQL; otherwise SQLite uses the primary key.
        {"by_unfinished_index", R"( indexed by ds_reconciler_unfinished
 where i.id > :after and (i.state is null or i.state not in ({final_states})))"},
        {"submitted_or_ended_since",
         "julianday(t.submit_time) >= julianday(:since) or julianday(t.end_time) >= julianday(:since)"},
        {"param_of_batch", "json_extract(batch.value, '$[1]')"},
        {"from_batch", R"(
  from json_each(:batch) batch
  join {instance} i on i.id = json_extract(batch.value, '$[0]'))"},
        {"returning", "\nreturning {instance_id}, id"},
    };
}

SchemaSql sqlite_sql(const model::SchemaFacts& schema) {
    const Words words = sqlite_words();
    const auto fill = [&](const std::string& sql) { return in_schema(sql, schema, words); };
    SchemaSql sql = common_sql(sqlite_dialect(), words, schema);
    // Times as numbers: as text, 12:00:00 sorts before 12:00:00.000.
    sql.task_activity = fill(R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from json_each(:rows) lost
  join {instance} i on i.host = json_extract(lost.value, '$[0]')
  join t_ds_task_instance t on t.{instance_id} = i.id
 where (i.state is null or i.state not in ({final_states})) and i.state in ({failover_states}) and t.flag = 1
   and (julianday(t.submit_time) >= julianday(json_extract(lost.value, '$[1]')) or
        julianday(t.end_time) >= julianday(json_extract(lost.value, '$[1]')))
 group by t.{instance_id}, i.host)");
    sql.insert_alert = R"(
insert into t_ds_alert (title, sign, content, alert_status, warning_type, alertgroup_id, create_time, update_time,
                        alert_type)
select :title, :sign, :content, 0, :warning_type, :group, :now, :now, :alert_type
 where not exists (select 1 from t_ds_alert a where a.sign = :sign and a.create_time >= :since))";
    sql.insert_alert_unsigned = R"(
insert into t_ds_alert (title, content, alert_status, alertgroup_id, create_time, update_time)
select :title, :content, 0, :group, :now, :now
 where not exists (select 1 from t_ds_alert a where a.content = :content and a.alert_status = 0))";
    sql.unfinished_index = fill(R"(
select 1
  from sqlite_schema s
 where s.type = 'index' and s.name = 'ds_reconciler_unfinished' and s.tbl_name = '{instance}')");
    sql.make_unfinished_index = {fill(R"(
create index if not exists ds_reconciler_unfinished on {instance} (id)
 where state is null or state not in ({final_states}))")};
    sql.task_index = fill(R"(
select 1
  from pragma_index_list('t_ds_task_instance') l
  join pragma_index_info(l.name) c on c.seqno = 0
 where c.name = '{instance_id}' and l.partial = 0
 limit 1)");
    sql.make_task_index = {
        fill("create index if not exists ds_reconciler_tasks on t_ds_task_instance ({instance_id})")};
    return sql;
}

}  // namespace dsr::store
