#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A master comes back at its old address: only what it owned before its start moves, in both generations.

In 3.3 and later a run that was triggered before the restart and taken up after it is alive; only the last entry of
state_history tells. Judged by start_time and restart_time alone, as DolphinScheduler does, it would run twice. Up to
3.2 a take-up stamps restart_time, and others than the owner write state_history.
"""

import collections
import datetime
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main  # noqa: E402

ADDRESS = "127.9.9.2:5678"
UP_FOR = 120  # seconds that the new incarnation is up when the rows are judged
HOUR = 3600
MOVES, STAYS, UNCLEAR = "orphan_earlier_incarnation", "owned", "ambiguous"

# (why, columns, verdict from 3.3 on, verdict up to 3.2 where it differs); the times are seconds after the restart
ROWS = [
    ("started before the restart", dict(start_time=-HOUR), MOVES),
    ("restarted before the restart", dict(start_time=-2 * HOUR, restart_time=-HOUR), MOVES),
    ("taken up before the restart", dict(start_time=-2 * HOUR, state_history=(-2 * HOUR, -HOUR)), MOVES),
    ("started since", dict(start_time=60), STAYS),
    ("taken over again since", dict(start_time=-HOUR, restart_time=60), STAYS),
    ("triggered before, taken up since", dict(start_time=-HOUR, state_history=(-HOUR, 60)), STAYS, MOVES),
    (
        "restarted before, taken up since",
        dict(start_time=-2 * HOUR, restart_time=-HOUR, state_history=(-2 * HOUR, -HOUR, 60)),
        STAYS,
        MOVES,
    ),
    (
        "triggered before, taken up in the second of the restart",
        dict(start_time=-HOUR, state_history=(-HOUR, 0)),
        UNCLEAR,
        MOVES,
    ),
]


def wall(moment):
    """A UTC wall time of that epoch second."""
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).replace(tzinfo=None)


def history(moments):
    return json.dumps(
        [
            {"time": wall(moment).strftime("%Y-%m-%d %H:%M:%S"), "state": "RUNNING_EXECUTION", "desc": "seeded"}
            for moment in moments
        ],
        separators=(",", ":"),
    )


class RestartedAtSameAddress(unittest.TestCase):
    maxDiff = None

    def seed(self, database, restart):
        process = database.version.startswith("3.1")
        unit = "process" if process else "workflow"
        define_workflow(database, 9001)
        for number, (why, columns, *_) in enumerate(ROWS, start=1):
            row = {
                k: history([restart + s for s in v]) if k == "state_history" else wall(restart + v)
                for k, v in columns.items()
            }
            database.insert(
                f"t_ds_{unit}_instance",
                id=number,
                name=why,
                state=1,
                run_times=1,
                host=ADDRESS,
                command_type=0,
                executor_id=1,
                command_param="{}" if process else '{"commandType":"START_PROCESS","startNodes":[],"commandParams":[]}',
                **{f"{unit}_definition_code": 9001, f"{unit}_definition_version": 1},
                **row,
            )
        database.log_changes()
        return unit

    def prove_zone(self, database, unit):
        """A finished run that the new incarnation took up, surely after its registration."""
        taken_up = int(time.time()) + 2
        database.insert(
            f"t_ds_{unit}_instance",
            id=len(ROWS) + 1,
            name="proves the time zone",
            state=7,
            run_times=1,
            host=ADDRESS,
            command_type=0,
            executor_id=1,
            command_param="{}",
            **{f"{unit}_definition_code": 9001, f"{unit}_definition_version": 1},
            **dict(start_time=wall(taken_up), state_history=history([taken_up])),
        )

    def restarted(self, kind, version):
        with World([kind]) as world:
            database = world.database("ds", version=version, kind=kind)
            restart = int(time.time()) - UP_FOR
            unit = self.seed(database, restart)
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database)
            heartbeat = "3.1.1" if version.startswith("3.1") else "3.4.3"

            with StandIn(world.zookeeper, ADDRESS, version=heartbeat, startup_ms=int((time.time() - 24 * HOUR) * 1000)):
                result = daemon.sweep()  # before the restart: it owns them all
                self.assertEqual((result.code, result.report["verdicts"]["owned"]), (0, len(ROWS)), result)
                self.assertEqual(database.changes(), [], result)

            with StandIn(world.zookeeper, ADDRESS, version=heartbeat, startup_ms=restart * 1000):
                # Until the new incarnation wrote something, the time zone is not proven for it.
                result = daemon.sweep()
                self.assertNotIn(MOVES, {k for k, n in result.report["verdicts"].items() if n}, result)
                self.assertEqual(database.changes(), [], result)
                self.prove_zone(database, unit)
                seeded = len(database.changes())
                result = daemon.sweep()
                process = unit == "process"
                verdicts = [row[-1] if process else row[2] for row in ROWS]
                expected = collections.Counter(verdicts)
                self.assertEqual({k: n for k, n in result.report["verdicts"].items() if n}, dict(expected), result)
                moved = {number for number, verdict in enumerate(verdicts, start=1) if verdict == MOVES}
                self.assertEqual(result.actions(), {number: (MOVES, "recovered") for number in moved}, result)
                commands = database.rows(f"select {unit}_instance_id as id from t_ds_command")
                self.assertEqual(sorted(c["id"] for c in commands), sorted(moved), result)
                for change in database.changes()[seeded:]:
                    if change["tab"].endswith("_instance"):
                        self.assertIn(change["new"]["id"], moved, ROWS[change["new"]["id"] - 1][0])
                written = len(database.changes())
                result = daemon.sweep()
                self.assertEqual(result.report["actions_total"], 0, result)
                self.assertEqual(len(database.changes()), written, result)

    def test_process_generation_postgresql(self):
        self.restarted("postgresql", "3.1.1")

    def test_workflow_generation_postgresql(self):
        self.restarted("postgresql", "3.4.3")

    def test_process_generation_mariadb(self):
        self.restarted("mysql", "3.1.1")

    def test_workflow_generation_mariadb(self):
        self.restarted("mysql", "3.4.3")


if __name__ == "__main__":
    main()
