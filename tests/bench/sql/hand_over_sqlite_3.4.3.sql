-- SPDX-License-Identifier: Apache-2.0
-- What a person who knows DolphinScheduler's tables would type into sqlite3, to hand the workflows of one dead master of
-- 3.4.3 over: commands, instances, as a master writes them. No lock, no second look, no journal.
begin immediate;
insert into t_ds_command (command_type, workflow_definition_code, workflow_definition_version, workflow_instance_id,
                          executor_id, command_param, task_depend_type, failure_strategy, update_time, dry_run)
select 2, i.workflow_definition_code, i.workflow_definition_version, i.id,
       0,
       '{"commandType":"RECOVER_TOLERANCE_FAULT","subWorkflowInstance":false,"startNodes":null,"commandParams":null,' ||
       '"timeZone":null,"workflowExecutionStatus":"' ||
       case i.state when 1 then 'RUNNING_EXECUTION' when 2 then 'READY_PAUSE' else 'READY_STOP' end ||
       '"}',
       2, 1, datetime('now'), 0
  from t_ds_workflow_instance i
 where i.host = '127.9.9.9:5678' and i.state in (1, 2, 4)
 order by i.id;
update t_ds_workflow_instance
   set state = 18
 where host = '127.9.9.9:5678' and state in (1, 2, 4);
commit;
