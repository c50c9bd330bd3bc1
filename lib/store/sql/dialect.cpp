// SPDX-License-Identifier: Apache-2.0
#include "store/sql/dialect.hpp"

namespace dsr::store {

SchemaSql common_sql(const Dialect& dialect, const Words& words, const model::SchemaFacts& schema) {
    const auto fill = [&](const std::string& sql) { return in_schema(sql, schema, words); };
    const std::string row = R"(
       i.id, coalesce(i.name, ''), i.state, i.host,
       cast(i.start_time as {text}), cast(i.restart_time as {text}), {end_of_history},
       coalesce(i.{definition_code}, 0), coalesce(i.{definition_version}, 0), coalesce(i.{is_sub}, 0))";

    SchemaSql sql(dialect, schema);
    sql.next_id = fill("select min(i.id) from {instance} i where i.id > :after");
    sql.first_unfinished = fill("select " + row + R"(
  from {instance} i
 where i.state is null or i.state not in ({final_states})
 order by i.id
 limit :limit)");
    sql.unfinished_page = fill("select " + row + R"(
  from {instance} i
 where i.id > :after and i.id <= :upto and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)");
    sql.unfinished_by_index = fill("select " + row + R"(
  from {instance} i
{by_unfinished_index}
 order by i.id
 limit :limit)");
    sql.instances = fill("select " + row + R"(
  from {instance} i
 where i.id {in_ids}
 order by i.id)");
    sql.lock_instances = fill("select " + row + R"(
  from {instance} i
 where i.id {in_ids} and i.host = {host} and i.state in ({failover_states})
 order by i.id {for_update})");
    sql.lock_claimed_process = fill("select " + row + R"(
  from {instance} i
 where i.id {in_ids} and i.host = {claimed_host} and i.state in ({failover_states})
 order by i.id {for_update})");
    sql.lock_claimed_workflow = fill("select " + row + R"(
  from {instance} i
 where i.id {in_ids} and i.state = 18
 order by i.id {for_update})");
    sql.commands_of = fill("select distinct c.{instance_id} from t_ds_command c where c.{instance_id} {in_ids}");
    sql.commands_between = fill(
        "select distinct c.{instance_id} from t_ds_command c where c.{instance_id} >= :first and c.{instance_id} <= "
        ":last");
    sql.definitions_of = fill("select distinct d.code, d.version from {definition_log} d where d.code {in_codes}");
    sql.unfinished_tasks = fill(R"(
select t.id, t.{instance_id}, coalesce(t.state, -1), coalesce(t.task_type, ''), t.host, cast(t.submit_time as {text})
  from t_ds_task_instance t
 where t.{instance_id} {in_ids} and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.id)");
    sql.newest_start_time = fill("select cast(max(i.start_time) as {text}) from {instance} i");
    sql.new_instances = fill(R"(
select i.id, i.host, cast(i.start_time as {text}), cast(i.restart_time as {text}), {state_history}
  from {instance} i
 where i.id > :after
 order by i.id desc
 limit :limit)");
    sql.new_tasks = fill(R"(
select t.id, i.host, cast(t.submit_time as {text})
  from (select n.id, n.{instance_id}, n.submit_time
          from t_ds_task_instance n
         where n.id > :after
         order by n.id desc
         limit :limit) t
  join {instance} i on i.id = t.{instance_id}
 order by t.id desc)");
    sql.names_host = fill(R"(
select 1 from {instance} i where i.host = {host} and (i.state is null or i.state not in ({final_states})) limit 1)");
    sql.task_activity_of = fill(R"(
select t.{instance_id}, cast(max(t.submit_time) as {text}), cast(max(t.end_time) as {text})
  from t_ds_task_instance t
 where t.{instance_id} {in_ids} and t.flag = 1
   and ({submitted_or_ended_since})
 group by t.{instance_id}
 order by t.{instance_id})");
    sql.parents_of = fill(R"(
select r.{instance_id}, r.parent_{instance_id}
  from {relation} r
 where r.{instance_id} {in_ids} and r.parent_{instance_id} is not null)");
    sql.error_commands = fill(R"(
select e.{instance_id}, e.id, e.command_type,
       {short_error_param},
       {start_of_error},
       cast(e.update_time as {text})
  from t_ds_error_command e
  join (select max(x.id) as id from t_ds_error_command x
         where x.{instance_id} {in_ids} group by x.{instance_id}) newest on newest.id = e.id
 order by e.{instance_id})");

