#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rights that `init-db --print-grants` prints: none of them is too many. With each one alone taken away again, a sweep
that hands a workflow over and tells of it, and what reads and steers around it, says that a right is missing.
That they suffice, every other test shows, for the daemon's user has just these. A registry in the database needs rights
of its own."""

import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, JdbcCluster, StandIn, World, define_workflow, main, now, wait_for  # noqa: E402
from testbed.daemon import DONE  # noqa: E402
from testbed.jdbc_registry import CLIENT, DATA, EPHEMERAL, LOCK, MARKERS, MASTERS, PERSISTENT  # noqa: E402
from testbed.stand_in import heartbeat  # noqa: E402

REPLICAS = "ds_reconciler_replicas"
LACKS = r"lacks a right|cannot write|lacks the table|no table ds_reconciler|may not see it"


class Grants:
    kind = None
    not_missed = rarely = ()  # the latter: (table, right) that everything() does not miss, but a daemon that runs does
    unit = "process"
    zookeeper = True

    @classmethod
    def setUpClass(cls):
        cls.world = World([cls.kind], zookeeper=cls.zookeeper).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.database = cls.cluster()
        cls.daemon = Daemon(cls.world.scratch / "daemon", cls.world.zookeeper, cls.database)
        cls.shadow = Daemon(cls.world.scratch / "shadow", cls.world.zookeeper, cls.database, failover={
            "mode": "shadow", "lock_wait": "200ms", "lock_hold": "1s", "kill_wait": "100ms"})  # fmt: skip
        cls.instance = 0
        cls.printed = cls.daemon.call("init-db", "--print-grants", "--config", cls.daemon.config)

    @classmethod
    def cluster(cls):
        """A living master; its database."""
        cls.world.end(StandIn(cls.world.zookeeper, "127.9.9.8:5678"))
        database = cls.world.database("ds", kind=cls.kind)
        define_workflow(database, 9001)
        return database

    def lose(self, host=None):
        """A workflow of that host, or of an unknown one, with a task."""
        type(self).instance += 1
        definition = {f"{self.unit}_definition_code": 9001, f"{self.unit}_definition_version": 1}
        self.database.insert(f"t_ds_{self.unit}_instance", id=self.instance, name="wf", state=1, start_time=now(3600),
                             run_times=1, host=host or f"127.9.9.9:{self.instance}", command_type=0, command_param="{}",
                             executor_id=1, **definition)  # fmt: skip
        self.database.insert("t_ds_task_instance", id=self.instance, name="t", task_type="SHELL", task_code=9101,
                             task_definition_version=1, state=1, submit_time=now(3600), start_time=now(3600),
                             host="127.9.9.7:1234", flag=1, **{f"{self.unit}_instance_id": self.instance})  # fmt: skip

    def everything(self):
        """Hands one over; asks and steers around it."""
        self.lose()
        config = ("--config", self.daemon.config)
        before = [self.daemon.call("impact", *config), self.daemon.call("explain", str(self.instance), *config),
                  self.shadow.sweep()]  # fmt: skip
        swept = self.daemon.sweep()
        results = [swept, *before, self.daemon.call("explain", str(self.instance), *config),
                   self.daemon.call("pause", "--reason", "a test", *config),
                   self.daemon.call("resume", "--reason", "a test", *config),
                   self.daemon.call("history", *config)]  # fmt: skip
        return results, [r for r in results if r.code != DONE or re.search(LACKS, r.out + r.err)]

    def clean_up(self):
        """After a sweep that lacked a right."""

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
            if {right, what, f"{right} on {what}"} & set(self.not_missed) or (what, right) in self.rarely:
                continue
            with self.subTest(right=right, on=what):
                self.database.execute(f"revoke {right} on {what} from {self.grantee()}")
                try:
                    _, failed = self.everything()
                    self.assertTrue(failed, "nobody missed it")
                finally:
                    self.database.execute(f"grant {right} on {what} to {self.grantee()}")
                    self.clean_up()
                tried += 1
        self.assertGreater(tried, 15)
        _, failed = self.everything()
        self.assertEqual(failed, [], "\n".join(map(str, failed)))


class InDatabase(Grants):
    """The registry is the database."""

    unit, zookeeper = "workflow", False

    @classmethod
    def cluster(cls):
        cls.jdbc = JdbcCluster(cls.world, cls.kind)
        cls.server = cls.jdbc.serve()
        cls.jdbc.join(takes_up=False)
        return cls.jdbc.database

    def clean_up(self):
        """One that may not read its ticket cannot give it back either."""
        self.database.execute("delete from ds_reconciler_replicas")

    def lose_in_silence(self):
        """A master that neither refreshes nor is purged, as when nobody purges any more, and whose lock another one
        leaked after it had failed it over."""
        address, started = "127.9.9.6:5678", int(time.time() - 7200) * 1000
        beat = heartbeat("3.4.2", started, 4711, address)
        self.database.insert(CLIENT, id=4711, client_name="127.9.9.6_4711", last_heartbeat_time=(started << 1),
                             connection_config='{"sessionTimeout":4000}', create_time=now(7200))  # fmt: skip
        self.database.insert(DATA, data_key=f"{MASTERS}/{address}", data_value=beat, data_type=EPHEMERAL, client_id=4711,
                             create_time=now(7200), last_update_time=now(7200))  # fmt: skip
        self.database.insert(LOCK, lock_key=f"/lock/master-failover/{address}", lock_owner="leaks",
                             client_id=self.server.client.id, create_time=now(60))  # fmt: skip
        at = now(30)
        self.database.insert(DATA, data_key=f"{MARKERS}/{address}-{started}-4711", data_value=str(started),
                             data_type=PERSISTENT, client_id=self.server.client.id, create_time=at,
                             last_update_time=at)  # fmt: skip
        self.lose(address)

    def test_rights_that_are_needed_rarely(self):
        """By a daemon that waits until a silent master counts as lost, and that leads for long: none of these may be
        missing."""
        printed = [(what, right) for right, what in self.rights()]
        self.lose_in_silence()
        for what, right in self.rarely:
            self.assertIn((what, right), printed)
            self.database.execute(f"revoke {right} on {what} from {self.grantee()}")
        with Daemon(self.world.scratch / "runs", None, self.database, failover={"max_attempts": 1000}) as daemon:
            for what, right in self.rarely:
                denied = rf"(?i)(permission|command) denied.*{what.rpartition('.')[2]}"
                wait_for(f"the need of {right} on {what}", lambda: daemon.logged(denied), 90, daemon.log_tail)  # noqa: B023
                self.database.execute(f"grant {right} on {what} to {self.grantee()}")
            wait_for("the recovery command", lambda: self.commands() == 1, 60, daemon.log_tail)

    def commands(self):
        return self.database.value("select count(*) from t_ds_command where workflow_instance_id = %s", self.instance)


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


class PostgreSQLAsRegistry(InDatabase, PostgreSQL):
    not_missed = ("connect", "t_ds_project", "select (project_code)")
    rarely = [*((table, "update (create_time)") for table in (LOCK, DATA, CLIENT)), (REPLICAS, "update")]


class MariaDBAsRegistry(InDatabase, MariaDB):
    not_missed = (*MariaDB.not_missed, f"update on `ds`.{CLIENT}")  # MySQL locks no row without it, MariaDB does
    rarely = [(f"`ds`.{REPLICAS}", "update")]


if __name__ == "__main__":
    main()
