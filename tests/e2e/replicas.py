#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three daemons beside one cluster, the leading one killed (-9) again and again while masters come and go: every lost
workflow gets exactly one recovery command. DSR_SECONDS is how long it goes on (default 20)."""

import os
import pathlib
import random
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_tenant, define_workflow, main, now, wait_for  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "20"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
LINE = "/dolphinscheduler-reconciler/leader"
SURVIVORS = [f"127.9.8.{i}:5678" for i in range(1, 7)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 100  # of one master


class Replicas(unittest.TestCase):
    def leader(self, world):
        """The process id of the daemon that stands first in the line; nothing when nobody does."""
        client = world.zookeeper.shared_client()
        if not client.exists(LINE):
            return None
        line = sorted(client.get_children(LINE), key=lambda name: name.rpartition("latch-")[2])
        for name in line:
            try:
                found = re.search(r"pid (\d+)", client.get(f"{LINE}/{name}")[0].decode())
            except Exception:  # it went between the two looks
                continue
            if found:
                return int(found.group(1))
        return None

    def lose(self, database, owner, first):
        """A master with rows goes."""
        for number in range(first, first + ROWS):
            database.insert("t_ds_process_instance", id=number, name=f"wf-{number}", process_definition_code=9001,
                            process_definition_version=1, state=random.choice([0, 1, 2, 4]), start_time=now(), run_times=1,
                            host=owner.address, command_type=0, command_param="{}", executor_id=1)
        owner.leave()

    def run_on(self, kind):
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s on {kind}")
        with World(databases=(kind,)) as world:
            database = world.database("ds", kind=kind)
            define_tenant(database)
            define_workflow(database, 9001, "sleep 1")
            for address in SURVIVORS:
                world.end(StandIn(world.zookeeper, address))
            daemons = [
                Daemon(world.scratch / f"daemon-{i}", world.zookeeper, database,
                       sweep={"interval": "1s"}, failover={"grace": "1s", "confirmations": 1, "batch": 7})
                for i in range(3)
            ]
            world.start(*daemons)
            rows = kills = losses = 0
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                owner = StandIn(world.zookeeper, random.choice(OWNERS), startup_ms=int(time.time() * 1000) - 1000)
                time.sleep(random.uniform(0, 2))  # so that some are seen alive and some are not
                self.lose(database, owner, rows + 1)
                rows += ROWS
                losses += 1
                time.sleep(random.uniform(0.5, 3.5))  # anywhere in the sweep that answers
                leader = self.leader(world)
                victim = next((d for d in daemons if d.running and d.process.pid == leader), None)
                if victim:
                    victim.kill()
                    kills += 1
                    victim.launch()
            handed = "select count(distinct process_instance_id) from t_ds_command"
            wait_for(f"a command for each of {rows} workflows", lambda: database.value(handed) == rows, 120,
                     lambda: "\n".join(d.log_tail() for d in daemons))
            # A model of its own: each of these rows was lost once.
            doubled = database.value("select count(*) from (select process_instance_id from t_ds_command "
                                     "group by process_instance_id having count(*) > 1) twice")
            entries = database.value("select count(*) from ds_reconciler_journal where kind = 'failover'")
            claimed = database.value("select count(*) from t_ds_process_instance where host = 'NULL'")
            print(f"{losses} losses of a master, {rows} workflows, {kills} kills of the leader: 0 lost, {doubled} doubled, "
                  f"{entries} journal entries")
            self.assertEqual((doubled, entries, claimed), (0, rows, rows))
            self.assertGreater(kills, 0, "no leader was ever killed")

    def test_postgresql(self):
        self.run_on("postgresql")

    def test_mariadb(self):
        self.run_on("mysql")


if __name__ == "__main__":
    main()
