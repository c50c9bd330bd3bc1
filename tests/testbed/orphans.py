# SPDX-License-Identifier: Apache-2.0
"""Orphans of a 3.1 schema, one case each, seeded alike for a real master and for the daemon; and what was written for
each."""

import dataclasses
import json

from .waiting import now
from .workflow import define_schedule, define_workflow

DEAD = "127.9.9.9:5678"  # loopback addresses that nothing listens on: a kill message fails at once
GONE_WORKER = "127.9.9.7:1234"
HOUR = 3600.0
SINCE = (
    -2.0
)  # after the restart for sure: MariaDB cuts the fraction off, and a master registers within its first second
FIRST_ID = 1001


@dataclasses.dataclass
class Case:
    """One instance with its tasks. `host` None: that of the master which restarted at the same address."""

    name: str
    instance: dict = dataclasses.field(default_factory=dict)
    tasks: list = dataclasses.field(default_factory=list)
    host: str = DEAD
    moves: bool = True  # a real 3.1.1 master writes a recovery command
    verdict: str = "orphan"  # the daemon's; None: it does not look at a finished row
    differs: str = ""  # why the daemon is not to write the same; empty: it is


def task(name, state=1, **columns):
    return dict(name=name, state=state, **columns)


def history(*moments):
    """A state_history whose entries have these ages in seconds."""
    return json.dumps(
        [
            {"time": now(age).strftime("%Y-%m-%d %H:%M:%S"), "state": "RUNNING_EXECUTION", "desc": "seeded"}
            for age in moments
        ],
        separators=(",", ":"),
    )


START_PARAMS = '{"StartParams":"{\\"k\\":\\"v\\"}"}'


