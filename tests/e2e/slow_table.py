#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An instance table whose scan takes longer than failover.lock_hold: a cold one of tens of GB, for which a view stands
here that takes its time over each row. A sweep reads it to its end and advises the index; where a statement runs into
its limit the sweep fails, and advises it too."""

import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main, now, wait_for  # noqa: E402

ALIVE = "127.9.9.1:5678"
ROWS, GAP, EACH = 4, 150_000, 1.3  # each row in a window of its own, and its statement longer than lock_hold


class SlowTable(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("postgresql", "mysql")).__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def daemon(self, kind, name, **database):
        table = "t_ds_process_instance"
        base = self.world.database(f"{name}_{kind}", kind=kind)
        define_workflow(base, 9001)
        for number in range(ROWS):
            base.insert(
                table,
                id=1 + number * GAP,
                name="wf",
                process_definition_code=9001,
                process_definition_version=1,
                state=1,
                start_time=now(60 if number == 0 else 600),
                run_times=1,
                host=ALIVE,
                command_type=0,
                command_param="{}",
                executor_id=1,
            )
        namespace = f"{name}-{kind}"
        daemon = Daemon(
            self.world.scratch / namespace,
            self.world.zookeeper,
            base,
            namespace,
            as_owner=True,
            failover={"lock_hold": "1s"},
            database=database,
        )
        made = daemon.call("init-db", "--config", daemon.config)
        self.assertEqual(made.code, 0, made)
        base.execute(f"alter table {table} rename to slow_instances")
        # What does not ask for the state is quick, as what reads by the primary key.
        if kind == "postgresql":
            base.execute(
                "create function slow() returns boolean language plpgsql stable as "
                f"'begin perform pg_sleep({EACH}); return true; end'"
            )
        slow = "slow()" if kind == "postgresql" else f"sleep({EACH}) = 0"
        others = ", ".join(c for c in base.columns("slow_instances") if c != "state")
        view = f"select {others}, case when id = 1 or {slow} then state end as state from slow_instances"
        base.execute(f"create view {table} as {view}")
        master = StandIn(
            self.world.zookeeper, ALIVE, namespace=namespace, startup_ms=int((time.time() - 3600) * 1000), session=30.0
        )
        self.addCleanup(master.leave)
        return daemon

    def first_sweep(self, daemon):
        """Of `run`: what became of it."""
        self.world.start(daemon)
        self.addCleanup(daemon.kill_if_running)
        wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 120, daemon.log_tail)
        daemon.stop()
        self.assertTrue(daemon.logged("init-db --with-index"), daemon.log_tail())
        return re.search(r"\bsweep (done|held|failed)\b.*", daemon.log_text())[0]

    def test_scan_longer_than_lock_hold(self):
        for kind in ("postgresql", "mysql"):
            with self.subTest(kind):
                self.assertRegex(self.first_sweep(self.daemon(kind, "scan")), f"sweep done.*{ROWS} owned")

    def test_statement_longer_than_its_limit(self):
        for kind in ("postgresql", "mysql"):
            with self.subTest(kind):
                told = self.first_sweep(self.daemon(kind, "limit", statement_timeout="1s"))
                self.assertRegex(told, "sweep failed.*exceeded its time limit")


if __name__ == "__main__":
    main()
