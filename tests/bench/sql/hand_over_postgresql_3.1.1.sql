-- SPDX-License-Identifier: Apache-2.0
-- What a person who knows DolphinScheduler's tables would type into psql, to hand the workflows of one dead master of
-- 3.1.1 over: tasks, commands, instances, as a master writes them. No lock, no second look, no journal.
begin;
update t_ds_task_instance
   set state = 8
 where flag = 1 and state not in (3, 6, 7, 8, 9)
   and process_instance_id in (select id from t_ds_process_instance
                                where host = '127.9.9.9:5678' and state in (0, 1, 2, 4, 12));
insert into t_ds_command (command_type, process_definition_code, process_definition_version, process_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, start_time, update_time,
                          dry_run, process_instance_priority)
select 2, i.process_definition_code, i.process_definition_version, i.id,
       i.executor_id, '{"ProcessInstanceId":' || i.id || '}', 2, 1, now(), now(),
       0, coalesce(i.process_instance_priority, 2)
  from t_ds_process_instance i
 where i.host = '127.9.9.9:5678' and i.state in (0, 1, 2, 4, 12)
 order by i.id;
update t_ds_process_instance
   set host = 'NULL'
 where host = '127.9.9.9:5678' and state in (0, 1, 2, 4, 12);
commit;
