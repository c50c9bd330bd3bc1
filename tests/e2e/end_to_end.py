#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real master dies in the middle of a workflow; the daemon hands it over; another real master brings it to SUCCESS.

Master A and a worker run a task that writes "start", sleeps 30 s and writes "end". A is killed. A stand-in
registration keeps the cluster alive, or the daemon would rightly hold. When the daemon has failed the workflow over,
the stand-in goes and master B starts.
"""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import (
    Daemon,
    Master,
    StandIn,
    Worker,
    World,
    define_tenant,
    define_workflow,
    fetch,
    main,  # noqa: E402
    published_schema,
    start_workflow,
    wait_for,
)

SLEEP = 30.0
SUCCESS, NEED_FAULT_TOLERANCE = 7, 8
SESSION = "6s"


def recoveries(changes):
    """Each recovery command that was ever inserted."""
    return [
        c["new"]
        for c in changes
        if c["tab"] == "t_ds_command" and c["op"] == "INSERT" and c["new"]["command_type"] == 2
    ]


def describe(change):
    """A change in one line: of an update only what it changed."""
    old, new = change["old"] or {}, change["new"] or {}
    changed = {k: v for k, v in new.items() if old.get(k) != v}
    return f"{change['op']} {change['tab']} {(new or old).get('id')}: {changed}"


class EndToEnd(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        fetch()

    def takeover(self, worker_too, kind="postgresql"):
        with World([kind]) as world:
            database = world.database("ds", kind=kind, schema=published_schema("3.1.1", kind))
            out = world.scratch / "out"
            define_tenant(database)
            define_workflow(database, 9001, f"echo start $$ >> {out}\nsleep {SLEEP:g}\necho end $$ >> {out}")
            database.log_changes()
            first = Master(world.scratch / "master-a", world.zookeeper, database, session=SESSION)
            worker = Worker(world.scratch / "worker-1", world.zookeeper, database, session=SESSION)
            world.start(first, worker)
            daemon = Daemon(
                world.scratch / "daemon",
                world.zookeeper,
                database,
                sweep={"interval": "1s"},
                failover={"grace": "3s", "confirmations": 1},
            )
            world.start(daemon)

            def seen():
                lines = "\n".join(map(describe, database.changes()))
                return (
                    f"--- {out}: {out.read_text() if out.exists() else None}\n--- changes\n{lines}\n"
                    f"--- daemon\n{daemon.log_tail()}\n--- worker\n{worker.log_tail(15)}"
                )

            start_workflow(database, 9001)
            wait_for("the task's first line", lambda: out.exists() and "start" in out.read_text(), seen=seen)
            begun = time.monotonic()
            task = wait_for(
                "the task's row",
                lambda: database.rows("select * from t_ds_task_instance where state = 1 and host = %s", worker.address),
                seen=seen,
            )[0]
            stand_in = world.end(StandIn(world.zookeeper, "127.9.9.1:5678"))
            self.assertEqual(
                recoveries(database.changes()), [], "the daemon acted while the owner was alive\n" + seen()
            )

            first.kill()
            if worker_too:
                worker.kill_tree()
            wait_for("the recovery command", lambda: recoveries(database.changes()), seen=seen)
            took = time.monotonic() - begun
            self.assertLess(took, SLEEP, "this machine is too slow: the first run may have ended by itself")
            instance = database.rows("select * from t_ds_process_instance where id < 1900000000")[0]
            self.assertEqual(instance["host"], "NULL", seen())
            self.assertEqual(
                database.value("select state from t_ds_task_instance where id = %s", task["id"]), NEED_FAULT_TOLERANCE
            )
            daemon.after_sweeps(3)

            stand_in.leave()
            second = Master(world.scratch / "master-b", world.zookeeper, database, session=SESSION)
            successors = [second]
            if worker_too:
                successors.append(Worker(world.scratch / "worker-2", world.zookeeper, database, session=SESSION))
            world.start(*successors)
            wait_for(
                "SUCCESS",
                lambda: database.value("select state from t_ds_process_instance where id < 1900000000") == SUCCESS,
                timeout=240,
                seen=lambda: seen() + f"\n--- master B\n{second.log_tail()}",
            )
            wait_for(
                "the time in which the first run would have ended",
                lambda: time.monotonic() > begun + SLEEP + 3,
                timeout=SLEEP + 5,
            )
            daemon.after_sweeps(2)

            commands = recoveries(database.changes())
            self.assertEqual(len(commands), 1, f"one loss, one command: {commands}\n{seen()}")
            self.assertEqual(commands[0]["process_instance_id"], instance["id"])
            self.assertEqual(database.value("select count(*) from t_ds_error_command"), 0, seen())
            self.assertEqual(
                [line.split()[0] for line in out.read_text().splitlines()],
                ["start", "start", "end"],
                "two starts and one end: the first run was killed on its worker\n" + seen(),
            )
            instance = database.rows("select * from t_ds_process_instance where id < 1900000000")[0]
            self.assertEqual(
                (instance["host"], instance["run_times"], instance["recovery"]), (second.address, 2, 1), seen()
            )
            tasks = database.rows("select state, flag from t_ds_task_instance order by id")
            self.assertEqual(
                [(t["state"], t["flag"]) for t in tasks], [(NEED_FAULT_TOLERANCE, 0), (SUCCESS, 1)], seen()
            )

    def test_master_lost(self):
        self.takeover(worker_too=False)

    def test_master_and_worker_lost(self):
        self.takeover(worker_too=True)


if __name__ == "__main__":
    main()
