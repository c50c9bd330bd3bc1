#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A worker that is registered but cannot be reached: its task may still run, so nothing is written and the row
waits."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main, now  # noqa: E402


class UnreachableWorker(unittest.TestCase):
    def test_the_row_waits(self):
        with World() as world:
            database = world.database("ds")
            define_workflow(database, 9001)
            at = now(3600)
            database.insert(
                "t_ds_process_instance",
                id=1,
                name="wf",
                process_definition_code=9001,
                process_definition_version=1,
                state=1,
                start_time=at,
                run_times=1,
                host="127.9.9.9:5678",
                command_type=0,
                command_param="{}",
                executor_id=1,
            )
            database.insert(
                "t_ds_task_instance",
                id=11,
                name="t1",
                task_type="SHELL",
                task_code=9101,
                task_definition_version=1,
                process_instance_id=1,
                state=1,
                submit_time=at,
                start_time=at,
                host="127.9.9.7:1234",
                flag=1,
            )
            database.log_changes()
            world.end(StandIn(world.zookeeper, "127.9.9.1:5678"))
            worker = world.end(StandIn(world.zookeeper, "127.9.9.7:1234", kind="worker"))
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database)

            def written():
                return [c for c in database.changes() if c["tab"] != "t_ds_alert"]

            result = daemon.sweep()
            self.assertIn(result.code, (3, 5), result)
            self.assertNotIn("recovered", [outcome for _, outcome in result.actions().values()], result)
            self.assertEqual(written(), [], result)
            self.assertIn("127.9.9.7:1234", result.out + result.err, "the message names the worker")

            daemon.configure(sweep={"interval": "1s"})
            world.start(daemon)
            daemon.after_sweeps(6)
            self.assertEqual(written(), [], daemon.log_tail())
            self.assertTrue(daemon.logged("127.9.9.7:1234"), daemon.log_tail())
            daemon.stop()

            worker.leave()
            result = daemon.sweep()
            self.assertEqual((result.code, result.actions()), (0, {1: ("orphan", "recovered")}), result)
            self.assertEqual(database.value("select state from t_ds_task_instance"), 8, result)
            self.assertEqual(len([c for c in written() if c["tab"] == "t_ds_command"]), 1, result)


if __name__ == "__main__":
    main()
