#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real 3.1.1 master whose registry is an etcd, beside the daemon: it dies and is recovered with one command for each
workflow; it outlives an etcd that is down for a minute; etcd loses its leader, all masters are lost, and another one
comes; it queues for a failover lock behind a key of our form. (The other order is in etcd_registry.py, with a key of a
master's form.)"""

import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import (  # noqa: E402
    Daemon,
    EtcdMaster,
    World,
    define_tenant,
    define_workflow,
    fetch,
    insert_running,
    main,
    published_schema,
    wait_for,
)

from servers import Etcd, EtcdCluster  # noqa: E402

NAMESPACE = "dolphinscheduler"
ALIVE, LOST = "127.9.9.1:5678", "127.9.9.9:5678"
IDS = [1, 2, 3]


class StandIn:
    """A registration as a master of 3.1 makes it."""

    def __init__(self, etcd, address):
        self.etcd, self.key = etcd, f"{NAMESPACE}/nodes/master/{address}"
        stamp = int(time.time() * 1000)
        heartbeat = {"startupTime": stamp - 60_000, "reportTime": stamp, "processId": 4711, "cpuUsage": 0.1}
        etcd.put(self.key, json.dumps(heartbeat), etcd.grant(3600))

    def leave(self):
        self.etcd.delete(self.key)


class EtcdMasters(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        fetch()

    def begin(self, world, etcd=None):
        """`etcd`: one that runs already."""
        if etcd is None:
            etcd = Etcd(world.scratch / "etcd")
            world.start(etcd)
        for kind in ("master", "worker"):
            etcd.put(f"{NAMESPACE}/nodes/{kind}", "")
        database = world.database("ds", schema=published_schema("3.1.1", "postgresql"))
        define_tenant(database)
        define_workflow(database, 9001, "true")
        database.log_changes()
        return etcd, database

    def daemon(self, world, etcd, database):
        registry = {"type": "etcd", "endpoints": etcd.endpoint, "ttl": "10s", "connect": None, "session_timeout": None}
        return Daemon(
            world.scratch / "daemon",
            "127.0.0.1:1",
            database,
            registry=registry,
            sweep={"interval": "1s"},
            failover={"grace": "3s", "confirmations": 1},
        )

    def at_work(self, world, etcd, database, **environment):
        """A master that runs workflows, and a daemon that has seen it."""
        master = EtcdMaster(world.scratch / "master-a", etcd, database, **environment)
        daemon = self.daemon(world, etcd, database)
        world.start(master)
        world.start(daemon)
        daemon.after_sweeps(2)
        wait_for("its first search for orphans", lambda: master.logged("[Ff]ailover"), 60, master.log_tail)
        self.own(database, master.address)
        return master, daemon

    def own(self, database, host):
        """Workflows that the host runs."""
        for number in IDS:
            insert_running(
                database,
                number,
                host,
                age=1,
                recovery=0,
                tenant_id=1,
                is_sub_process=0,
                task_depend_type=2,
                failure_strategy=1,
                warning_type=0,
                worker_group="default",
                history_cmd="START_PROCESS",
            )

    def inserted(self, database):
        """The instances of all recovery commands that were ever inserted."""
        return sorted(
            c["new"]["process_instance_id"]
            for c in database.changes()
            if c["tab"] == "t_ds_command" and c["op"] == "INSERT"
        )

    def hosts(self, database):
        return {r["host"] for r in database.rows("select host from t_ds_process_instance where id < 1000")}

    def test_a_master_dies(self):
        with World() as world:
            etcd, database = self.begin(world)
            alive = StandIn(etcd, ALIVE)
            first, daemon = self.at_work(world, etcd, database)
            daemon.after_sweeps(3)
            self.assertEqual(self.inserted(database), [], "its owner lives\n" + daemon.log_tail())
            first.kill()
            wait_for("the recovery commands", lambda: self.inserted(database) == IDS, 120, daemon.log_tail)
            daemon.after_sweeps(3)
            self.assertEqual(self.inserted(database), IDS, daemon.log_tail())
            second = EtcdMaster(world.scratch / "master-b", etcd, database)
            world.start(second)
            wait_for("its registration", second.registered, 60, second.log_tail)
            alive.leave()  # masters share the commands by their ids, and this one takes none
            wait_for(
                "the second master has taken them up",
                lambda: self.hosts(database) == {second.address},
                120,
                lambda: f"{self.hosts(database)}\n{second.log_tail()}",
            )
            daemon.after_sweeps(3)
            self.assertEqual(self.inserted(database), IDS, daemon.log_tail())
            self.assertEqual(database.value("select count(*) from t_ds_error_command"), 0)

    def test_leader_of_etcd_and_then_all_masters_are_lost(self):
        with World() as world:
            cluster = EtcdCluster(world.scratch)
            world.start(*cluster.members)
            _, database = self.begin(world, etcd=cluster)
            first, daemon = self.at_work(world, cluster, database, RESERVED_MEMORY="1000000")
            cluster.leader().kill()
            daemon.after_sweeps(10)  # longer than the grace
            self.assertEqual(self.inserted(database), [], "its owner, or nobody, lives\n" + daemon.log_tail())
            if first.running:  # etcd's errors during an election of more than 1.5 s make a master stop itself
                first.kill()
            wait_for("nobody lives", lambda: not first.registered(), 90, daemon.log_tail)
            daemon.after_sweeps(5)
            self.assertEqual(self.inserted(database), [], "nobody could take them up\n" + daemon.log_tail())
            second = EtcdMaster(world.scratch / "master-b", cluster, database)
            world.start(second)
            wait_for(
                "the second master has taken them up",
                lambda: self.hosts(database) == {second.address},
                150,
                lambda: f"{self.hosts(database)}\n{second.log_tail()}\n{daemon.log_tail()}",
            )
            daemon.after_sweeps(3)
            self.assertEqual(self.inserted(database), IDS, daemon.log_tail())

    def test_etcd_is_down_for_a_minute(self):
        with World() as world:
            etcd, database = self.begin(world)
            master, daemon = self.at_work(world, etcd, database, RESERVED_MEMORY="1000000")
            daemon.after_sweeps(2)
            etcd.kill()
            time.sleep(60)
            self.assertTrue(master.running, "it lives on\n" + master.log_tail())
            etcd.restart()
            daemon.after_sweeps(5)
            wait_for("its registration", master.registered, 60, master.log_tail)
            daemon.after_sweeps(5)
            self.assertEqual(self.inserted(database), [], daemon.log_tail())
            self.assertEqual(self.hosts(database), {master.address})

    def test_the_queue_of_a_lock(self):
        with World() as world:
            etcd, database = self.begin(world)
            StandIn(etcd, ALIVE)
            lost = StandIn(etcd, LOST)
            master = EtcdMaster(world.scratch / "master-a", etcd, database, RESERVED_MEMORY="1000000")
            world.start(master)
            wait_for("its first search for orphans", lambda: master.logged("[Ff]ailover"), 60, master.log_tail)
            time.sleep(10)
            self.own(database, LOST)
            queue = f"{NAMESPACE}/lock/failover/masters/{LOST}/"
            lease = etcd.grant(120)
            etcd.put(f"{queue}{int(lease):x}-1", "ds-reconciler", lease)
            lost.leave()
            wait_for("the master queues behind it", lambda: len(etcd.keys(queue)) == 2, 60, master.log_tail)
            time.sleep(5)
            self.assertEqual(self.inserted(database), [], master.log_tail())


if __name__ == "__main__":
    main()
