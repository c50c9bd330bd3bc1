#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""All masters are gone: nothing is written but one alert. One comes back: the next sweep acts."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, insert_running, main, now, wait_for  # noqa: E402


class NoMasterAlive(unittest.TestCase):
    maxDiff = None

    def seeded(self, world):
        """Two runs of a master that is gone; its parent node is there, as after any real cluster's life."""
        database = world.database("ds")
        define_workflow(database, 9001)
        for number in (1, 2):
            insert_running(database, number, "127.9.9.9:5678")
        database.log_changes()
        world.zookeeper.shared_client().ensure_path("/dolphinscheduler/nodes/master")
        return database

    def check_alert(self, database):
        """Exactly one alert, which DolphinScheduler's alert server can deliver; nothing else was written."""
        changes = database.changes()
        self.assertEqual([(c["tab"], c["op"]) for c in changes], [("t_ds_alert", "INSERT")], changes)
        alert = changes[0]["new"]
        self.assertEqual(
            (alert["alert_status"], alert["warning_type"], alert["alert_type"], alert["alertgroup_id"]),
            (0, 2, 4, 1),
            alert,
        )
        self.assertLessEqual(len(alert["title"]), 64)
        self.assertRegex(alert["sign"], "^[0-9a-f]{40}$")
        self.assertIn("no_live_master", alert["content"], "the alert says which guard holds")
        self.assertTrue(alert["create_time"] and alert["update_time"])

    def check_recovered(self, database):
        hosts = [r["host"] for r in database.rows("select host from t_ds_process_instance where state <> 7 order by id")]
        self.assertEqual(hosts, ["NULL", "NULL"])
        commands = database.rows(
            "select process_instance_id as id, command_type from t_ds_command order by process_instance_id"
        )
        self.assertEqual([(c["id"], c["command_type"]) for c in commands], [(1, 2), (2, 2)])

    def test_one_shot(self):
        with World() as world:
            database = self.seeded(world)
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database)
            for _ in range(2):  # the second one finds the alert of the first
                result = daemon.sweep()
                self.assertEqual(result.code, 3, result)
                self.assertEqual(
                    (result.report["outcome"], [h["guard"] for h in result.report["holds"]]),
                    ("held", ["no_live_master"]),
                    result,
                )
                self.check_alert(database)
            with StandIn(world.zookeeper, "127.9.9.1:5678"):
                result = daemon.sweep()
            self.assertEqual(result.code, 0, result)
            self.check_recovered(database)

    def test_daemon(self):
        with World() as world:
            database = self.seeded(world)
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, sweep={"interval": "1s"})
            world.start(daemon)
            daemon.after_sweeps(3)
            self.check_alert(database)
            with StandIn(world.zookeeper, "127.9.9.1:5678"):
                wait_for(
                    "the hand-over after a master's return",
                    lambda: database.value("select count(*) from t_ds_command") == 2,
                    seen=daemon.log_tail,
                )
                self.check_recovered(database)
                daemon.after_sweeps(2)
            self.check_recovered(database)
            daemon.stop()
            self.assertEqual(daemon.process.returncode, 0, daemon.log_tail())

    def test_the_last_one_goes(self):
        """A daemon that saw them: the last master leaves, nothing is written but one alert; it comes back, all is
        handed over."""
        with World() as world:
            database = self.seeded(world)
            database.execute("update t_ds_process_instance set host = '127.9.9.2:5678', start_time = %s", now())
            changes_before = len(database.changes())
            owner = StandIn(world.zookeeper, "127.9.9.2:5678", startup_ms=0)
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, sweep={"interval": "1s"})
            world.start(daemon)
            daemon.after_sweeps(2)
            self.assertEqual(
                len(database.changes()),
                changes_before,
                "the daemon wrote while the owner was alive\n" + daemon.log_tail(),
            )
            owner.leave()
            daemon.after_sweeps(3)
            changes = database.changes()[changes_before:]
            self.assertEqual([(c["tab"], c["op"]) for c in changes], [("t_ds_alert", "INSERT")], daemon.log_tail())
            with StandIn(world.zookeeper, "127.9.9.1:5678"):
                wait_for(
                    "the hand-over to another master",
                    lambda: database.value("select count(*) from t_ds_command") == 2,
                    seen=daemon.log_tail,
                )
                self.check_recovered(database)


if __name__ == "__main__":
    main()
