#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three daemons beside one cluster, the leading one killed (-9) again and again while masters come and go, lose what
they own and take up what others lost: one recovery command for one loss. DSR_SECONDS is how long it goes on (default
12)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "12"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
MASTERS = [f"127.9.8.{i}:5678" for i in range(1, 9)]  # none of them stays
FEWEST = 5
ROWS = 100  # that one owns when it goes, besides what it took up
RUNNING = 400  # older ones have ended


class Replicas(unittest.TestCase):
    def run_on(self, kind):
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s on {kind}")
        with World(databases=(kind,)) as world:
            cluster = Cluster(world, kind, masters=MASTERS)
            world.start(*[cluster.daemon() for _ in range(3)])
            rows = kills = losses = 0
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                gone = [address for address in MASTERS if address not in cluster.masters]
                for address in random.sample(gone, random.randint(0, len(gone))):
                    cluster.join(address)
                time.sleep(random.uniform(0, 1.5))  # so that some are seen alive and some are not
                going = random.sample(list(cluster.masters.values()), random.randint(1, 2))
                if len(cluster.masters) - len(going) < FEWEST:
                    continue
                for master in going:
                    rows = cluster.give(master, ROWS)[-1]
                cluster.lose(*going)
                losses += len(going)
                time.sleep(random.uniform(0.5, 3))  # anywhere in the sweep that answers
                victim = cluster.leader()
                if victim:
                    victim.kill()
                    kills += 1
                    victim.launch()
                cluster.finish(rows - RUNNING)
            cluster.join("127.9.7.1:5678")
            print(f"{losses} losses of a master, {kills} kills of the leader")
            cluster.settle(120)
            self.assertGreater(kills, 0, "no leader was ever killed")
            account = cluster.check(self, least=ROWS * losses)
            self.assertEqual(account.incarnations_lost, losses)

    def test_postgresql(self):
        self.run_on("postgresql")

    def test_mariadb(self):
        self.run_on("mysql")


if __name__ == "__main__":
    main()