def cases():
    """In the order of their ids. A real master tries the kill of each task on a worker that is gone for 5 s,
    therefore only few name one."""
    return [
        Case("running, a running task", tasks=[task("t1")]),
        Case("ready to pause, no task", dict(state=2)),
        Case("ready to stop, a dispatched task", dict(state=4), [task("t1", 17)]),
        Case("submitted, no task", dict(state=0)),
        Case(
            "delayed, a submitted task without host, a delayed one",
            dict(state=12),
            [task("t1", 0, host=None, start_time=None), task("t2", 12)],
        ),
        Case("serial wait", dict(state=14), [task("t1")], moves=False, verdict="parked"),
        Case("ready to block", dict(state=15), [task("t1")], moves=False, verdict="parked"),
        Case("block", dict(state=16), moves=False, verdict="parked"),
        Case("every state of a task", tasks=[task(f"t{s}", s, host="") for s in (0, 1, 3, 5, 6, 7, 8, 9, 12, 13, 17)]),
        Case("tasks with flag 0", tasks=[task(f"t{s}", s, flag=0) for s in (0, 1, 17)]),
        Case(
            "tasks that a master runs",
            tasks=[
                task(kind, 1, task_type=kind, host=DEAD)
                for kind in ("SUB_PROCESS", "DEPENDENT", "CONDITIONS", "SWITCH", "BLOCKING")
            ],
        ),
        Case("restarted before", dict(restart_time=now(HOUR / 2), run_times=2, recovery=1, command_type=2)),
        Case("with a state history", dict(state_history=history(HOUR, HOUR / 2))),
        Case("with a schedule", dict(process_definition_code=9002)),
        Case("with a schedule without time zone", dict(process_definition_code=9003)),
        Case("with start parameters", dict(command_param=START_PARAMS)),
        Case("with start parameters and a schedule", dict(command_param=START_PARAMS, process_definition_code=9002)),
        Case("highest priority, other executor", dict(process_instance_priority=0, executor_id=42)),
        Case(
            "lowest priority, group, environment, dry run",
            dict(
                process_instance_priority=4,
                executor_id=7,
                worker_group="special",
                environment_code=77,
                dry_run=1,
                warning_type=3,
                warning_group_id=7,
                failure_strategy=0,
                task_depend_type=1,
                timeout=5,
                tenant_id=1,
                max_try_times=3,
            ),
        ),
        Case(
            "scheduled run",
            dict(
                command_type=6,
                schedule_time=now(HOUR),
                command_param='{"schedule_timezone":"Asia/Tokyo"}',
                process_definition_code=9002,
            ),
        ),
        Case(
            "sub-workflow",
            dict(is_sub_process=1, command_param='{"processInstanceParentId":"1001","processInstanceId":"1023"}'),
        ),
        Case("older version of a definition", dict(process_definition_code=9004, process_definition_version=1)),
        Case("command_param NULL", dict(command_param=None)),
        Case("command_param not JSON", dict(command_param="nonsense")),
        Case("priority NULL", dict(process_instance_priority=None)),
        Case("already finished", dict(state=7), moves=False, verdict=None),
        Case("start_time NULL", dict(start_time=None)),
        # The same address came back: only what it owned before its start moves.
        Case("restarted: started before", host=None, tasks=[task("t1")], verdict="orphan_earlier_incarnation"),
        Case(
            "restarted: taken over again since", dict(restart_time=now(SINCE)), host=None, moves=False, verdict="owned"
        ),
        Case("restarted: started since", dict(start_time=now(SINCE)), host=None, moves=False, verdict="owned"),
        # A take-up stamps restart_time: whoever else wrote the history does not own the row.
        Case(
            "restarted: taken up since, told by the history only",
            dict(state_history=history(HOUR, SINCE)),
            host=None,
            verdict="orphan_earlier_incarnation",
        ),
        # What the daemon is meant to do otherwise. Each on a host of its own: some make the real master give the host
        # up.
        Case(
            "a command is pending",
            host="127.9.9.20:5678",
            verdict="pending",
            differs="the real master writes a second one",
        ),
        Case(
            "definition gone, no task",
            dict(process_definition_code=9999),
            host="127.9.9.21:5678",
            moves=False,
            verdict="unrecoverable",
        ),
        Case(
            "behind a definition that is gone",
            host="127.9.9.21:5678",
            moves=False,
            differs="NullPointerException at the row before: the real master leaves the host, at every round",
        ),
        Case(
            "definition gone, a task",
            dict(process_definition_code=9999),
            [task("t1")],
            host="127.9.9.22:5678",
            moves=False,
            verdict="unrecoverable",
        ),
        Case(
            "definition version gone",
            dict(process_definition_version=9),
            host="127.9.9.23:5678",
            moves=False,
            verdict="unrecoverable",
        ),
        Case(
            "two schedules of one definition",
            dict(process_definition_code=9005),
            host="127.9.9.24:5678",
            moves=False,
            differs="TooManyResultsException in the real master, at every round",
        ),
        Case(
            "state_history not JSON",
            dict(state_history="nonsense"),
            host="127.9.9.26:5678",
            verdict="ambiguous",
            differs="no ownership time can be told; the real master does not look",
        ),
    ]


def define(database, script=None):
    """The definitions that the cases name, of 9004 two versions. `script`: what a real master would run of each."""
    for code in (9001, 9002, 9003, 9005):
        define_workflow(database, code, script)
    define_workflow(database, 9004, script, version=2)
    define_workflow(database, 9004, version=1)
    define_schedule(database, 9002, "Asia/Shanghai")
    define_schedule(database, 9003, None)
    define_schedule(database, 9005, "Asia/Shanghai")
    define_schedule(database, 9005, "Asia/Tokyo")


OWN_SINCE = 60.0  # seconds that a stand-in for the restarted master claims to be up


