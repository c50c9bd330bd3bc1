#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper stands still (SIGSTOP) past the daemon's session and grace, while masters go: nothing is written without a
registry, and afterwards each loss is answered once."""

import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main  # noqa: E402

SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
SESSION, GRACE = 6, 1  # seconds, of the daemons: see Cluster.daemon
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 150  # of one master
SHORT = {"failover": {"batch": 2}, "database": {"statement_timeout": "3s"}}


class SuspendedZooKeeper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        random.seed(SEED)
        print(f"seed {SEED}")
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def leave_meanwhile(self, cluster, *masters):
        """They stop in order, which needs ZooKeeper's answer; returns what waits for them."""
        leaving = []
        for master in masters:
            del cluster.masters[master.address]
            cluster.ledger.lost(master.name)
            cluster.ended[master.address] = time.monotonic()
            leaving.append(threading.Thread(target=master.leave))
            leaving[-1].start()
        return lambda: [thread.join(60) for thread in leaving]

    def test_some_go(self):
        """One master goes before it stands still, one meanwhile, the others stay registered throughout."""
        cluster = Cluster(self.world, name="some")
        for address in [*STAY, *OWNERS]:
            cluster.join(address, session=60.0)
        daemon = cluster.daemon(**SHORT)
        self.world.start(daemon)
        for master in cluster.masters.values():
            cluster.give(master, ROWS if master.address in OWNERS else 20)
        daemon.after_sweeps(1)
        cluster.lose(cluster.masters[OWNERS[0]])
        if random.random() < 0.3:
            time.sleep(random.uniform(0, GRACE))
        else:
            cluster.await_commands(random.randint(1, ROWS // 2))
        self.world.zookeeper.suspend()
        gone = self.leave_meanwhile(cluster, cluster.masters[OWNERS[1]])
        time.sleep(SESSION + 1)  # a batch that had begun may end
        before = cluster.commands()
        time.sleep(GRACE + 2)
        self.assertEqual(cluster.commands(), before, "written without a registry")
        self.world.zookeeper.resume()
        gone()
        print(f"it stood still after {before} of {ROWS} commands")
        cluster.settle()
        cluster.check(self, least=2 * ROWS)

    def test_all_go(self):
        """All masters go while it stands still, and come again at their addresses."""
        cluster = Cluster(self.world, masters=OWNERS, name="all")
        daemon = cluster.daemon(**SHORT)
        self.world.start(daemon)
        for master in cluster.masters.values():
            cluster.give(master, ROWS)
        daemon.after_sweeps(1)
        self.world.zookeeper.suspend()
        gone = self.leave_meanwhile(cluster, *list(cluster.masters.values()))
        time.sleep(SESSION + GRACE + 2)
        self.assertEqual(cluster.commands(), 0, "written without a registry")
        self.world.zookeeper.resume()
        gone()
        for address in OWNERS:
            cluster.join(address)
        cluster.settle()
        cluster.check(self, least=3 * ROWS)


if __name__ == "__main__":
    main()
