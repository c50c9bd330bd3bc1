#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SIGSTOP past the daemon's session and grace: of ZooKeeper, and of the daemons in the middle of what they do. Whoever
comes back acts on nothing that it saw before. DSR_SECONDS is how long the daemons' part goes on (default 14)."""

import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main, wait_for  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "14"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
KINDS = ("postgresql", "mysql")
SESSION, GRACE = 2, 1  # seconds, of the daemons: see Cluster.daemon
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 300  # of one master
SHORT = {"failover": {"batch": 5}, "database": {"statement_timeout": "3s"}}


class Suspended(unittest.TestCase):
    def setUp(self):
        random.seed(SEED)
        print(f"seed {SEED}")

    def test_zookeeper(self):
        """Some masters go before it stands still, some meanwhile, the others stay registered throughout: nothing is
        written once the daemon's session is over, and afterwards each loss is answered once."""
        with World(databases=KINDS) as world:
            clusters = [Cluster(world, kind) for kind in KINDS]
            for cluster in clusters:
                for address in [*STAY, *OWNERS]:
                    cluster.join(address, session=60.0)
                world.start(cluster.daemon(**SHORT))
            for cluster in clusters:
                for master in list(cluster.masters.values()):
                    cluster.give(master, ROWS)
                cluster.daemons[0].after_sweeps(1)
            for cluster in clusters:
                cluster.lose(cluster.masters[OWNERS[0]])
            time.sleep(random.uniform(0, 2.5))  # in its grace, or while its rows are handed over
            world.zookeeper.suspend()
            leaving = []
            for cluster in clusters:
                master = cluster.masters.pop(OWNERS[1])
                cluster.ledger.lost(master.name)
                leaving.append(threading.Thread(target=master.leave))  # it waits for an answer
                leaving[-1].start()
            time.sleep(SESSION + 1)  # a batch that had begun may end
            before = [cluster.commands() for cluster in clusters]
            time.sleep(GRACE + 2)
            self.assertEqual([cluster.commands() for cluster in clusters], before, "written without a registry")
            world.zookeeper.resume()
            for thread in leaving:
                thread.join(60)
            print(f"standing still from {before} commands on")
            for cluster in clusters:
                cluster.settle()
                cluster.check(self, least=2 * ROWS)

    def test_zookeeper_and_every_master(self):
        """All masters go while it stands still and come again at their addresses."""
        with World(databases=KINDS) as world:
            clusters = [Cluster(world, kind, masters=OWNERS) for kind in KINDS]
            world.start(*[cluster.daemon(**SHORT) for cluster in clusters])
            for cluster in clusters:
                for master in list(cluster.masters.values()):
                    cluster.give(master, 50)
                cluster.daemons[0].after_sweeps(1)
            world.zookeeper.suspend()
            masters = [(cluster, master) for cluster in clusters for master in list(cluster.masters.values())]
            leaving = [threading.Thread(target=master.leave) for _, master in masters]
            for (cluster, master), thread in zip(masters, leaving):
                del cluster.masters[master.address]
                cluster.ledger.lost(master.name)
                cluster.ended[master.address] = time.monotonic()
                thread.start()
            time.sleep(SESSION + GRACE + 2)
            world.zookeeper.resume()
            for thread in leaving:
                thread.join(60)
            for cluster in clusters:
                for address in OWNERS:
                    cluster.join(address)
            for cluster in clusters:
                cluster.settle()
                cluster.check(self, least=3 * 50)

    def test_daemons(self):
        """The leader of two, or both, stand still at a drawn moment of a hand-over; the masters take up what is there,
        and another one goes meanwhile."""
        with World(databases=KINDS) as world:
            clusters = [Cluster(world, kind, masters=STAY) for kind in KINDS]
            for cluster in clusters:
                world.start(cluster.daemon(**SHORT), cluster.daemon(**SHORT))
            end = time.monotonic() + SECONDS
            rounds = middles = led = 0
            while time.monotonic() < end:
                for cluster in clusters:
                    self.lose_one(cluster)
                suspended = []
                for cluster in clusters:
                    before = cluster.commands()
                    wait_for("a hand-over", lambda: cluster.commands() > before, 30, cluster.log_tails, interval=0.01)
                    time.sleep(random.uniform(0, 0.3))
                    leader = cluster.leader()
                    both = random.random() < 0.3
                    for daemon in cluster.daemons if both or not leader else [leader]:
                        daemon.suspend()
                        suspended.append((cluster, daemon))
                    middles += cluster.ledger.outstanding(cluster.database) > 0
                for cluster in clusters:
                    self.lose_one(cluster)
                time.sleep(SESSION + GRACE + random.uniform(0.5, 2.5))
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