    sql.stuck_queues = fill(R"(
select s.id, s.{definition_code}, s.{definition_version}, s.{instance_id}, i.state, heads.behind
  from (select oldest.code, oldest.version, min(oldest.id) as id, count(*) - 1 as behind
          from (select q.id, q.{definition_code} as code, q.{definition_version} as version
                  from t_ds_serial_command q
                 order by q.id
                 limit :limit) oldest
         group by oldest.code, oldest.version) heads
  join t_ds_serial_command s on s.id = heads.id
  left join {instance} i on i.id = s.{instance_id}
 where s.state = 1 and (i.id is null or i.state in (6, 18))
 order by s.id)");
    sql.waiting_commands = fill(R"(
select c.id, coalesce(c.{instance_id}, 0), cast(c.update_time as {text})
  from t_ds_command c
 order by c.id
 limit :limit)");
    sql.running_tasks = fill(R"(
select t.id, t.{instance_id}, coalesce(t.name, ''), coalesce(t.task_type, ''), t.state, t.host,
       cast(t.start_time as {text}), {start_of_links}
  from t_ds_task_instance t
 where t.{instance_id} {in_ids} and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.{instance_id}, t.id
 limit :limit)");
    sql.projects_of = fill(R"(
select d.code, max(d.project_code), max(p.name)
  from {definition_log} d
  left join t_ds_project p on p.code = d.project_code
 where d.code {in_codes}
 group by d.code)");
    sql.times_of = fill(R"(
select cast(i.start_time as {text}), cast(i.restart_time as {text}), {state_history}, cast(i.end_time as {text})
  from {instance} i
 where i.id = :id)");

    sql.mark_tasks = fill(R"(
update t_ds_task_instance
   set state = 8
 where {instance_id} {in_ids} and flag = 1
   and (state is null or state not in ({finished_task_states})))");
    sql.claim_process = fill(R"(
update {instance}
   set host = 'NULL'
 where id {in_ids} and host = {host} and state = :state and state in ({failover_states}))");
    sql.claim_workflow = fill(R"(
update {instance}
   set state = 18
 where id {in_ids} and host = {host} and state = :state and state in ({failover_states}))");
    sql.param_lengths = fill(R"(
select i.id, coalesce({param_bytes}, 0)
  from {instance} i
 where i.id {in_ids})");
    sql.command_sources = fill(R"(
select i.id, {handed_on_param}, case when s.code is null then 0 else 1 end, s.timezone_id
  from {instance} i
  left join (select {definition_code} as code, min(timezone_id) as timezone_id
               from t_ds_schedules group by {definition_code}) s on s.code = i.{definition_code}
 where i.id {in_ids}
 order by i.id)");
    sql.insert_process_commands = fill(R"(
insert into t_ds_command (command_type, process_definition_code, process_definition_version, process_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, start_time, update_time,
                          dry_run{priority_column}{test_flag_column})
select 2, i.process_definition_code, i.process_definition_version, i.id,
       i.executor_id, {param_of_batch}, 2, 1, {now}, {now},
       0{priority_value}{test_flag_value}
{from_batch}
 order by i.id{returning})");
    sql.insert_workflow_commands = fill(R"(
insert into t_ds_command (command_type, workflow_definition_code, workflow_definition_version, workflow_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, update_time,
                          dry_run{test_flag_column})
select 2, i.workflow_definition_code, i.workflow_definition_version, i.id,
       0, {param_of_batch}, 2, 1, {now},
       0{test_flag_value}
{from_batch}
 order by i.id{returning})");
    const std::string into_journal = R"(
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, from_startup, from_process,
                                   old_state, owned_since, releases, command_id, verdict, reason, version, replica,
                                   receipt, receipt_at, taken_by, message)";
    sql.insert_journal = into_journal + ")\n:columns";
    sql.insert_journal_added = into_journal + ", zone)\n:columns";
    return sql;
}

Dialect dialect_of(DatabaseKind kind) {
    switch (kind) {
        case DatabaseKind::postgresql:
            return postgresql_dialect();
        case DatabaseKind::mysql:
            return mysql_dialect();
        case DatabaseKind::sqlite:
            break;
    }
    return sqlite_dialect();
}

SchemaSql sql_of(DatabaseKind kind, const model::SchemaFacts& schema) {
    switch (kind) {
        case DatabaseKind::postgresql:
            return postgresql_sql(schema);
        case DatabaseKind::mysql:
            return mysql_sql(schema);
        case DatabaseKind::sqlite:
            break;
    }
    return sqlite_sql(schema);
}

}  // namespace dsr::store
