#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Questions without a daemon that answers, on a real ZooKeeper and PostgreSQL: right answers, as text and as JSON, and
not one write."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import termios
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now, wait_for  # noqa: E402
from testbed.daemon import DONE, OUT_OF_REACH, USAGE  # noqa: E402

LIVE, GOES, GONE = "127.9.9.8:5678", "127.9.9.9:5678", "127.9.9.7:5678"
ORPHAN, WAITING, OWNED, PARKED, FINISHED, UNKNOWN = 1, 2, 3, 4, 5, 99


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.__exit__)
        cls.world.__enter__()
        cls.database = database = cls.world.database("ds")
        define_workflow(database, 9001)
        database.insert("t_ds_project", id=1, name="nightly", code=1, create_time=now(), update_time=now())
        cls.live = cls.world.end(StandIn(cls.world.zookeeper, LIVE, process_id=11))
        cls.goes = cls.world.end(StandIn(cls.world.zookeeper, GOES, process_id=12))
        for id, state, host, age in (
            (ORPHAN, 1, GONE, 3600), (WAITING, 1, GOES, 0), (OWNED, 1, LIVE, -2), (PARKED, 14, GONE, 3600), (FINISHED, 7, GONE, 3600),
        ):
            database.insert("t_ds_process_instance", id=id, name=f"wf-{id}", process_definition_code=9001,
                            process_definition_version=1, state=state, start_time=now(age), run_times=1, host=host,
                            command_type=0, command_param="{}", executor_id=1)
        database.insert("t_ds_task_instance", id=1, name="load\x1b[2J", task_type="SPARK", task_code=9101,
                        task_definition_version=1, process_instance_id=ORPHAN, state=1, submit_time=now(7200),
                        start_time=now(7200), host="127.9.9.6:1234", flag=1, app_link="application_1_1,application_1_2")
        database.log_changes()
        cls.daemon = Daemon(cls.world.scratch / "daemon", cls.world.zookeeper, database, as_owner=True,
                            failover={"enabled": False, "grace": "1h", "confirmations": 1}, sweep={"interval": "1s"})

    def ask(self, *question):
        return self.daemon.call(*question, "--config", self.daemon.config)

    def json_of(self, *question, code=DONE):
        result = self.ask(*question, "--json")
        self.assertEqual(result.code, code, result)
        return json.loads(result.out)

    def explained(self, id):
        return self.json_of("explain", str(id))

    def own_tables(self):
        return sorted(t for t in self.database.tables() if t.startswith("ds_reconciler"))

    def own_nodes(self):
        client = self.world.zookeeper.client()
        try:
            return client.exists("/dolphinscheduler-reconciler")
        finally:
            client.stop()
            client.close()

    def test_1_before_any_daemon_ran(self):
        status = self.json_of("status")
        self.assertEqual(status["answered_by"], "journal")
        self.assertEqual([m["address"] for m in status["masters"] if m["state"] == "live"], [LIVE, GOES])
        self.assertEqual(status["verdicts"]["waiting"], 1)
        cluster = status["cluster"]
        self.assertEqual((cluster["name"], cluster["registry"]["endpoints"]), ("dolphinscheduler", [self.world.zookeeper.address]))
        self.assertEqual((cluster["dolphinscheduler"]["tables"], cluster["config_file"]), ("process", str(self.daemon.config)))
        self.assertNotIn(self.database.server.password, json.dumps(status))
        counts = {m["address"]: (m["owned"], m["waiting"], m["orphan"], m["other"]) for m in status["masters"]}
        self.assertEqual((counts[LIVE], counts[GONE]), ((1, 0, 0, 0), (0, 1, 0, 1)))
        self.assertFalse(status["leader"])
        self.assertEqual(self.explained(ORPHAN)["verdict"], "waiting")
        missing = self.ask("history")
        self.assertEqual(missing.code, USAGE, missing)
        self.assertIn("init-db", missing.err)
        # Asking makes nothing, though journal.create is true, and enters no line.
        self.assertEqual(self.own_tables(), [])
        self.assertIsNone(self.own_nodes())
        self.assertEqual(self.database.changes(), [])

    def test_2_beside_a_daemon_that_only_looks(self):
        daemon = self.daemon
        self.world.start(daemon)
        daemon.after_sweeps(1)
        self.goes.leave()
        wait_for("the loss is noted", lambda: any(
            m["address"] == GOES and m["state"] == "absent" and m["views"] for m in self.json_of("status")["masters"]), 30)
        daemon.after_sweeps(1)
        status = self.json_of("status")
        self.assertIn("pid", status["leader"])
        self.assertIsNotNone(status["journal_view_at"])

        waiting = self.explained(WAITING)
        self.assertEqual(waiting["verdict"], "waiting", waiting)
        self.assertTrue(waiting["owner"]["witnessed"], waiting)
        self.assertEqual(waiting["owner"]["process_id"], 12)
        self.assertEqual(waiting["prospect"]["what"], "handed_over")
        self.assertIsNone(waiting["prospect"]["at"])  # while it is held
        self.assertTrue(waiting["prospect"]["sentence"].startswith("held: disabled; "), waiting)
        self.assertEqual([g["gate"] for g in waiting["gates"] if g["passed"] is False], ["grace_over"])
        self.assertEqual(waiting["row"]["project"], "nightly")
        self.assertEqual(waiting["row"]["owned_since_from"], "start_time")
        self.assertEqual([h["guard"] for h in waiting["holds"]], ["disabled"])

        owned = self.explained(OWNED)
        self.assertEqual((owned["verdict"], owned["owner"]["registered"]), ("owned", True), owned)
        parked = self.explained(PARKED)
        self.assertEqual((parked["verdict"], parked["row"]["state_name"]), ("parked", "SERIAL_WAIT"), parked)
        self.assertEqual(self.explained(FINISHED)["standing"], "finished")
        unknown = self.json_of("explain", str(UNKNOWN), code=USAGE)
        self.assertEqual(unknown["standing"], "unknown")

        daemon.stop()
        memory = self.database.rows("select * from ds_reconciler_memory")
        daemon.configure(failover={"grace": "0s"})  # of the questions; the daemon is gone
        orphan = self.explained(ORPHAN)
        self.assertEqual((orphan["verdict"], orphan["prospect"]["what"]), ("orphan", "handed_over"), orphan)
        self.assertIn("disabled", orphan["prospect"]["sentence"])
        self.assertTrue(all(g["passed"] for g in orphan["gates"]), orphan)
        verdicts = self.json_of("verdicts", "--verdict", "orphan", "--verdict", "parked", "--limit", "2")
        self.assertEqual([r["workflow_instance_id"] for r in verdicts["rows"]], [ORPHAN, WAITING])
        self.assertEqual((verdicts["matching"], verdicts["next_after"]), (3, f"g/{WAITING}"))
        rest = self.json_of("verdicts", "--verdict", "orphan", "--verdict", "parked", "--after", verdicts["next_after"])
        self.assertEqual([r["workflow_instance_id"] for r in rest["rows"]], [PARKED])
        ids = lambda *options: [r["workflow_instance_id"] for r in self.json_of("verdicts", *options)["rows"]]  # noqa: E731
        self.assertEqual(ids(), [ORPHAN, WAITING, PARKED, OWNED])
        self.assertEqual(ids("--sort", "id"), [ORPHAN, WAITING, OWNED, PARKED])
        self.assertEqual(ids("--state", "SERIAL_WAIT"), [PARKED])
        self.assertEqual(ids("--project", "nightly", "--name", "WF-3"), [OWNED])
        self.assertEqual(ids("--project", "daily"), [])
        verdicts = self.json_of("verdicts", "--verdict", "parked", "--host", GONE)
        self.assertEqual([r["workflow_instance_id"] for r in verdicts["rows"]], [PARKED])
        impact = self.json_of("impact")
        self.assertEqual((impact["orphans"], impact["running_tasks"], impact["application_links"]), (2, 1, 2), impact)
        self.assertGreater(impact["longest_running_ms"], 7_000_000)
        self.assertEqual(impact["projects"][0]["project"], "nightly")
        self.text()
        # What was asked changed nothing of what was remembered, and nothing else.
        self.assertEqual(self.database.rows("select * from ds_reconciler_memory"), memory)
        self.assertEqual([c for c in self.database.changes() if c["tab"] != "t_ds_alert"], [])

        daemon.configure(failover={"enabled": True})
        swept = daemon.sweep()
        self.assertEqual(swept.code, DONE, swept)
        history = self.json_of("history", "--instance", str(ORPHAN))
        self.assertEqual([e["workflow_instance_id"] for e in history["entries"]], [ORPHAN])
        self.assertEqual(len(self.json_of("history")["entries"]), 2)
        answered = self.explained(ORPHAN)
        self.assertEqual((answered["verdict"], len(answered["journal"])), ("pending", 1), answered)

    def text(self):
        orphan = self.ask("explain", str(ORPHAN)).out
        self.assertIn(f"Workflow instance {ORPHAN}: orphan\nhost {GONE} absent for", orphan)
        self.assertIn("grace_over", orphan)
        self.assertRegex(orphan, r"\nIn this state since .*\d\d:\d\d:\d\d.*\nNext step")
        self.assertIn("Held by disabled", self.ask("verdicts").out)
        status = self.ask("status").out
        self.assertIn("Not asked of a daemon", status)
        self.assertIn("\nMode: act; grace 0 ms, 1 view(s) of the registry\n", status)
        self.assertIn("Cluster: dolphinscheduler: registry zookeeper ", status)
        timeline = self.ask("history", "--timeline").out
        self.assertRegex(timeline, rf"  masters lost +1 master\(s\): {GOES}\n")
        self.assertRegex(timeline, rf"  masters absent +1 master\(s\): {GONE}; absent already when")
        self.assertEqual(self.ask("history", "--timeline", "--limit", "2").code, USAGE)
        self.assertIn("events", self.json_of("history", "--timeline"))
        impact = self.ask("impact").out
        self.assertIn("application_1_1 application_1_2", impact)
        self.assertIn("load?[2J", impact)
        unknown = self.ask("explain", str(UNKNOWN))
        self.assertEqual(unknown.code, USAGE)
        self.assertIn("there is no such workflow instance", unknown.out)
        for out in (orphan, impact):
            self.assertNotIn("\033", out)
        self.assertIn("\033[32mowned\033[0m", self.on_terminal("verdicts"))
        self.assertNotIn("\033", self.on_terminal("verdicts", NO_COLOR="1"))

    def test_2_the_form_of_an_answer(self):
        def without_times(text):
            answer = yaml.safe_load(text)
            answer.pop("taken_at")
            return answer

        as_json = self.ask("verdicts", "-o", "json")
        self.assertEqual(sorted(json.loads(as_json.out)), sorted(self.json_of("verdicts")))
        as_yaml = self.ask("verdicts", "-o", "yaml")
        self.assertEqual((as_yaml.code, as_yaml.err), (DONE, ""), as_yaml)
        self.assertNotIn("{", as_yaml.out.splitlines()[0])
        self.assertEqual(without_times(as_yaml.out), without_times(as_json.out))
        self.assertEqual(self.ask("verdicts", "-o", "xml").code, USAGE)
        self.assertEqual(self.ask("verdicts", "-o", "wide", "--json").code, USAGE)
        for question in (("status",), ("verdicts",), ("explain", str(WAITING)), ("impact",), ("sweep", "--dry-run", "--utc")):
            with self.subTest(question):
                out = self.ask(*question).out
                self.assertNotRegex(out, r"\d{4}-\d\d-\d\dT\d\d:\d\d", "a time in the API's form")
        self.assertRegex(self.ask("status", "--utc").out, r"ago \((?:\S+ )?\d\d:\d\d:\d\dZ\)")
        self.assertRegex(self.ask("status").out, r"ago \((?:\S+ )?\d\d:\d\d:\d\d\)")

    def test_2_tables_fit_the_terminal(self):
        def widest(*question, head):
            """Of the table with that head."""
            lines = self.on_terminal(*question, columns=70, NO_COLOR="1").split(f"  {head} ", 1)[1].splitlines()
            return max(len(line) for line in lines[1:lines.index("") if "" in lines else None])

        self.assertGreater(widest("verdicts", "-o", "wide", head="instance"), 70)
        self.assertLessEqual(widest("verdicts", "-o", "table", head="instance"), 70)
        self.assertRegex(self.on_terminal("verdicts", columns=70), r"…(.|\n)+\n  \(cut to fit; -o wide shows all\)\r?\n")
        self.assertNotIn("cut to fit", self.on_terminal("verdicts", "-o", "wide", columns=70) + self.ask("verdicts").out)
        self.assertLessEqual(widest("explain", str(WAITING), head="gate"), 70)
        self.assertNotIn("…", self.on_terminal("explain", str(WAITING), columns=70).split("  entry ")[0])
        self.assertNotIn("…", self.ask("verdicts").out, "not a terminal, and shortened")

    def on_terminal(self, *question, columns=None, **environment):
        ours, theirs = pty.openpty()
        if columns:
            termios.tcsetwinsize(theirs, (24, columns))
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            process = subprocess.Popen(
                [self.daemon.binary, *question, "--config", self.daemon.config], stdout=theirs, stderr=theirs,
                stdin=subprocess.DEVNULL, env={**self.daemon.environment(), "TERM": "xterm", **environment},
            )
            os.close(theirs)
            out = b""
            try:
                while piece := terminal.read(65536):
                    out += piece
            except OSError:  # the other side is closed
                pass
            self.assertEqual(process.wait(30), DONE, out)
            return out.decode()

    def test_3_bad_questions(self):
        for question, said in (
            (("explain",), "id is required"),
            (("explain", "0"), "not in range"),
            (("explain", "99999999999"), "not in range"),
            (("explain", "x"), "id"),
            (("verdicts", "--verdict", "lost"), "lost"),
            (("verdicts", "--limit", "0"), "not in range"),
            (("verdicts", "--sort", "size"), "attention"),
            (("verdicts", "--state", "1"), "RUNNING_EXECUTION"),
            (("verdicts", "--after", "x"), "end of the page"),
            (("sweep", "--remote", "--dry-run"), "--dry-run"),
        ):
            with self.subTest(question):
                result = self.ask(*question)
                self.assertEqual(result.code, USAGE, result)
                self.assertIn(said, result.err + result.out)
        tokenless = self.ask("sweep", "--remote")
        self.assertEqual(tokenless.code, USAGE, tokenless)
        self.assertIn("http.token_file", tokenless.err)
        secret = self.world.scratch / "token"
        secret.touch(mode=0o600)
        secret.write_text("a-token-for-this-test-0123456789")
        alone = Daemon(self.world.scratch / "alone", self.world.zookeeper, self.database,
                       http={"enabled": True, "listen": f"127.0.0.1:{free_port()}", "socket": str(self.world.scratch / "no.sock"),
                             "token_file": str(secret)})
        nobody = alone.call("sweep", "--remote", "--config", alone.config)
        self.assertEqual(nobody.code, OUT_OF_REACH, nobody)
        elsewhere = Daemon(self.world.scratch / "elsewhere", "127.0.0.1:1", self.database)
        result = elsewhere.call("verdicts", "--config", elsewhere.config)
        self.assertEqual(result.code, OUT_OF_REACH, result)
        self.assertEqual(result.out, "")


if __name__ == "__main__":
    main()
