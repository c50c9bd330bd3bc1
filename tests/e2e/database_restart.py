#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The database is stopped, or killed (-9), and started again while thousands of workflows are handed over in small
batches: what was committed counts, the rest is done again, nothing twice. DSR_ROWS is how many (default 600)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main  # noqa: E402

from servers import DURABLE  # noqa: E402

SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
ROWS = int(os.environ.get("DSR_ROWS", "600"))
RESTARTS = 3
STAY = [f"127.9.8.{i}:5678" for i in range(1, 4)]
OWNER = "127.9.9.1:5678"


class DatabaseRestart(unittest.TestCase):
    def run_on(self, kind):
        random.seed(SEED)
        print(f"seed {SEED}, {ROWS} rows on {kind}")
        with World(databases=(kind,), settings=DURABLE) as world:
            cluster = Cluster(world, kind, masters=STAY)
            server = world.servers[kind]
            world.start(*[cluster.daemon(failover={"batch": 3}) for _ in range(2)])
            owner = cluster.join(OWNER, takes_up=False)
            cluster.give(owner, ROWS)
            cluster.lose(owner)
            middles = 0
            for number in range(RESTARTS):
                # Somewhere in the part that is left to be handed over.
                part = random.randint(1, ROWS // (RESTARTS + 1))
                cluster.await_commands(min(ROWS - 1, cluster.commands() + part), 60)
                if number % 2:
                    server.stop()
                else:
                    server.kill_tree()
                time.sleep(random.uniform(0, 1))
                server.restart()
                cluster.database.reconnect()
                middles += cluster.ledger.outstanding(cluster.database) > 0
            print(f"{RESTARTS} restarts, {middles} of them in the middle of the hand-over")
            self.assertGreater(middles, 0, "the hand-over was never met in its middle")
            cluster.settle(120)
            cluster.check(self, least=ROWS)

    def test_postgresql(self):
        self.run_on("postgresql")

    def test_mariadb(self):
        self.run_on("mysql")


if __name__ == "__main__":
    main()
