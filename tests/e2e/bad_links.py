#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Slow and cut links between two daemons and their ZooKeeper and database, drawn anew every few seconds while masters
come and go: nothing lost, nothing doubled. DSR_SECONDS is how long it goes on (default 12)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, Toxiproxy, World, main  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "12"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
KINDS = ("postgresql", "mysql")
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
COME_AND_GO = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 150  # of one master


class BadLinks(unittest.TestCase):
    def start(self, world, proxy, cluster):
        """Two daemons; their links: [to ZooKeeper, to the database, ...]"""
        links = []
        for number in range(2):
            registry = proxy.link(f"{cluster.kind}-{number}-zookeeper", world.zookeeper.address)
            database = proxy.link(f"{cluster.kind}-{number}-database", cluster.database.server.address)
            links += [registry, database]
            world.start(
                cluster.daemon(
                    registry={"connect": registry.address},
                    database={"port": database.port, "connect_timeout": "2s", "statement_timeout": "3s"},
                )
            )
        return links

    def spoil(self, link):
        """One fault, drawn."""
        stream = random.choice(["upstream", "downstream"])
        fault = random.choice(["cut", "black hole", "timeout", "reset", "reset", "latency", "bandwidth"])
        if fault == "cut":
            link.cut()
        elif fault == "black hole":
            link.spoil("timeout", stream, timeout=0)
        elif fault == "timeout":
            link.spoil("timeout", stream, timeout=random.randint(50, 1500))
        elif fault == "reset":
            link.spoil("reset_peer", stream, timeout=random.randint(0, 800))
        elif fault == "latency":
            link.spoil("latency", stream, latency=random.randint(5, 700), jitter=random.randint(0, 200))
        else:
            link.spoil("bandwidth", stream, rate=random.randint(1, 20))
        return f"{link.name}: {fault} {stream}"

    def test_bad_links(self):
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s")
        with World(databases=KINDS) as world:
            proxy = Toxiproxy(world.scratch / "toxiproxy")
            world.start(proxy)
            clusters = [Cluster(world, kind, masters=[*STAY, *COME_AND_GO]) for kind in KINDS]
            links = [link for cluster in clusters for link in self.start(world, proxy, cluster)]
            told, losses = [], 0
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                address = random.choice(COME_AND_GO)
                for cluster in clusters:
                    if address not in cluster.masters:
                        cluster.join(address)
                    cluster.give(cluster.masters[address], ROWS)
                for cluster in clusters:
                    cluster.lose(cluster.masters[address])
                losses += 1
                time.sleep(random.uniform(0.5, 1.5))  # the grace, and into the sweep that answers
                bad = random.sample(links, random.randint(1, len(links)))
                told += [f"{time.strftime('%X')} {self.spoil(link)}" for link in bad]
                time.sleep(random.uniform(0.2, 4))
                for link in bad:
                    link.heal()
                time.sleep(random.uniform(0, 1.5))
            print(f"{losses} losses of a master each, {len(told)} faults\n  " + "\n  ".join(told))
            for cluster in clusters:
                cluster.join("127.9.7.1:5678")
                cluster.settle()
                cluster.check(self, least=ROWS * losses)


if __name__ == "__main__":
    main()
