#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The leading daemon is cut off from everything, in a network namespace whose packets are lost, in the middle of a
hand-over and past its session and grace: the one outside takes over; healed, the first one doubles nothing.
DSR_SECONDS is how long it goes on (default 1: one partition
for each database)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, Daemon, Namespace, Toxiproxy, World, main, wait_for  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "1"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
SESSION, GRACE = 6, 1  # seconds, of the daemons: see Cluster.daemon
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 150  # of one master
SHORT = {"failover": {"batch": 2}}


class Elsewhere(Daemon):
    """A daemon in a namespace."""

    namespace = None

    def command(self):
        return self.namespace.command(super().command())


class Partition(unittest.TestCase):
    def start_elsewhere(self, world, cluster):
        """The namespace and the daemon in it; it reaches the servers by a relay at the end of its wire."""
        namespace = world.end(Namespace())
        relay = Toxiproxy(world.scratch / "toxiproxy")
        world.start(relay)
        registry = relay.link("zookeeper", world.zookeeper.address, namespace.outside)
        database = relay.link("database", cluster.database.server.address, namespace.outside)
        daemon = cluster.daemon(
            Elsewhere,
            registry={"connect": registry.address},
            database={"host": namespace.outside, "port": database.port, "statement_timeout": "3s"},
            **SHORT,
        )
        daemon.namespace = namespace
        world.start(daemon)
        return namespace, daemon

    def lose_one(self, cluster):
        """An owner comes, owns rows, and goes."""
        address = random.choice([a for a in OWNERS if a not in cluster.masters])
        master = cluster.join(address, takes_up=False)
        cluster.give(master, ROWS)
        cluster.lose(master)

    def run_on(self, kind):
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s on {kind}")
        with World(databases=(kind,)) as world:
            cluster = Cluster(world, kind, masters=STAY)
            namespace, elsewhere = self.start_elsewhere(world, cluster)
            elsewhere.after_sweeps(1)
            world.start(cluster.daemon(database={"statement_timeout": "3s"}, **SHORT))
            outside = cluster.daemons[1]
            end = time.monotonic() + SECONDS
            rounds = middles = 0
            while time.monotonic() < end or middles == 0 and rounds < 6:
                if cluster.leader() is not elsewhere:  # so that the one that is cut off always leads
                    outside.kill()
                    wait_for("the leader elsewhere", lambda: cluster.leader() is elsewhere, 60, cluster.log_tails)
                    outside.launch()
                before = cluster.commands()
                self.lose_one(cluster)
                cluster.await_commands(before + random.randint(1, ROWS // 2))
                namespace.part()
                middles += cluster.ledger.outstanding(cluster.database) > 0
                parted = time.monotonic()
                self.lose_one(cluster)
                wait_for("the leader outside", lambda: cluster.leader() is outside, 30, cluster.log_tails)
                wait_for(
                    "its hand-over, with the rows that the other one had locked",
                    lambda: cluster.ledger.outstanding(cluster.database) == 0,
                    60,
                    cluster.log_tails,
                )
                time.sleep(max(0.0, parted + SESSION + GRACE + random.uniform(0.5, 2) - time.monotonic()))
                namespace.heal()
                cluster.settle()
                rounds += 1
            print(f"{rounds} partitions, {middles} of them in the middle of a hand-over")
            self.assertGreater(middles, 0, "no hand-over was ever met in its middle")
            cluster.check(self, least=2 * ROWS * rounds)

    def test_postgresql(self):
        self.run_on("postgresql")

    def test_mariadb(self):
        self.run_on("mysql")


if __name__ == "__main__":
    main()
