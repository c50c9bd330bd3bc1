# SPDX-License-Identifier: Apache-2.0
"""Workflow definitions, and the command that makes a real 3.1.1 master start one."""

import getpass
import json

from . import ddl
from .waiting import now


def define_tenant(database):
    """The user that tasks run as: whoever runs the tests (the workers run without sudo). Its id is 1."""
    database.insert(
        "t_ds_tenant",
        id=1,
        tenant_code=getpass.getuser(),
        description="",
        queue_id=1,
        create_time=now(),
        update_time=now(),
    )


def define_workflow(database, code, script=None, version=1):
    """A workflow in project 1: what a failover reads of one. With `script` a whole one, of one shell task of tenant 1, that
    a real 3.1.1 master can run: only the published schema has all its tables."""
    at = now()
    definition = dict(code=code, name=f"wf-{code}", version=version, project_code=1, release_state=1, user_id=1)
    definition |= dict(flag=1, timeout=0, create_time=at, update_time=at)
    if script is None:
        database.insert(f"t_ds_{ddl.unit(database.version)}_definition_log", operator=1, operate_time=at, **definition)
        return
    definition |= dict(global_params="[]", locations="[]", tenant_id=1, execution_type=0)
    task_code = code + 100
    task = dict(
        code=task_code,
        name="t1",
        version=1,
        project_code=1,
        user_id=1,
        task_type="SHELL",
        task_params=json.dumps({"rawScript": script, "localParams": [], "resourceList": []}),
        flag=1,
        worker_group="default",
        fail_retry_times=0,
        fail_retry_interval=1,
        timeout_flag=0,
        timeout_notify_strategy=0,
        timeout=0,
        create_time=at,
        update_time=at,
    )
    relation = dict(
        name="",
        project_code=1,
        process_definition_code=code,
        process_definition_version=version,
        pre_task_code=0,
        pre_task_version=0,
        post_task_code=task_code,
        post_task_version=1,
        condition_type=0,
        condition_params="{}",
        create_time=at,
        update_time=at,
    )
    for table, row in (
        ("t_ds_process_definition", definition),
        ("t_ds_task_definition", task),
        ("t_ds_process_task_relation", relation),
    ):
        database.insert(table, **row)
        database.insert(f"{table}_log", operator=1, operate_time=at, **row)


def define_schedule(database, code, zone):
    """A schedule of that workflow, not released; a master looks its time zone up when it writes a command."""
    at = now()
    database.insert(
        "t_ds_schedules",
        process_definition_code=code,
        start_time=at,
        end_time=at,
        timezone_id=zone,
        crontab="0 0 3 * * ? *",
        failure_strategy=1,
        user_id=1,
        release_state=0,
        warning_type=0,
        warning_group_id=0,
        process_instance_priority=2,
        worker_group="default",
        create_time=at,
        update_time=at,
    )


def insert_running(database, number, host, age=3600, **more):
    """An instance of workflow 9001 up to 3.2 that runs on the host since `age` seconds. `more`: columns besides, or
    instead."""
    row = dict(
        id=number,
        name=f"wf-{number}",
        process_definition_code=9001,
        process_definition_version=1,
        state=1,
        start_time=now(age),
        run_times=1,
        host=host,
        command_type=0,
        command_param="{}",
        executor_id=1,
    )
    database.insert("t_ds_process_instance", **(row | more))


def start_workflow(database, code):
    """The row that makes a living master start it."""
    database.insert(
        "t_ds_command",
        command_type=0,
        process_definition_code=code,
        process_definition_version=1,
        command_param="{}",
        task_depend_type=2,
        failure_strategy=1,
        warning_type=0,
        start_time=now(),
        executor_id=1,
        update_time=now(),
        process_instance_priority=2,
        worker_group="default",
        process_instance_id=0,
    )
