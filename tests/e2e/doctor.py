#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`doctor`: each thing that must hold before the daemon may act is named when it does not, with a remedy; nothing is
written."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now  # noqa: E402
from testbed.daemon import DONE, HELD  # noqa: E402

LIVE, OTHER, GONE = "127.9.9.8:5678", "127.9.9.7:5678", "127.9.9.5:5678"


class Doctor:
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.world = World([cls.kind]).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        for address in (LIVE, OTHER):
            cls.world.end(StandIn(cls.world.zookeeper, address))
        cls.world.end(StandIn(cls.world.zookeeper, "127.9.9.6:1234", kind="worker"))
        cls.database = cls.world.database("ds", kind=cls.kind)
        define_workflow(cls.database, 9001)
        cls.daemon = Daemon(cls.world.scratch / "daemon", cls.world.zookeeper, cls.database)
        cls.printed = cls.daemon.call("init-db", "--print-grants", "--config", cls.daemon.config).out

    def started(self, id, host, age):
        self.database.insert("t_ds_process_instance", id=id, name="wf", process_definition_code=9001,
                             process_definition_version=1, state=1, start_time=now(age), run_times=1, host=host,
                             command_type=0, command_param="{}", executor_id=1)  # fmt: skip

    def setUp(self):
        self.database.execute("delete from t_ds_process_instance")
        for id, host in enumerate((LIVE, OTHER), 1):
            self.started(id, host, age=-60)

    def examined(self, daemon=None, code=DONE, options=()):
        """{check: (finding, seen, remedy)}, and the advice."""
        daemon = daemon or self.daemon
        result = daemon.call("doctor", "--json", *options, "--config", daemon.config)
        self.assertEqual(result.code, code, result)
        answer = json.loads(result.out)
        return {c["check"]: (c["finding"], c["seen"], c["remedy"]) for c in answer["checks"]}, answer["advice"]

    def everything(self):
        return {table: self.database.rows(f"select * from {table}") for table in self.database.tables()}

    def other(self, name, **changes):
        return Daemon(self.world.scratch / name, self.world.zookeeper, self.database, **changes)

    def test_all_holds(self):
        before = self.everything()
        found, advice = self.examined()
        self.assertEqual({w: f for w, f in found.items() if f[0] != "passed"}.keys(), {"daemon", "alerts"}, found)
        self.assertEqual(advice, "act")
        self.assertIn("2 live", found["masters"][1])
        self.assertIn("2 of 2", found["time zone"][1])
        self.assertEqual(self.everything(), before)
        text = self.daemon.call("doctor", "--config", self.daemon.config)
        self.assertRegex(text.out.splitlines()[-1], r"^Advice: failover.mode: act")
        self.assertEqual(text.err, "")

    def test_each_right(self):
        grants = [line for line in self.printed.splitlines() if line.startswith("grant ") and " on database " not in line]
        self.assertGreater(len(grants), 10)
        for grant in grants:
            rights, table, _ = re.fullmatch(r"grant (.*) on (.*) to (.*);", grant).groups()
            with self.subTest(grant):
                named = table.rpartition(".")[2].removeprefix("sequence ")
                self.database.execute(f"revoke {rights} on {table} from {self.grantee}")
                try:
                    found, advice = self.examined(code=HELD)
                finally:
                    self.database.execute(f"grant {rights} on {table} to {self.grantee}")
                failed = " ".join(seen for finding, seen, _ in found.values() if finding == "failed")
                self.assertIn(named, failed)
                if "select" not in rights and "ds_reconciler" not in table:
                    self.assertEqual(advice, "shadow", found)
                else:
                    self.assertEqual(advice, "fix", found)
        self.examined()

    def test_what_does_not_answer(self):
        nowhere = self.other("nowhere", registry={"connect": f"127.0.0.1:{free_port()}", "session_timeout": "4s"})
        found, advice = self.examined(nowhere, HELD)
        self.assertEqual((found["database"][0], found["registry"][0], advice), ("passed", "failed", "fix"))
        wrong = self.other("wrong", database={"port": free_port()})
        found, advice = self.examined(wrong, HELD)
        self.assertEqual((found["database"][0], advice), ("failed", "fix"))

    def test_another_namespace(self):
        found, advice = self.examined(self.other("namespace", registry={"namespace": "elsewhere"}), HELD)
        self.assertEqual((found["masters"][0], advice), ("failed", "fix"))
        self.assertIn("registry.namespace", found["masters"][2])

    def test_nothing_proven_yet(self):
        self.database.execute("delete from t_ds_process_instance")
        self.started(3, LIVE, age=-60)
        found, advice = self.examined()
        self.assertEqual((found["time zone"][0], advice), ("advice", "shadow"))
        self.assertIn("1 of 2", found["time zone"][1])

    def test_where_a_daemon_acts(self):
        """The last by name, because a daemon proves for good what the others want unproven."""
        self.database.insert("t_ds_process_instance", id=9, name="wf", process_definition_code=9001, process_definition_version=7, state=1,
                             start_time=now(-60), run_times=1, host=GONE, command_type=0, command_param="{}", executor_id=1)  # fmt: skip
        socket = str(self.world.scratch / "acts.sock")
        daemon = self.other("acts", http={"enabled": True, "listen": f"127.0.0.1:{free_port()}", "socket": socket})
        self.world.start(daemon)
        daemon.after_sweeps(2)
        found, advice = self.examined(daemon)
        self.assertRegex(found["daemon"][1], "mode act")
        self.assertEqual((found["workflows"][0], found["workflows"][1]), ("advice", "3 unfinished: 2 owned by live masters, 1 that need a person"))
        self.assertEqual(advice, "act", found)
        text = daemon.call("doctor", "--config", daemon.config).out
        self.assertEqual(text.splitlines()[-1], "Advice: failover.mode: act, as the daemon here has it.")
        daemon.stop()
        _, advice = self.examined(daemon)
        self.assertEqual(advice, "shadow")

    def test_alerts(self):
        found, _ = self.examined(options=["--send"])
        self.assertEqual(found["alerts"][0], "passed")
        self.assertIn("table", found["alerts"][1])
        self.assertEqual(self.database.value("select count(*) from t_ds_alert"), 1)


class OnPostgresql(Doctor, unittest.TestCase):
    kind = "postgresql"

    @property
    def grantee(self):
        return self.database.least_user


class OnMariadb(Doctor, unittest.TestCase):
    kind = "mysql"

    @property
    def grantee(self):
        return f"'{self.database.least_user}'@'%'"


if __name__ == "__main__":
    main()
