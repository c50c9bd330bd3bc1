#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Daemons stand still (SIGSTOP) past their session and grace, in the middle of what they do: who comes back acts on
nothing that it saw before. DSR_SECONDS is how long it goes on (default 1: one round or two)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "1"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
KINDS = ("postgresql", "mysql")
SESSION, GRACE = 6, 1  # seconds, of the daemons: see Cluster.daemon
LONG = 31  # seconds, from which on a daemon takes itself for stalled (own_stall); in the longer runs only
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 200  # of one master
SHORT = {"failover": {"batch": 2}, "database": {"statement_timeout": "3s"}}


class SuspendedDaemon(unittest.TestCase):
    def test_suspended_daemons(self):
        """The leader of two, or both, stand still at a drawn moment of a hand-over; the masters take up what is there,
        and another one goes meanwhile."""
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s")
        with World(databases=KINDS) as world:
            clusters = [Cluster(world, kind, masters=STAY) for kind in KINDS]
            for cluster in clusters:
                world.start(cluster.daemon(**SHORT), cluster.daemon(**SHORT))
            end = time.monotonic() + SECONDS
            rounds = middles = led = 0
            while time.monotonic() < end or (middles == 0 or led == 0) and rounds < 6:
                before = [cluster.commands() for cluster in clusters]  # a hand-over may be over when the other loss is done
                for cluster in clusters:
                    self.lose_one(cluster)
                suspended = []
                for cluster, commands in zip(clusters, before):
                    cluster.await_commands(commands + random.randint(1, ROWS // 2))
                    leader = cluster.leader()
                    both = random.random() < 0.3
                    for daemon in cluster.daemons if both or not leader else [leader]:
                        daemon.suspend()
                        suspended.append((cluster, daemon))
                    middles += cluster.ledger.outstanding(cluster.database) > 0
                for cluster in clusters:
                    self.lose_one(cluster)
                stall = LONG if SECONDS >= 60 and random.random() < 0.3 else SESSION + GRACE
                time.sleep(stall + random.uniform(0.5, 2.5))
                for cluster in clusters:
                    stopped = [daemon for other, daemon in suspended if other is cluster]
                    leader = cluster.leader()
                    led += leader is not None and leader not in stopped
                for _, daemon in suspended:
                    daemon.resume()
                rounds += 1
            print(f"{rounds} rounds on {len(clusters)} databases: {middles} times in the middle of a hand-over, "
                  f"{led} times the other one led meanwhile")
            self.assertGreater(middles, 0, "no hand-over was ever met in its middle")
            self.assertGreater(led, 0, "no other ever led meanwhile")
            for cluster in clusters:
                cluster.join("127.9.7.1:5678")
                cluster.settle()
                cluster.check(self, least=2 * ROWS * rounds)

    def lose_one(self, cluster):
        """An owner comes, owns rows, and goes."""
        address = random.choice([a for a in OWNERS if a not in cluster.masters])
        master = cluster.join(address, takes_up=False)
        cluster.give(master, ROWS)
        cluster.lose(master)


if __name__ == "__main__":
    main()