def seed(database, own):
    """Inserts the cases; `own` is the address that restarted. Returns {instance id: case}. The times are whole
    milliseconds and no column is NULL that a JVM holds in a primitive: a real master rewrites whole rows, which would
    change them.
    """
    seeded = {}
    at = now(HOUR)
    for instance_id, case in enumerate(cases(), start=FIRST_ID):
        seeded[instance_id] = case
        host = own if case.host is None else case.host
        instance = (
            dict(
                id=instance_id,
                name=f"wf-{instance_id}",
                process_definition_code=9001,
                process_definition_version=1,
                state=1,
                recovery=0,
                start_time=at,
                run_times=1,
                host=host,
                command_type=0,
                command_param="{}",
                task_depend_type=2,
                max_try_times=0,
                failure_strategy=1,
                warning_type=0,
                warning_group_id=0,
                command_start_time=at,
                global_params="[]",
                flag=1,
                is_sub_process=0,
                executor_id=5,
                history_cmd="START_PROCESS",
                process_instance_priority=2,
                worker_group="default",
                environment_code=-1,
                timeout=0,
                tenant_id=1,
                dry_run=0,
                next_process_instance_id=0,
                update_time=at,
            )
            | case.instance
        )
        database.insert("t_ds_process_instance", **instance)
        for n, columns in enumerate(case.tasks):
            database.insert(
                "t_ds_task_instance",
                **(
                    dict(
                        id=instance_id * 100 + n,
                        task_type="SHELL",
                        task_execute_type=0,
                        task_code=9101,
                        task_definition_version=1,
                        process_instance_id=instance_id,
                        submit_time=at,
                        first_submit_time=at,
                        start_time=at,
                        host=GONE_WORKER,
                        log_path="",
                        alert_flag=0,
                        retry_times=0,
                        pid=0,
                        task_params="{}",
                        flag=1,
                        retry_interval=0,
                        max_retry_times=0,
                        task_instance_priority=2,
                        worker_group="default",
                        environment_code=-1,
                        executor_id=5,
                        delay_time=0,
                        task_group_id=0,
                        dry_run=0,
                        cpu_quota=-1,
                        memory_max=-1,
                    )
                    | columns
                ),
            )
        if case.name == "a command is pending":  # a recovery that another master wrote and nobody took up yet
            database.insert(
                "t_ds_command",
                command_type=2,
                process_definition_code=9001,
                process_definition_version=1,
                command_param=json.dumps({"ProcessInstanceId": instance_id}),
                task_depend_type=2,
                failure_strategy=1,
                warning_type=0,
                start_time=at,
                executor_id=5,
                update_time=at,
                process_instance_priority=2,
                process_instance_id=instance_id,
            )
    return seeded


def writes(changes, seeded):
    """What a failover wrote: {case name: {"instance": changed columns, "tasks": {name: changed columns}, "commands":
    [row]}}.

    Of the times only that they are set is kept, ids are left out; update_time of the instance is MySQL's own doing
    and left out too. The one that wrote it must not take its own commands up: that would mix with it.
    """
    found = {case.name: {"instance": {}, "tasks": {}, "commands": []} for case in seeded.values()}
    for change in changes:
        old, new = change["old"] or {}, change["new"] or {}
        row = new or old
        instance_id = row.get("id") if change["tab"] == "t_ds_process_instance" else row.get("process_instance_id")
        if instance_id not in seeded:
            continue
        entry = found[seeded[instance_id].name]
        changed = {k: new.get(k) for k in sorted({*old, *new}) if old.get(k) != new.get(k)}
        match change["tab"], change["op"]:
            case "t_ds_process_instance", "UPDATE":
                changed.pop("update_time", None)
                entry["instance"] |= changed
            case "t_ds_task_instance", "UPDATE":
                if changed:
                    entry["tasks"].setdefault(row["name"], {}).update(changed)
            case "t_ds_command", "INSERT":
                entry["commands"].append(
                    {
                        k: "<a time>" if k in ("start_time", "update_time") else v
                        for k, v in sorted(row.items())
                        if k != "id"
                    }
                )
            case _:
                entry.setdefault("other", []).append({"tab": change["tab"], "op": change["op"], "row": row})
    for entry in found.values():
        entry["tasks"] = dict(sorted(entry["tasks"].items()))
    return found
