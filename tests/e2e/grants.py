#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rights that `init-db --print-grants` prints: none of them is too many. With each one alone taken away again, a sweep
that hands a workflow over and tells of it, and what reads and steers around it, says that a right is missing.
That they suffice, every other test shows, for the daemon's user has just these."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main, now  # noqa: E402
from testbed.daemon import DONE  # noqa: E402

LACKS = r"lacks a right|cannot write|lacks the table|no table ds_reconciler|may not see it"


class Grants:
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.world = World([cls.kind]).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.world.end(StandIn(cls.world.zookeeper, "127.9.9.8:5678"))
        cls.database = cls.world.database("ds", kind=cls.kind)
        define_workflow(cls.database, 9001)
        cls.daemon = Daemon(cls.world.scratch / "daemon", cls.world.zookeeper, cls.database)
        cls.shadow = Daemon(cls.world.scratch / "shadow", cls.world.zookeeper, cls.database, failover={
            "mode": "shadow", "lock_wait": "200ms", "lock_hold": "1s", "kill_wait": "100ms"})  # fmt: skip
        cls.instance = 0
        cls.printed = cls.daemon.call("init-db", "--print-grants", "--config", cls.daemon.config)

    def everything(self):
        """Hands one over; asks and steers around it."""
        type(self).instance += 1
        self.database.insert("t_ds_process_instance", id=self.instance, name="wf", process_definition_code=9001,
                             process_definition_version=1, state=1, start_time=now(3600), run_times=1,
                             host=f"127.9.9.9:{self.instance}", command_type=0, command_param="{}", executor_id=1)  # fmt: skip
        self.database.insert("t_ds_task_instance", id=self.instance, name="t", task_type="SHELL", task_code=9101,
                             task_definition_version=1, process_instance_id=self.instance, state=1,
                             submit_time=now(3600), start_time=now(3600), host="127.9.9.7:1234", flag=1)  # fmt: skip
        config = ("--config", self.daemon.config)
        before = [self.daemon.call("impact", *config), self.daemon.call("explain", str(self.instance), *config),
                  self.shadow.sweep()]  # fmt: skip
        swept = self.daemon.sweep()
        results = [swept, *before, self.daemon.call("explain", str(self.instance), *config),
                   self.daemon.call("pause", "--reason", "a test", *config),
                   self.daemon.call("resume", "--reason", "a test", *config),
                   self.daemon.call("history", *config)]  # fmt: skip
        return results, [r for r in results if r.code != DONE or re.search(LACKS, r.out + r.err)]

    def rights(self):
        """(right, on what) of each line that was printed."""
        lines = [line for line in self.printed.out.splitlines() if line.startswith("grant ")]
        found = [re.fullmatch(r"grant (.*) on (.*) to (.*);", line).groups() for line in lines]
        for rights, what, _ in found:
            for right in re.split(r", (?![^(]*\))", rights):
                reading = re.fullmatch(r"select \((.*)\)", right)
                if reading is None:
                    yield right, what
                else:  # each column by itself
                    yield from ((f"select ({column})", what) for column in reading.group(1).split(", "))

    def test_each_right_is_needed(self):
        results, failed = self.everything()
        self.assertEqual(failed, [], "\n".join(map(str, failed)))
        self.assertEqual(results[0].actions(), {self.instance: ("orphan", "recovered")}, results[0])
        tried = 0
        for right, what in self.rights():
            if {right, what, f"{right} on {what}"} & set(self.not_missed):
                continue
            with self.subTest(right=right, on=what):
                self.database.execute(f"revoke {right} on {what} from {self.grantee()}")
                try:
                    _, failed = self.everything()
                    self.assertTrue(failed, "nobody missed it")
                finally:
                    self.database.execute(f"grant {right} on {what} to {self.grantee()}")
                tried += 1
        self.assertGreater(tried, 15)
        _, failed = self.everything()
        self.assertEqual(failed, [], "\n".join(map(str, failed)))


class PostgreSQL(Grants, unittest.TestCase):
    kind = "postgresql"
    # Everybody has the first; the next are for names that people are shown. 3.1.7 and later hand parameters on, and the
    # rights do not hang on the text of a version.
    not_missed = ("connect", "t_ds_project", "select (project_code)", "select (command_param) on t_ds_process_instance")

    def grantee(self):
        return self.database.least_user


class MariaDB(Grants, unittest.TestCase):
    kind = "mysql"
    not_missed = ("`ds`.t_ds_project",)  # for names that people are shown

    def grantee(self):
        return f"'{self.database.least_user}'@'%'"


if __name__ == "__main__":
    main()
