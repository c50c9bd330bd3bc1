// SPDX-License-Identifier: Apache-2.0
// The SQL of SQLite 3.37 and later, for trials and tests; DolphinScheduler itself does not run on it. The tables have
// the published names and columns; times are text as PostgreSQL would show them.
#include "store/dialect.hpp"

namespace dsr::store {

Dialect sqlite_dialect() {
    const std::string row = R"(
       i.id, coalesce(i.name, ''), i.state, i.host,
       cast(i.start_time as text), cast(i.restart_time as text), substr({state_history}, -)" +
                            characters(history_characters) + R"(),
       coalesce(i.{definition_code}, 0), coalesce(i.{definition_version}, 0), coalesce(i.{is_sub}, 0))";

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
    sql.version = "select version from t_ds_version order by id desc limit 1";

    sql.next_id = "select min(i.id) from {instance} i where i.id > :after";
    sql.unfinished_page = "select " + row + R"(
  from {instance} i
 where i.id > :after and i.id <= :upto and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)";
    // The exact words of the index's condition, as for PostgreSQL; otherwise SQLite uses the primary key.
    sql.unfinished_by_index = "select " + row + R"(
  from {instance} i indexed by ds_reconciler_unfinished
 where i.id > :after and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)";
    sql.instances = "select " + row + R"(
  from {instance} i
 where i.id in (select value from json_each(:ids))
 order by i.id)";
    sql.lock_instances = "select " + row + R"(
  from {instance} i
 where i.id in (select value from json_each(:ids)) and i.host = :host and i.state in ({failover_states})
 order by i.id)";
    sql.lock_claimed_process = "select " + row + R"(
  from {instance} i
 where i.id in (select value from json_each(:ids)) and i.host = 'NULL' and i.state in ({failover_states})
 order by i.id)";
    sql.lock_claimed_workflow = "select " + row + R"(
  from {instance} i
 where i.id in (select value from json_each(:ids)) and i.state = 18
 order by i.id)";
    sql.commands_of = R"(
select distinct c.{instance_id} from t_ds_command c where c.{instance_id} in (select value from json_each(:ids)))";
    sql.definitions_of = R"(
select distinct d.code, d.version from {definition_log} d where d.code in (select value from json_each(:ids)))";
    sql.unfinished_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.state, -1), coalesce(t.task_type, ''), t.host, cast(t.submit_time as text)
  from t_ds_task_instance t
 where t.{instance_id} in (select value from json_each(:ids)) and t.flag = 1
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

    sql.clock = "select cast(round((julianday('now') - 2440587.5) * 86400000) as integer) * 1000";
    // Times as numbers: as text, 12:00:00 sorts before 12:00:00.000.
    sql.task_activity = R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from json_each(:rows) lost
  join {instance} i on i.host = json_extract(lost.value, '$[0]')
  join t_ds_task_instance t on t.{instance_id} = i.id
 where (i.state is null or i.state not in ({final_states})) and i.state in ({failover_states}) and t.flag = 1
   and (julianday(t.submit_time) >= julianday(json_extract(lost.value, '$[1]')) or
        julianday(t.end_time) >= julianday(json_extract(lost.value, '$[1]')))
 group by t.{instance_id}, i.host)";
    sql.task_activity_of = R"(
select t.{instance_id}, cast(max(t.submit_time) as text), cast(max(t.end_time) as text)
  from t_ds_task_instance t
 where t.{instance_id} in (select value from json_each(:ids)) and t.flag = 1
   and (julianday(t.submit_time) >= julianday(:since) or julianday(t.end_time) >= julianday(:since))
 group by t.{instance_id}
 order by t.{instance_id})";
    sql.parents_of = R"(
select r.{instance_id}, r.parent_{instance_id}
  from {relation} r
 where r.{instance_id} in (select value from json_each(:ids)) and r.parent_{instance_id} is not null)";
    sql.error_commands = R"(
select e.{instance_id}, e.id, e.command_type,
       case when length(e.command_param) <= )" +
                         characters(error_characters) + R"( then e.command_param end,
       substr(e.message, 1, )" +
                         characters(error_characters) + R"(),
       cast(e.update_time as text)
  from t_ds_error_command e
  join (select max(x.id) as id from t_ds_error_command x
         where x.{instance_id} in (select value from json_each(:ids))
         group by x.{instance_id}) newest on newest.id = e.id
 order by e.{instance_id})";

    sql.waiting_commands = R"(
