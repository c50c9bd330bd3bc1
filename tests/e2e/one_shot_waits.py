#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One-shot sweeps whose orphans wait for their grace: exit 5 at once, or with --wait a stay until they are judged."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main, now  # noqa: E402
from testbed.daemon import DONE, WAITING  # noqa: E402

GRACE = 4


class OneShotWaits(unittest.TestCase):
    def test_wait(self):
        with World() as world:
            database = world.database("ds")
            define_workflow(database, 9001)
            database.insert("t_ds_process_instance", id=1, name="wf", process_definition_code=9001, process_definition_version=1,
                            state=1, start_time=now(3600), run_times=1, host="127.9.9.9:5678", command_type=0,
                            command_param="{}", executor_id=1)
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database,
                            failover={"grace": f"{GRACE}s", "confirmations": 1}, sweep={"interval": "1s"})
            with StandIn(world.zookeeper, "127.9.9.8:5678"):
                begin = time.monotonic()  # the journal remembers the absence, so that the first look begins the grace
                at_once = daemon.sweep()
                self.assertEqual(at_once.code, WAITING, at_once)
                self.assertEqual(at_once.report["verdicts"]["waiting"], 1, at_once)
                self.assertEqual(at_once.report["notices"][0]["workflow_instance_id"], 1, at_once)
                self.assertIsNotNone(at_once.report["next_action_at"], at_once)
                self.assertEqual(database.value("select count(*) from t_ds_command"), 0)

                waited = daemon.sweep("--wait")
                self.assertEqual(waited.code, DONE, waited)
                self.assertGreaterEqual(time.monotonic() - begin, GRACE)
                self.assertEqual(waited.actions(), {1: ("orphan", "recovered")}, waited)
                self.assertEqual(database.value("select count(*) from t_ds_command"), 1)


if __name__ == "__main__":
    main()
