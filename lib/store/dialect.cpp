// SPDX-License-Identifier: Apache-2.0
#include "store/dialect.hpp"

#include "store/generation.hpp"

namespace dsr::store {

namespace {

Dialect own_dialect_of(DatabaseKind kind) {
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

}  // namespace

Dialect dialect_of(DatabaseKind kind) {
    Dialect sql = own_dialect_of(kind);
    // What reads the same on the three databases.
    sql.stuck_queues = R"(
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
 order by s.id)";
    return sql;
}

Dialect in_schema(Dialect dialect, const model::SchemaFacts& schema) {
    for (std::string* sql : {&dialect.next_id,
                             &dialect.unfinished_page,
                             &dialect.unfinished_by_index,
                             &dialect.instances,
                             &dialect.lock_instances,
                             &dialect.lock_claimed_process,
                             &dialect.lock_claimed_workflow,
                             &dialect.commands_of,
                             &dialect.definitions_of,
                             &dialect.unfinished_tasks,
                             &dialect.newest_start_time,
                             &dialect.new_instances,
                             &dialect.new_tasks,
                             &dialect.names_host,
                             &dialect.mark_tasks,
                             &dialect.claim_process,
                             &dialect.claim_workflow,
                             &dialect.param_lengths,
                             &dialect.command_sources,
                             &dialect.insert_process_commands,
                             &dialect.insert_workflow_commands,
                             &dialect.task_activity,
                             &dialect.task_activity_of,
                             &dialect.parents_of,
                             &dialect.error_commands,
                             &dialect.stuck_queues,
                             &dialect.waiting_commands,
                             &dialect.unread_of_queues,
                             &dialect.running_tasks,
                             &dialect.projects_of,
                             &dialect.times_of,
                             &dialect.newest_recoveries,
                             &dialect.unfinished_index,
                             &dialect.task_index}) {
        *sql = in_schema(*sql, schema);
    }
    for (auto* statements : {&dialect.make_unfinished_index, &dialect.make_task_index}) {
        for (std::string& sql : *statements) sql = in_schema(sql, schema);
    }
    return dialect;
}

}  // namespace dsr::store