select c.id, coalesce(c.{instance_id}, 0), cast(c.update_time as text)
  from t_ds_command c
 order by c.id
 limit :limit)";

    sql.running_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.name, ''), coalesce(t.task_type, ''), t.state, t.host,
       cast(t.start_time as text), substr(t.app_link, 1, )" +
                        characters(link_characters + 1) + R"()
  from t_ds_task_instance t
 where t.{instance_id} in (select value from json_each(:ids)) and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.{instance_id}, t.id
 limit :limit)";
    sql.projects_of = R"(
select d.code, max(d.project_code), max(p.name)
  from {definition_log} d
  left join t_ds_project p on p.code = d.project_code
 where d.code in (select value from json_each(:ids))
 group by d.code)";
    sql.times_of = R"(
select cast(i.start_time as text), cast(i.restart_time as text), {state_history}, cast(i.end_time as text)
  from {instance} i
 where i.id = :id)";

    sql.mark_tasks = R"(
update t_ds_task_instance
   set state = 8
 where {instance_id} in (select value from json_each(:ids)) and flag = 1
   and (state is null or state not in ({finished_task_states})))";
    sql.claim_process = R"(
update {instance}
   set host = 'NULL'
 where id in (select value from json_each(:ids)) and host = :host and state = :state and state in ({failover_states}))";
    sql.claim_workflow = R"(
update {instance}
   set state = 18
 where id in (select value from json_each(:ids)) and host = :host and state = :state and state in ({failover_states}))";
    sql.param_lengths = R"(
select i.id, coalesce(length(cast(i.command_param as blob)), 0)
  from {instance} i
 where i.id in (select value from json_each(:ids)))";
    sql.command_sources = R"(
select i.id, {handed_on_param}, case when s.code is null then 0 else 1 end, s.timezone_id
  from {instance} i
  left join (select {definition_code} as code, min(timezone_id) as timezone_id
               from t_ds_schedules group by {definition_code}) s on s.code = i.{definition_code}
 where i.id in (select value from json_each(:ids))
 order by i.id)";
    sql.insert_process_commands = R"(
insert into t_ds_command (command_type, process_definition_code, process_definition_version, process_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, start_time, update_time,
                          dry_run{priority_column}{test_flag_column})
select 2, i.process_definition_code, i.process_definition_version, i.id,
       i.executor_id, json_extract(batch.value, '$[1]'), 2, 1, :now, :now,
       0{priority_value}{test_flag_value}
  from json_each(:batch) batch
  join {instance} i on i.id = json_extract(batch.value, '$[0]')
 order by i.id)";
    sql.insert_workflow_commands = R"(
insert into t_ds_command (command_type, workflow_definition_code, workflow_definition_version, workflow_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, update_time,
                          dry_run{test_flag_column})
select 2, i.workflow_definition_code, i.workflow_definition_version, i.id,
       0, json_extract(batch.value, '$[1]'), 2, 1, :now,
       0{test_flag_value}
  from json_each(:batch) batch
  join {instance} i on i.id = json_extract(batch.value, '$[0]')
 order by i.id)";
    sql.newest_recoveries = R"(
select c.{instance_id}, max(c.id)
  from t_ds_command c
 where c.{instance_id} in (select value from json_each(:ids)) and c.command_type = 2
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
select :title, :sign, :content, 0, :warning_type, :group, :now, :now, :alert_type
 where not exists (select 1 from t_ds_alert a where a.sign = :sign and a.create_time >= :since))";
    sql.insert_alert_unsigned = R"(
insert into t_ds_alert (title, content, alert_status, alertgroup_id, create_time, update_time)
select :title, :content, 0, :group, :now, :now
 where not exists (select 1 from t_ds_alert a where a.content = :content and a.alert_status = 0))";

    sql.unfinished_index = R"(
select 1
  from sqlite_schema s
 where s.type = 'index' and s.name = 'ds_reconciler_unfinished' and s.tbl_name = '{instance}')";
    sql.make_unfinished_index = {R"(create index if not exists ds_reconciler_unfinished on {instance} (id)
 where state is null or state not in ({final_states}))"};
    sql.task_index = R"(
select 1
  from pragma_index_list('t_ds_task_instance') l
  join pragma_index_info(l.name) c on c.seqno = 0
 where c.name = '{instance_id}' and l.partial = 0
 limit 1)";
    sql.make_task_index = {"create index if not exists ds_reconciler_tasks on t_ds_task_instance ({instance_id})"};
    return sql;
}

}  // namespace dsr::store
