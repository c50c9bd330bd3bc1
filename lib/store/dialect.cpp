// SPDX-License-Identifier: Apache-2.0
#include "store/dialect.hpp"

#include "store/generation.hpp"

namespace dsr::store {

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
