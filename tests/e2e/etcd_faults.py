#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Faults of a cluster whose registry is an etcd: all masters go and one comes back; the leader of three daemons is
killed in the middle of a hand-over; the leader is cut off from etcd in the middle of one, past its lease, while it
still reaches the database."""

import base64
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, Toxiproxy, World, main, wait_for  # noqa: E402
from testbed.beside import BesideEachOther  # noqa: E402

from servers import Etcd  # noqa: E402
from servers.etcd import encoded  # noqa: E402

TTL, GRACE = 6, 2  # seconds, of the daemons
STAY = [f"127.9.8.{i}:5678" for i in range(1, 5)]
OWNERS = [f"127.9.9.{i}:5678" for i in range(1, 4)]
ROWS = 150  # of one master


class Session:
    """A lease with the keys of one master, in the calls that StandIn makes."""

    def __init__(self, etcd):
        self.etcd, self.lease = etcd, etcd.grant(3600)

    def ensure_path(self, path):
        self.etcd.put(path[1:], "")

    def create(self, path, data, ephemeral):
        self.etcd.put(path[1:], data.decode(), self.lease if ephemeral else "0")

    def stop(self):
        self.etcd.revoke(self.lease)

    def close(self):
        pass


class EtcdCluster(Cluster):
    address = "127.0.0.1:1"  # no ZooKeeper

    def __init__(self, world, etcd, *arguments, **options):
        self.etcd = etcd
        super().__init__(world, *arguments, **options)

    @property
    def registry(self):
        return self

    def client(self, timeout):
        return Session(self.etcd)

    def daemon(self, *kind, registry=None, failover=None, **changes):
        of_etcd = {"type": "etcd", "endpoints": self.etcd.endpoint, "ttl": f"{TTL}s", "namespace": self.namespace}
        times = {"grace": f"{GRACE}s", "batch": 2}
        return super().daemon(
            *kind,
            registry=of_etcd | {"connect": None, "session_timeout": None} | (registry or {}),
            failover=times | (failover or {}),
            **changes,
        )

    def leader(self):
        """The daemon whose key in the line is the oldest; None when that is none of ours."""
        line = f"{self.namespace}-reconciler/leader/"
        body = {"key": encoded(line), "range_end": encoded(line[:-1] + "0"), "sort_target": "CREATE", "limit": 1}
        first = self.etcd.post("/v3/kv/range", body).get("kvs")
        found = first and re.search(rb"pid (\d+)", base64.b64decode(first[0].get("value", "")))
        return found and next((d for d in self.daemons if d.running and d.process.pid == int(found.group(1))), None)


class EtcdFaults(BesideEachOther):
    @classmethod
    def prepare(cls):
        cls.world = World(zookeeper=False)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.etcd = Etcd(cls.world.scratch / "etcd")
        cls.world.start(cls.etcd)

    def begin(self, name, masters=STAY):
        return EtcdCluster(self.world, self.etcd, masters=masters, name=name)

    def start(self, daemon):
        self.world.start(daemon)
        daemon.after_sweeps(1)
        return daemon

    def lose_one(self, cluster, address):
        """An owner comes, owns rows, and goes."""
        master = cluster.join(address, takes_up=False)
        cluster.give(master, ROWS)
        cluster.lose(master)

    def check(self, cluster, least):
        account = cluster.check(self, least)
        self.assertEqual(account.taken_up, account.losses)
        self.assertEqual(self.etcd.keys(f"{cluster.namespace}/lock/"), [], "nothing is left locked")
        for daemon in cluster.daemons:
            daemon.stop()

    def test_all_masters_and_one_is_back(self):
        cluster = self.begin("all")
        daemon = self.start(cluster.daemon())
        for master in cluster.masters.values():
            cluster.give(master, ROWS)
        daemon.after_sweeps(1)
        cluster.lose(*cluster.masters.values())
        wait_for("the hold", lambda: daemon.logged("no_live_master"), seen=daemon.log_tail)
        time.sleep(2 * GRACE)
        self.assertEqual(cluster.commands(), 0, "handed over with no master alive\n" + daemon.log_tail())
        cluster.join(STAY[0])
        cluster.settle()
        self.check(cluster, len(STAY) * ROWS)

    def test_leader_of_three_is_killed(self):
        cluster = self.begin("three")
        daemons = [self.start(cluster.daemon()) for _ in range(3)]
        self.lose_one(cluster, OWNERS[0])
        middles = 0
        for number in range(2):
            cluster.await_commands(20 + number * ROWS, 60)
            killed = wait_for("a leader", cluster.leader, 30, cluster.log_tails)
            killed.kill()
            middles += cluster.ledger.outstanding(cluster.database) > 0
            self.lose_one(cluster, OWNERS[number + 1])
        self.assertGreater(middles, 0, "no hand-over was ever met in its middle")
        wait_for("the last one leads", lambda: cluster.leader() in daemons, 30, cluster.log_tails)
        for daemon in daemons:
            if not daemon.running:
                daemon.launch()
        cluster.settle()
        self.check(cluster, 3 * ROWS)

    def test_leader_is_cut_off_from_etcd(self):
        relay = Toxiproxy(self.world.scratch / "toxiproxy")
        self.world.start(relay)
        link = relay.link("etcd", self.etcd.address)
        cluster = self.begin("part")
        cut_off = self.start(cluster.daemon(registry={"endpoints": f"http://{link.address}"}))
        other = self.start(cluster.daemon())
        self.assertIs(cluster.leader(), cut_off)
        self.lose_one(cluster, OWNERS[0])
        cluster.await_commands(20, 60)
        for stream in ("upstream", "downstream"):  # silent: nothing is closed
            link.spoil("timeout", stream, timeout=0)
        parted = time.monotonic()
        self.assertGreater(cluster.ledger.outstanding(cluster.database), 0, "it was not in the middle")
        self.lose_one(cluster, OWNERS[1])
        wait_for("the other one leads", lambda: cluster.leader() is other, 30, cluster.log_tails)
        wait_for("its hand-over", lambda: not cluster.ledger.outstanding(cluster.database), 60, cluster.log_tails)
        time.sleep(max(0.0, parted + TTL + GRACE + 1 - time.monotonic()))
        link.heal()
        self.lose_one(cluster, OWNERS[2])
        cluster.settle()
        self.check(cluster, 3 * ROWS)


if __name__ == "__main__":
    main()
