// SPDX-License-Identifier: Apache-2.0
// The SQL of PostgreSQL. Times are passed as text, so that neither the session's zone nor a struct tm affects them. A
// list has exactly the type of its column (ids are int in every release). Only then does PostgreSQL hash it where there
// is no index, instead of scanning it for every row. A join with the list depends on statistics, which are wrong when
// many rows change at once.
#include "store/dialect.hpp"

namespace dsr::store {

Dialect postgresql_dialect() {
    const std::string row = R"(
       i.id, coalesce(i.name, ''), i.state, i.host,
       cast(i.start_time as text), cast(i.restart_time as text), right({state_history}, )" +
                            characters(history_characters) + R"(),
       coalesce(i.{definition_code}, 0), coalesce(i.{definition_version}, 0), coalesce(i.{is_sub}, 0))";

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
    sql.version = "select version from t_ds_version order by id desc limit 1";

    sql.next_id = "select min(i.id) from {instance} i where i.id > :after";
    sql.unfinished_page = "select " + row + R"(
  from {instance} i
 where i.id > :after and i.id <= :upto and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)";
    // The exact words of the index's condition, so that the planner can use it.
    sql.unfinished_by_index = "select " + row + R"(
  from {instance} i
 where i.id > :after and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)";
    sql.instances = "select " + row + R"(
  from {instance} i
 where i.id = any (cast(:ids as int[]))
 order by i.id)";
    sql.lock_instances = "select " + row + R"(
  from {instance} i
 where i.id = any (cast(:ids as int[])) and i.host = :host and i.state in ({failover_states})
 order by i.id
   for update)";
    sql.lock_claimed_process = "select " + row + R"(
  from {instance} i
 where i.id = any (cast(:ids as int[])) and i.host = 'NULL' and i.state in ({failover_states})
 order by i.id
   for update)";
    sql.lock_claimed_workflow = "select " + row + R"(
  from {instance} i
 where i.id = any (cast(:ids as int[])) and i.state = 18
 order by i.id
   for update)";
    sql.commands_of = R"(
select distinct c.{instance_id} from t_ds_command c where c.{instance_id} = any (cast(:ids as int[])))";
    sql.definitions_of = R"(
select distinct d.code, d.version from {definition_log} d where d.code = any (cast(:ids as bigint[])))";
    sql.unfinished_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.state, -1), coalesce(t.task_type, ''), t.host, cast(t.submit_time as text)
  from t_ds_task_instance t
 where t.{instance_id} = any (cast(:ids as int[])) and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.id)";
    sql.newest_start_time = "select cast(max(i.start_time) as text) from {instance} i";
    sql.new_instances = R"(
select i.id, i.host, cast(i.start_time as text), cast(i.restart_time as text), {state_history}
  from {instance} i
 where i.id > :after
 order by i.id desc
 limit :limit)";
    sql.new_tasks = R"(
select t.id, i.host, cast(t.submit_time as text)
  from (select n.id, n.{instance_id}, n.submit_time
          from t_ds_task_instance n
         where n.id > :after
         order by n.id desc
         limit :limit) t
  join {instance} i on i.id = t.{instance_id}
 order by t.id desc)";
    sql.names_host = R"(
select 1 from {instance} i where i.host = :host and (i.state is null or i.state not in ({final_states})) limit 1)";

    sql.clock = "select cast(floor(extract(epoch from clock_timestamp()) * 1000000) as bigint)";
    // The words of the index's condition again, so that it is used where it exists.
    sql.task_activity = R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from json_array_elements(cast(:rows as json)) as lost (r)
  join {instance} i on i.host = lost.r ->> 0
  join t_ds_task_instance t on t.{instance_id} = i.id
 where (i.state is null or i.state not in ({final_states})) and i.state in ({failover_states}) and t.flag = 1
   and (t.submit_time >= cast(lost.r ->> 1 as timestamp) or t.end_time >= cast(lost.r ->> 1 as timestamp))
 group by t.{instance_id}, i.host)";
    sql.task_activity_of = R"(
select t.{instance_id}, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from t_ds_task_instance t
 where t.{instance_id} = any (cast(:ids as int[])) and t.flag = 1
   and (t.submit_time >= cast(:since as timestamp) or t.end_time >= cast(:since as timestamp))
 group by t.{instance_id}
 order by t.{instance_id})";
    sql.parents_of = R"(
select r.{instance_id}, r.parent_{instance_id}
  from {relation} r
 where r.{instance_id} = any (cast(:ids as int[])) and r.parent_{instance_id} is not null)";
    sql.error_commands = R"(
select e.{instance_id}, e.id, e.command_type,
       case when char_length(e.command_param) <= )" +
                         characters(error_characters) + R"( then e.command_param end,
       left(e.message, )" +
                         characters(error_characters) + R"(),
       cast(e.update_time as text)
  from t_ds_error_command e
  join (select max(x.id) as id from t_ds_error_command x
         where x.{instance_id} = any (cast(:ids as int[])) group by x.{instance_id}) newest on newest.id = e.id
 order by e.{instance_id})";

    sql.waiting_commands = R"(
select c.id, coalesce(c.{instance_id}, 0), cast(c.update_time as text)
  from t_ds_command c
 order by c.id
 limit :limit)";
    sql.unread_of_queues = R"(
