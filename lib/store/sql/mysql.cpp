// SPDX-License-Identifier: Apache-2.0
// The SQL of MySQL 5.7 and later and of MariaDB 10.3 and later. Hosts are compared as bytes, because the tables'
// collation treats "Master-1" and "master-1 " as equal.
#include "store/sql/dialect.hpp"

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
    Dialect sql;
    sql.kind = DatabaseKind::mysql;
    sql.lists = ListForm::literals;
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
    // `time` counts whole seconds since the last statement began or ended. Nothing here names the program, so sessions
    // of the daemon's own user count as those of daemons. A host without a port is the Unix socket.
    sql.client_sessions = R"(
select p.id, left(p.host, char_length(p.host) - char_length(substring_index(p.host, ':', -1)) - 1), '',
       cast(p.time as signed) * 1000000, case when p.id = connection_id() then 1 else 0 end
  from information_schema.processlist p
 where p.db = database() and p.host like '%:%'
   and (p.user <> substring_index(user(), '@', 1) or p.id = connection_id()))";
    // Not unix_timestamp(now(6)): it is ambiguous in the hour that autumn repeats.
    sql.clock_now = "timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
    return sql;
}

Words mysql_words() {
    return {
        {"text", "char"},
        {"in_ids", "in (:ids)"},
        {"in_codes", "in (:ids)"},
        {"host", "cast(:host as binary)"},
        {"claimed_host", "cast('NULL' as binary)"},
        {"for_update", "for update"},
        {"now", ":now"},
        // Counting characters takes as long as reading the rest of a row; few histories have so many.
        {"end_of_history", "case when length({state_history}) <= " + characters(history_characters) +
                               " then {state_history} else right({state_history}, " + characters(history_characters) +
                               ") end"},
        {"short_error_param",
         "case when char_length(e.command_param) <= " + characters(error_characters) + " then e.command_param end"},
        {"start_of_error", "left(e.message, " + characters(error_characters) + ")"},
        {"start_of_links", "left(t.app_link, " + characters(link_characters + 1) + ")"},
        {"param_bytes", "length(i.command_param)"},
        {"by_unfinished_index", "  join (" + first_of_each_state() + ") first on first.id = i.id"},
        {"submitted_or_ended_since", "t.submit_time >= :since or t.end_time >= :since"},
        {"param_of_batch", ":param"},
        {"from_batch", "  from {instance} i\n where i.id in (:ids)"},
        {"returning", ""},
        // Not "on duplicate key update", for which the server counts a row that it only found.
        {"insert_or_skip", "insert ignore"},
        {"or_skip", ""},
        {"from_nothing", "from dual"},
        {"for_share", "lock in share mode"},
        {"clock", mysql_dialect().clock_now},
    };
}

SchemaSql mysql_sql(const model::SchemaFacts& schema) {
    const Words words = mysql_words();
    const auto fill = [&](const std::string& sql) { return in_schema(sql, schema, words); };
    SchemaSql sql = common_sql(mysql_dialect(), words, schema);
    sql.guard = guard_sql(words, schema.generation);
    // No id of that INSERT is below its first, which the server remembers for this session alone. So the commands that
    // waited before need not be read. This only names what was inserted; whether a command waits, commands_of asks of
    // all of them.
    sql.inserted_commands = fill(R"(
select c.{instance_id}, c.id
  from t_ds_command c
 where c.id >= last_insert_id() and c.{instance_id} in (:ids) and c.command_type = 2
 order by c.id)");
    sql.task_activity = fill(R"(
select t.{instance_id}, i.host, cast(max(t.submit_time) as char), cast(max(t.end_time) as char)
  from (select '' as host, '' as since from dual where 1 = 0
         union all :selects) lost
  join {instance} i on i.host = cast(lost.host as binary)
  join t_ds_task_instance t on t.{instance_id} = i.id
 where i.state in ({failover_states}) and t.flag = 1
   and (t.submit_time >= cast(lost.since as datetime(6)) or t.end_time >= cast(lost.since as datetime(6)))
 group by t.{instance_id}, i.host)");
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
    sql.unfinished_index = fill(R"(
select 1
  from information_schema.statistics s
 where s.table_schema = database() and s.table_name = '{instance}' and s.index_name = 'ds_reconciler_unfinished'
 limit 1)");
    // The server refuses this if it cannot do it beside the masters' writes, rather than locking the table.
    sql.make_unfinished_index = {fill(
        "alter table {instance} add index ds_reconciler_unfinished (state, id), algorithm = inplace, lock = none")};
    sql.task_index = fill(R"(
select 1
  from information_schema.statistics s
 where s.table_schema = database() and s.table_name = 't_ds_task_instance' and s.column_name = '{instance_id}'
   and s.seq_in_index = 1
 limit 1)");
    sql.make_task_index = {
        fill("alter table t_ds_task_instance add index ds_reconciler_tasks ({instance_id}), algorithm = inplace, "
             "lock = none")};
    return sql;
}

}  // namespace dsr::store
