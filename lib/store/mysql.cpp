// SPDX-License-Identifier: Apache-2.0
// The SQL of MySQL 5.7 and later and of MariaDB 10.3 and later. Hosts are compared as bytes, because the tables'
// collation treats "Master-1" and "master-1 " as equal.
#include "store/dialect.hpp"

namespace dsr::store {

namespace {

/// The ids of unfinished instances above :after, the first :limit of each state. MySQL has no partial index, and in an
/// index on (state, id) only the rows of one state are in order of id. Each state with a number here is queried by it,
/// all others by the ranges outside; the optimizer drops the final ones.
std::string first_of_each_state() {
    constexpr int highest = 18;
    std::vector<std::string> states{"state is null", "state < 0", "state > " + std::to_string(highest)};
    for (int state = 0; state <= highest; ++state) states.push_back("state = " + std::to_string(state));
    std::string all;
    for (const std::string& state : states) {
        all += all.empty() ? "" : " union all\n       ";
        all += "(select id from {instance} where " + state;
        if (state != states.front()) all += " and state not in ({final_states})";
        all += " and id > :after order by id limit :limit)";
    }
    return all;
}

}  // namespace

Dialect mysql_dialect() {
    const std::string row = R"(
       i.id, coalesce(i.name, ''), i.state, i.host,
       cast(i.start_time as char), cast(i.restart_time as char), right({state_history}, )" +
                            characters(history_characters) + R"(),
       coalesce(i.{definition_code}, 0), coalesce(i.{definition_version}, 0), coalesce(i.{is_sub}, 0))";

    Dialect sql;
    sql.kind = DatabaseKind::mysql;
    sql.lists = ListForm::placeholders;
    sql.precision = model::ColumnPrecision::seconds;

    // Strict mode, and backslash escapes, with which the client library quotes. The comments are for MariaDB and MySQL
    // respectively.
    sql.prepare_session = R"(
set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    session innodb_lock_wait_timeout = :lock_s, session lock_wait_timeout = :lock_s
    /*M!100300 , session max_statement_time = :statement_ms / 1000,
                session idle_transaction_timeout = :statement_ms div 1000 */
    /*!50708 , session max_execution_time = :statement_ms */)";
    sql.begin_view = {"set transaction isolation level repeatable read",
                      "start transaction with consistent snapshot, read only"};
    sql.begin_failover = {"set transaction isolation level read committed", "start transaction"};
    // With the idle limit the server frees the rows of a suspended process. MariaDB has one for transactions; MySQL has
    // only one for a whole session, eight hours by default, so it is set for the duration of the transaction.
    sql.limit_failover = R"(
set @ds_reconciler = 0
    /*M!100300 , session max_statement_time = :max_ms / 1000,
                 session idle_transaction_timeout = :max_ms div 1000 */
    /*!50708 , session max_execution_time = :max_ms, session wait_timeout = :max_ms div 1000 */)";
    sql.failover_limits = R"(
select cast(0 /*M!100300 + 1000 * @@session.max_statement_time */ /*!50708 + @@session.max_execution_time */ as signed),
       cast(0 /*M!100300 + 1000 * @@session.idle_transaction_timeout */
              /*!50708 + 1000 * @@session.wait_timeout */ as signed))";
    sql.lift_limits = R"(
set @ds_reconciler = 0
    /*M!100300 , session max_statement_time = :statement_ms / 1000,
                 session idle_transaction_timeout = :statement_ms div 1000 */
    /*!50708 , session max_execution_time = :statement_ms, session wait_timeout = @@global.wait_timeout */)";

    sql.catalog = R"(