select t.relname || '.' || a.attname
  from pg_catalog.pg_class t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
 where pg_catalog.pg_table_is_visible(t.oid) and not pg_catalog.has_column_privilege(t.oid, a.attnum, 'select')
   and (t.relname = 't_ds_command' and a.attname in ('id', '{instance_id}', 'update_time') or
        t.relname = 't_ds_serial_command' and a.attname in ('id', '{definition_code}', '{definition_version}',
                                                            '{instance_id}', 'state'))
 order by 1)";

    sql.running_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.name, ''), coalesce(t.task_type, ''), t.state, t.host,
       cast(t.start_time as text), left(t.app_link, )" +
                        characters(link_characters + 1) + R"()
  from t_ds_task_instance t
 where t.{instance_id} = any (cast(:ids as int[])) and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.{instance_id}, t.id
 limit :limit)";
    sql.projects_of = R"(
select d.code, max(d.project_code), max(p.name)
  from {definition_log} d
  left join t_ds_project p on p.code = d.project_code
 where d.code = any (cast(:ids as bigint[]))
 group by d.code)";
    sql.times_of = R"(
select cast(i.start_time as text), cast(i.restart_time as text), {state_history}, cast(i.end_time as text)
  from {instance} i
 where i.id = :id)";

    sql.mark_tasks = R"(
update t_ds_task_instance
   set state = 8
 where {instance_id} = any (cast(:ids as int[])) and flag = 1
   and (state is null or state not in ({finished_task_states})))";
    sql.claim_process = R"(
update {instance}
   set host = 'NULL'
 where id = any (cast(:ids as int[])) and host = :host and state = :state and state in ({failover_states}))";
    sql.claim_workflow = R"(
update {instance}
   set state = 18
 where id = any (cast(:ids as int[])) and host = :host and state = :state and state in ({failover_states}))";
    sql.param_lengths = R"(
select i.id, coalesce(octet_length(i.command_param), 0)
  from {instance} i
 where i.id = any (cast(:ids as int[])))";
    sql.command_sources = R"(
select i.id, {handed_on_param}, case when s.code is null then 0 else 1 end, s.timezone_id
  from {instance} i
  left join (select {definition_code} as code, min(timezone_id) as timezone_id
               from t_ds_schedules group by {definition_code}) s on s.code = i.{definition_code}
 where i.id = any (cast(:ids as int[]))
 order by i.id)";
    sql.insert_process_commands = R"(
insert into t_ds_command (command_type, process_definition_code, process_definition_version, process_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, start_time, update_time,
                          dry_run{priority_column}{test_flag_column})
select 2, i.process_definition_code, i.process_definition_version, i.id,
       i.executor_id, batch.command_param, 2, 1, cast(:now as timestamp), cast(:now as timestamp),
       0{priority_value}{test_flag_value}
  from unnest(cast(:ids as int[]), cast(:params as text[])) as batch (id, command_param)
  join {instance} i on i.id = batch.id
 order by i.id)";
    sql.insert_workflow_commands = R"(
insert into t_ds_command (command_type, workflow_definition_code, workflow_definition_version, workflow_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, update_time,
                          dry_run{test_flag_column})
select 2, i.workflow_definition_code, i.workflow_definition_version, i.id,
       0, batch.command_param, 2, 1, cast(:now as timestamp),
       0{test_flag_value}
  from unnest(cast(:ids as int[]), cast(:params as text[])) as batch (id, command_param)
  join {instance} i on i.id = batch.id
 order by i.id)";
    sql.newest_recoveries = R"(
select c.{instance_id}, max(c.id)
  from t_ds_command c
 where c.{instance_id} = any (cast(:ids as int[])) and c.command_type = 2
 group by c.{instance_id})";
    sql.insert_journal = R"(
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, from_startup, from_process,
                                   old_state, owned_since, releases, command_id, verdict, reason, version, replica,
                                   receipt, receipt_at, taken_by, message)
:columns)";
    sql.insert_journal_added = R"(
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, from_startup, from_process,
                                   old_state, owned_since, releases, command_id, verdict, reason, version, replica,
                                   receipt, receipt_at, taken_by, message, zone)
:columns)";
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

    sql.unfinished_index = R"(
select 1
  from pg_catalog.pg_index x
  join pg_catalog.pg_class n on n.oid = x.indexrelid
  join pg_catalog.pg_class t on t.oid = x.indrelid
 where n.relname = 'ds_reconciler_unfinished' and t.relname = '{instance}' and x.indisvalid
   and pg_catalog.pg_table_is_visible(t.oid))";
    // Masters continue to write meanwhile. An interrupted attempt leaves an invalid index.
    sql.make_unfinished_index = {"drop index concurrently if exists ds_reconciler_unfinished",
                                 R"(create index concurrently ds_reconciler_unfinished on {instance} (id)
 where state is null or state not in ({final_states}))"};
    sql.task_index = R"(
select 1
  from pg_catalog.pg_index x
  join pg_catalog.pg_class t on t.oid = x.indrelid
  join pg_catalog.pg_attribute c on c.attrelid = t.oid and c.attnum = x.indkey[0]
 where t.relname = 't_ds_task_instance' and c.attname = '{instance_id}' and x.indisvalid and x.indpred is null
   and pg_catalog.pg_table_is_visible(t.oid)
 limit 1)";
    sql.make_task_index = {"drop index concurrently if exists ds_reconciler_tasks",
                           "create index concurrently ds_reconciler_tasks on t_ds_task_instance ({instance_id})"};
    return sql;
}

}  // namespace dsr::store
