# SPDX-License-Identifier: Apache-2.0
"""The same few workflows in the schema of any release, and what one failover has to write for each: taken from what
masters of that release do (releases.py), not from the daemon."""

import json

from testbed import now

DEAD, ALIVE, RESTARTED = "127.9.9.9:5678", "127.9.9.1:5678", "127.9.9.30:5678"
GONE_WORKER = "127.9.9.7:1234"
CODE, SCHEDULED = 9001, 9002
HOUR = 3600.0
TASK_STATES = (0, 1, 3, 5, 6, 7, 8, 9, 12, 13, 17)
START_PARAMS = '{"StartParams":"{\\"k\\":\\"v\\"}"}'
STATES = {1: "RUNNING_EXECUTION", 2: "READY_PAUSE", 4: "READY_STOP"}

(RUNNING, PAUSING, STOPPING, SUBMITTED, DELAYED, SERIAL, OWNED, FINISHED, STRANDED, UNTOLD) = range(1001, 1011)
PENDING, UNASSIGNED, EARLIER, SINCE, TASKS, PROOF = range(1011, 1017)


class Rows:
    """The seeded rows of one database. `worker` is the address of a registered worker."""

    def __init__(self, database, release, worker):
        self.database, self.release, self.worker = database, release, worker
        kind = "process" if release.process else "workflow"
        self.instance, self.instance_id = f"t_ds_{kind}_instance", f"{kind}_instance_id"
        self.code, self.version = f"{kind}_definition_code", f"{kind}_definition_version"
        self.log, self.priority = f"t_ds_{kind}_definition_log", f"{kind}_instance_priority"
        self.known = {}
        self.instances, self.tasks = {}, {}

    def insert(self, table, **row):
        """Without the columns that this release does not have."""
        known = self.known.setdefault(table, self.database.columns(table))
        self.database.insert(table, **{k: v for k, v in row.items() if k in known})

    def define(self):
        at = now(2 * HOUR)
        for code in (CODE, SCHEDULED):
            row = dict(code=code, version=1, name=f"wf-{code}", project_code=1, release_state=1, user_id=1, flag=1)
            self.insert(self.log, **row, timeout=0, tenant_id=1, create_time=at, update_time=at, operate_time=at)
        self.insert(
            "t_ds_schedules",
            **{self.code: SCHEDULED, self.priority: 2},
            **dict(start_time=at, end_time=at, timezone_id="Asia/Shanghai", crontab="0 0 3 * * ? *"),
            **dict(failure_strategy=1, user_id=1, release_state=0, warning_type=0, warning_group_id=0),
            **dict(worker_group="default", create_time=at, update_time=at),
        )
        self.insert(
            "t_ds_command",
            **{"command_type": 99, self.code: 1, self.version: 0, self.instance_id: 0},
        )
        # What the columns hold that nobody names. It stays out of the way: a pending command of no workflow.
        (probe,) = self.database.rows("select * from t_ds_command where command_type = 99")
        self.defaults = {k: v for k, v in probe.items() if k not in ("id", "command_type")}
        self.database.execute("delete from t_ds_command where command_type = 99")

    def add(self, number, state=1, host=DEAD, tasks=(), **columns):
        row = {
            **dict(id=number, name=f"wf-{number}", state=state, host=host, recovery=0, run_times=1, command_type=0),
            **dict(start_time=now(HOUR), command_start_time=now(HOUR), command_param=None, executor_id=5, flag=1),
            **dict(task_depend_type=1, failure_strategy=0, warning_type=3, warning_group_id=7, dry_run=0),
            **{self.code: CODE, self.version: 1, self.priority: 1},
            **dict(worker_group="special", environment_code=77, tenant_id=1, tenant_code="default", test_flag=0),
            **columns,
        }
        self.instances[number] = row
        self.insert(self.instance, **row)
        for n, task in enumerate(tasks):
            task = dict(name=f"t{n}", state=1, flag=1, host=GONE_WORKER, id=number * 100 + n, instance=number) | task
            self.tasks[task["id"]] = task
            self.insert(
                "t_ds_task_instance",
                **{k: v for k, v in task.items() if k != "instance"},
                **{self.instance_id: number, "task_type": "SHELL", "task_code": 9101, "task_definition_version": 1},
                **dict(submit_time=now(HOUR), start_time=now(HOUR), task_params="{}", executor_id=5),
                **dict(task_instance_priority=2, worker_group="default", log_path="", test_flag=0),
            )

    def seed(self):
        process = self.release.process
        self.add(RUNNING, tasks=[{}, {"host": self.worker}, {"flag": 0}])
        self.add(PAUSING, 2, command_param=START_PARAMS, executor_id=42, **{self.priority: 0}, test_flag=1)
        self.add(STOPPING, 4, **{self.code: SCHEDULED}, command_param=START_PARAMS)
        self.add(SUBMITTED, 0)
        self.add(DELAYED, 12)
        self.add(SERIAL, 14, tasks=[{}])
        self.add(OWNED, host=ALIVE, tasks=[{"host": self.worker}], start_time=now(2))
        # Written by the present incarnation, which proves the time zone of it: after its registration for sure.
        taken_up = json.dumps([{"time": now(-60).strftime("%Y-%m-%d %H:%M:%S"), "state": "SUCCESS", "desc": "seeded"}])
        self.add(PROOF, 7, host=RESTARTED, start_time=now(-60), state_history=taken_up)
        self.add(FINISHED, 7, tasks=[{"state": 7}])
        self.add(STRANDED, 1 if process else 18, host="NULL" if process else DEAD)
        if not process:  # nothing tells what state it was in
            self.add(UNTOLD, 18)
        self.add(PENDING)
        self.command(PENDING)
        self.add(UNASSIGNED, 0, host=None)
        self.add(EARLIER, host=RESTARTED)
        self.add(SINCE, host=RESTARTED, start_time=now(HOUR), restart_time=now(5))
        self.add(TASKS, tasks=[{"state": s} for s in TASK_STATES])
        if not process:
            param = json.dumps({"commandType": "RECOVER_TOLERANCE_FAULT", "workflowExecutionStatus": "READY_PAUSE"})
            command = {self.code: CODE, self.version: 1, self.instance_id: STRANDED, self.priority: 2}
            self.insert(
                "t_ds_error_command", id=77, command_type=2, command_param=param, message="why it failed", update_time=now(), **command
            )

    def command(self, number):
        self.insert(
            "t_ds_command",
            **{"command_type": 2, self.code: CODE, self.version: 1, self.instance_id: number, self.priority: 2},
            **dict(command_param=json.dumps({"ProcessInstanceId": number}), executor_id=5, task_depend_type=2),
            **dict(failure_strategy=1, start_time=now(), update_time=now()),
        )

    # What is to come of it --------------------------------------------------------------------------------------------

    def verdicts(self):
        """{instance: verdict} before anything was done; where rows are recovered in place, after a release by hand."""
        release = self.release
        early = "orphan" if release.process else "parked"
        expected = {n: "orphan" for n in (RUNNING, PAUSING, STOPPING, TASKS)}
        expected |= {SUBMITTED: early, DELAYED: early, SERIAL: "parked", OWNED: "owned", SINCE: "owned"}
        expected |= {STRANDED: "stranded", PENDING: "pending", UNASSIGNED: "unassigned"}
        expected |= {EARLIER: "orphan_earlier_incarnation"}
        return expected if release.process else expected | {UNTOLD: "stranded"}

    def unproven(self):
        """The same while nobody released any: in a release that recovers in place."""
        return {n: "ambiguous" if v.startswith("orphan") else v for n, v in self.verdicts().items()}

    def taken(self):
        """The workflows that get a recovery command."""
        acted = {n for n, verdict in self.verdicts().items() if verdict.startswith("orphan")}
        return acted | {STRANDED}

    def writes(self):
        """{instance: {"instance": changed columns, "tasks": {id: changed columns}, "command": row}}"""
        expected = {}
        for number in self.taken():
            claim = {"host": "NULL"} if self.release.process else {"state": 18}
            tasks = {}
            if self.release.marks_tasks:
                tasks = {
                    task["id"]: {"state": 8}
                    for task in self.tasks.values()
                    if task["instance"] == number
                    and task["flag"] == 1
                    and task["state"] not in self.release.finished_tasks
                }
            expected[number] = {
                "instance": {} if number == STRANDED else claim,
                "tasks": tasks,
                "command": self.recovery_command(number),
            }
        return expected

    def recovery_command(self, number):
        release, instance = self.release, self.instances[number]
        row = dict(self.defaults, command_type=2, task_depend_type=2, failure_strategy=1, dry_run=0)
        row |= {self.code: instance[self.code], self.version: 1, self.instance_id: number, "update_time": "<a time>"}
        if release.process:
            row |= {"executor_id": instance["executor_id"], "start_time": "<a time>"}
            if release.instance_priority:
                row[self.priority] = instance[self.priority]
            if release.test_flag:
                row["test_flag"] = instance["test_flag"]
            scheduled = instance[self.code] == SCHEDULED
            param = {"ProcessInstanceId": str(number) if scheduled else number}
            if scheduled:
                param["schedule_timezone"] = "Asia/Shanghai"
            if release.start_params and instance["command_param"]:
                param |= json.loads(instance["command_param"])
        else:
            row["executor_id"] = 0
            if release.test_flag:
                row["test_flag"] = 0
            state = 2 if number == STRANDED else instance["state"]
            param = {"commandType": "RECOVER_TOLERANCE_FAULT", "workflowExecutionStatus": STATES[state]}
            param |= {"subWorkflowInstance": False, "startNodes": None, "commandParams": None, "timeZone": None}
        row["command_param"] = param
        return {k: v for k, v in row.items() if v is not None}

    def found(self, changes):
        """The same of the log of changes."""
        found = {}
        for change in changes:
            old, new = change["old"] or {}, change["new"] or {}
            row = new or old
            number = row["id"] if change["tab"] == self.instance else row.get(self.instance_id)
            entry = found.setdefault(number, {"instance": {}, "tasks": {}})
            changed = {k: new.get(k) for k in {*old, *new} if old.get(k) != new.get(k) and k != "update_time"}
            what = (change["tab"], change["op"])
            if what == (self.instance, "UPDATE"):
                entry["instance"] |= changed
            elif what == ("t_ds_task_instance", "UPDATE"):
                if changed:
                    entry["tasks"].setdefault(row["id"], {}).update(changed)
            elif what == ("t_ds_command", "INSERT") and "command" not in entry:
                entry["command"] = {k: v for k, v in row.items() if k != "id"}
                entry["command"]["command_param"] = json.loads(row["command_param"])
                for k in ("start_time", "update_time"):
                    if k in row:
                        entry["command"][k] = "<a time>"
            else:
                entry.setdefault("more", []).append(change)
        return found