select c.table_name, c.column_name, coalesce(c.character_maximum_length, 0)
  from information_schema.columns c
 where c.table_schema = database() and c.table_name like 't\_ds\_%')";
    sql.version = "select version from t_ds_version order by id desc limit 1";

    sql.next_id = "select min(i.id) from {instance} i where i.id > :after";
    sql.unfinished_page = "select " + row + R"(
  from {instance} i
 where i.id > :after and i.id <= :upto and (i.state is null or i.state not in ({final_states}))
 order by i.id
 limit :limit)";
    sql.unfinished_by_index = "select " + row + R"(
  from {instance} i
  join ()" + first_of_each_state() +
                              R"() first on first.id = i.id
 order by i.id
 limit :limit)";
    sql.instances = "select " + row + R"(
  from {instance} i
 where i.id in (:ids)
 order by i.id)";
    sql.lock_instances = "select " + row + R"(
  from {instance} i
 where i.id in (:ids) and i.host = cast(:host as binary) and i.state in ({failover_states})
 order by i.id
   for update)";
    sql.lock_claimed_process = "select " + row + R"(
  from {instance} i
 where i.id in (:ids) and i.host = cast('NULL' as binary) and i.state in ({failover_states})
 order by i.id
   for update)";
    sql.lock_claimed_workflow = "select " + row + R"(
  from {instance} i
 where i.id in (:ids) and i.state = 18
 order by i.id
   for update)";
    sql.commands_of = "select distinct c.{instance_id} from t_ds_command c where c.{instance_id} in (:ids)";
    sql.definitions_of = "select distinct d.code, d.version from {definition_log} d where d.code in (:ids)";
    sql.unfinished_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.state, -1), coalesce(t.task_type, ''), t.host, cast(t.submit_time as char)
  from t_ds_task_instance t
 where t.{instance_id} in (:ids) and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.id)";
    sql.newest_start_time = "select cast(max(i.start_time) as char) from {instance} i";
    sql.new_instances = R"(
select i.id, i.host, cast(i.start_time as char), cast(i.restart_time as char), {state_history}
  from {instance} i
 where i.id > :after
 order by i.id desc
 limit :limit)";
    sql.new_tasks = R"(
select t.id, i.host, cast(t.submit_time as char)
  from (select n.id, n.{instance_id}, n.submit_time
          from t_ds_task_instance n
         where n.id > :after
         order by n.id desc
         limit :limit) t
  join {instance} i on i.id = t.{instance_id}
 order by t.id desc)";
    sql.names_host = R"(
select 1
  from {instance} i
 where i.host = cast(:host as binary) and (i.state is null or i.state not in ({final_states}))
 limit 1)";

    // Not unix_timestamp(now(6)): it is ambiguous in the hour that autumn repeats.
    sql.clock = "select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
    sql.task_activity = R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as char), cast(max(t.end_time) as char)
  from (select '' as host, '' as since from dual where 1 = 0
         union all :selects) lost
  join {instance} i on i.host = cast(lost.host as binary)
  join t_ds_task_instance t on t.{instance_id} = i.id
 where i.state in ({failover_states}) and t.flag = 1
   and (t.submit_time >= cast(lost.since as datetime(6)) or t.end_time >= cast(lost.since as datetime(6)))
 group by t.{instance_id}, i.host)";
    sql.task_activity_of = R"(
select t.{instance_id}, cast(max(t.submit_time) as char), cast(max(t.end_time) as char)
  from t_ds_task_instance t
 where t.{instance_id} in (:ids) and t.flag = 1
   and (t.submit_time >= :since or t.end_time >= :since)
 group by t.{instance_id}
 order by t.{instance_id})";
    sql.parents_of = R"(
select r.{instance_id}, r.parent_{instance_id}
  from {relation} r
 where r.{instance_id} in (:ids) and r.parent_{instance_id} is not null)";
    sql.error_commands = R"(
select e.{instance_id}, e.id, e.command_type,
       case when char_length(e.command_param) <= )" +
                         characters(error_characters) + R"( then e.command_param end,
       left(e.message, )" +
                         characters(error_characters) + R"(),
       cast(e.update_time as char)
  from t_ds_error_command e
  join (select max(x.id) as id from t_ds_error_command x
         where x.{instance_id} in (:ids) group by x.{instance_id}) newest on newest.id = e.id
 order by e.{instance_id})";

    sql.waiting_commands = R"(
select c.id, coalesce(c.{instance_id}, 0), cast(c.update_time as char)
  from t_ds_command c
 order by c.id
 limit :limit)";

    sql.running_tasks = R"(
select t.id, t.{instance_id}, coalesce(t.name, ''), coalesce(t.task_type, ''), t.state, t.host,
       cast(t.start_time as char), left(t.app_link, )" +
                        characters(link_characters + 1) + R"()
  from t_ds_task_instance t
 where t.{instance_id} in (:ids) and t.flag = 1
   and (t.state is null or t.state not in ({finished_task_states}))
 order by t.{instance_id}, t.id
 limit :limit)";
    sql.projects_of = R"(
select d.code, max(d.project_code), max(p.name)
  from {definition_log} d
  left join t_ds_project p on p.code = d.project_code
 where d.code in (:ids)
 group by d.code)";
    sql.times_of = R"(
