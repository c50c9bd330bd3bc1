#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""failover.mode: shadow with a database user that may only read DolphinScheduler's tables: the score, and then mode act,
which acts once."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, insert_running, main, now, wait_for  # noqa: E402
from testbed.daemon import DONE  # noqa: E402

LIVE, DEAD = "127.9.9.8:5678", "127.9.9.9:5678"
OWN = "ds_reconciler_journal, ds_reconciler_control, ds_reconciler_memory, ds_reconciler_shadow"


class ShadowMode(unittest.TestCase):
    maxDiff = None

    def lose(self, *ids):
        for id in ids:
            insert_running(self.database, id, DEAD)

    def asked(self, *question):
        result = self.daemon.call(*question, "--json", "--config", self.daemon.config)
        self.assertEqual(result.code, DONE, result)
        return json.loads(result.out)

    def score(self):
        return self.asked("status")["shadow"]

    def noted(self, id):
        return self.asked("history", "--instance", str(id))["shadow"]

    def commands(self):
        rows = self.database.rows("select process_instance_id as id from t_ds_command order by process_instance_id")
        return [row["id"] for row in rows]

    def test_shadow_then_act(self):
        with World() as world:
            self.database = database = world.database("ds")
            define_workflow(database, 9001)
            self.lose(1, 2)
            world.end(StandIn(world.zookeeper, LIVE))
            # W is 1.3 s: a look at the row comes after it within a sweep or two.
            self.daemon = daemon = Daemon(
                world.scratch / "daemon", world.zookeeper, database,
                sweep={"interval": "1s"},
                failover={"mode": "shadow", "lock_wait": "200ms", "lock_hold": "1s", "kill_wait": "100ms", "confirm_within": "4s"},
                journal={"create": False},
            )
            result = daemon.call("init-db", "--config", daemon.config)
            self.assertEqual(result.code, DONE, result)
            self.only_reads(daemon, database)
            database.log_changes()

            result = daemon.sweep()
            self.assertEqual(result.code, DONE, result)
            self.assertEqual((result.report["mode"], result.report["shadow"]["noted_now"]), ("shadow", 2), result)
            self.assertEqual(result.actions(), {1: ("orphan", "would_recover"), 2: ("orphan", "would_recover")})

            world.start(daemon)
            wait_for("nobody came for a while", lambda: self.score()["would_have_been_saved"] == 2, 60, daemon.log_tail)
            self.lose(3, 4)
            wait_for("they are seen untouched", lambda: all(
                noted and noted[0]["untouched_at"] for noted in map(self.noted, (3, 4))), 60, daemon.log_tail)
            # A master takes one of them up.
            database.execute(f"update t_ds_process_instance set host = '{LIVE}', restart_time = %s where id = 3", now())
            wait_for("it is seen", lambda: self.score()["agreed"] == 1, 60, daemon.log_tail)
            self.assertEqual(self.noted(3)[0]["dealt_by"], LIVE)
            self.assertEqual(self.score()["would_have_doubled"], 0)
            # Nothing was written but that take-up of ours.
            changes = database.changes()
            self.assertEqual({(c["tab"], c["op"]) for c in changes if c["new"]["id"] != 3 and c["op"] != "INSERT"}, set())
            self.assertEqual(self.commands(), [])
            self.assertEqual(database.value("select count(*) from t_ds_alert"), 0)
            self.assertEqual(database.value("select count(*) from ds_reconciler_journal"), 0)
            # Standing orphans are told when one is noted, and not again by every sweep. The one-shot sweep noted two.
            self.assertIn(daemon.logged(r"\binfo\b.*workflow instance 2 of .*would be handed over"), (1, 2))
            self.assertIn(daemon.logged(r"ds-reconciler \(shadow\)"), (1, 2))
            text = daemon.call("status", "--config", daemon.config).out
            self.assertIn("Mode: shadow", text)
            self.assertRegex(text, r"Shadow: 4 losses: 1 agreed, 0 would have doubled, [23] would have been saved")

            daemon.configure(
                failover={"mode": "act"},
                database={"user": database.server.user, "password_file": str(daemon.directory / "password")},
            )
            daemon.hangup()
            wait_for("it acts", lambda: self.commands() == [1, 2, 4], 60, daemon.log_tail)
            daemon.after_sweeps(3)
            self.assertEqual(self.commands(), [1, 2, 4])
            self.assertEqual(database.value("select count(*) from ds_reconciler_journal"), 3)
            self.assertIsNone(self.score())

    def only_reads(self, daemon, database):
        """From now on the daemon is a user who may read everything, and write nothing but the journal."""
        database.execute("create user looker password 'looks'")
        database.execute("grant select on all tables in schema public to looker")
        database.execute(f"grant select, insert, update, delete on {OWN} to looker")
        secret = daemon.directory / "looker"
        secret.touch(mode=0o600)
        secret.write_text("looks\n")
        daemon.configure(database={"user": "looker", "password_file": str(secret)})


if __name__ == "__main__":
    main()