select cast(i.start_time as char), cast(i.restart_time as char), {state_history}, cast(i.end_time as char)
  from {instance} i
 where i.id = :id)";

    sql.mark_tasks = R"(
update t_ds_task_instance
   set state = 8
 where {instance_id} in (:ids) and flag = 1
   and (state is null or state not in ({finished_task_states})))";
    sql.claim_process = R"(
update {instance}
   set host = 'NULL'
 where id in (:ids) and host = cast(:host as binary) and state = :state and state in ({failover_states}))";
    sql.claim_workflow = R"(
update {instance}
   set state = 18
 where id in (:ids) and host = cast(:host as binary) and state = :state and state in ({failover_states}))";
    sql.param_lengths = R"(
select i.id, coalesce(length(i.command_param), 0)
  from {instance} i
 where i.id in (:ids))";
    sql.command_sources = R"(
select i.id, {handed_on_param}, case when s.code is null then 0 else 1 end, s.timezone_id
  from {instance} i
  left join (select {definition_code} as code, min(timezone_id) as timezone_id
               from t_ds_schedules group by {definition_code}) s on s.code = i.{definition_code}
 where i.id in (:ids)
 order by i.id)";
    sql.insert_process_commands = R"(
insert into t_ds_command (command_type, process_definition_code, process_definition_version, process_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, start_time, update_time,
                          dry_run{priority_column}{test_flag_column})
select 2, i.process_definition_code, i.process_definition_version, i.id,
       i.executor_id, elt(field(i.id, :ids), :params), 2, 1, :now, :now,
       0{priority_value}{test_flag_value}
  from {instance} i
 where i.id in (:ids)
 order by i.id)";
    sql.insert_workflow_commands = R"(
insert into t_ds_command (command_type, workflow_definition_code, workflow_definition_version, workflow_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, update_time,
                          dry_run{test_flag_column})
select 2, i.workflow_definition_code, i.workflow_definition_version, i.id,
       0, elt(field(i.id, :ids), :params), 2, 1, :now,
       0{test_flag_value}
  from {instance} i
 where i.id in (:ids)
 order by i.id)";
    sql.newest_recoveries = R"(
select c.{instance_id}, max(c.id)
  from t_ds_command c
 where c.{instance_id} in (:ids) and c.command_type = 2
 group by c.{instance_id})";
    sql.insert_journal = R"(
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, from_startup, from_process,
                                   old_state, owned_since, releases, command_id, verdict, reason, version, replica,
                                   receipt, receipt_at, taken_by, message)
values :rows)";
    sql.insert_journal_added = R"(
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, from_startup, from_process,
                                   old_state, owned_since, releases, command_id, verdict, reason, version, replica,
                                   receipt, receipt_at, taken_by, message, zone)
values :rows)";
    sql.insert_alert = R"(
insert into t_ds_alert (title, sign, content, alert_status, warning_type, alertgroup_id, create_time, update_time,
                        alert_type)
select :title, :sign, :content, 0, :warning_type, :group, :now, :now, :alert_type
  from dual
 where not exists (select 1 from t_ds_alert a where a.sign = :sign and a.create_time >= :since))";
    sql.insert_alert_unsigned = R"(
insert into t_ds_alert (title, content, alert_status, alertgroup_id, create_time, update_time)
select :title, :content, 0, :group, :now, :now
  from dual
 where not exists (select 1 from t_ds_alert a where a.content = :content and a.alert_status = 0))";

    sql.unfinished_index = R"(
select 1
  from information_schema.statistics s
 where s.table_schema = database() and s.table_name = '{instance}' and s.index_name = 'ds_reconciler_unfinished'
 limit 1)";
    // The server refuses this if it cannot do it beside the masters' writes, rather than locking the table.
    sql.make_unfinished_index = {
        "alter table {instance} add index ds_reconciler_unfinished (state, id), algorithm = inplace, lock = none"};
    sql.task_index = R"(
select 1
  from information_schema.statistics s
 where s.table_schema = database() and s.table_name = 't_ds_task_instance' and s.column_name = '{instance_id}'
   and s.seq_in_index = 1
 limit 1)";
    sql.make_task_index = {
        "alter table t_ds_task_instance add index ds_reconciler_tasks ({instance_id}), algorithm = inplace, lock = "
        "none"};
    return sql;
}

}  // namespace dsr::store
