#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The registry is an etcd: workflows of a lost master are recovered once, by the daemon that leads; nothing is done
while etcd is down, while a lost master's address accepts connections or the database has an active session from it, or
with a wrong configuration."""

import contextlib
import copy
import json
import pathlib
import re
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, Through, World, define_workflow, insert_running, main, wait_for  # noqa: E402

from servers import Etcd, EtcdCluster  # noqa: E402

NAMESPACE = "dolphinscheduler"
ALIVE, LOST = "127.9.9.1:5678", "127.9.9.9:5678"
IDS = [1, 2, 3]
NO_QUORUM = "etcd at http.*most of its members must be up and connected"


class StandIn:
    """A registration as a master of 3.1 makes it, kept until it leaves."""

    def __init__(self, etcd, address):
        self.etcd, self.key = etcd, f"{NAMESPACE}/nodes/master/{address}"
        stamp = int(time.time() * 1000)
        heartbeat = json.dumps({"startupTime": stamp - 60_000, "reportTime": stamp, "processId": 4711})
        etcd.put(self.key, heartbeat, etcd.grant(3600))

    def leave(self):
        self.etcd.delete(self.key)


class EtcdRegistry(unittest.TestCase):
    maxDiff = None

    def begin(self, world, *options, kind="postgresql", etcd=None):
        """An etcd with two masters, one of which owns workflows, and their database. `etcd`: one that runs already."""
        if etcd is None:
            etcd = Etcd(world.scratch / "etcd", *options)
            world.start(etcd)
        for server in ("master", "worker"):
            etcd.put(f"{NAMESPACE}/nodes/{server}", "")
        StandIn(etcd, ALIVE)
        lost = StandIn(etcd, LOST)
        database = world.database("ds", kind=kind)
        define_workflow(database, 9001)
        for number in IDS:
            insert_running(database, number, LOST, age=30)
        database.log_changes()
        return etcd, lost, database

    def daemon(self, world, etcd, database, name="daemon", registry=None, **changes):
        settings = {"type": "etcd", "endpoints": etcd.endpoint, "ttl": "8s", "connect": None, "session_timeout": None}
        changes = {"sweep": {"interval": "1s"}, "failover": {"grace": "3s", "confirmations": 1}} | changes
        return Daemon(
            world.scratch / name, "127.0.0.1:1", database, registry=settings | (registry or {}), **changes
        )

    def commands(self, database):
        return sorted(r["id"] for r in database.rows("select process_instance_id as id from t_ds_command"))

    def ever(self, database):
        return sum(1 for c in database.changes() if c["tab"] == "t_ds_command" and c["op"] == "INSERT")

    def test_takeover_by_the_leader(self):
        with World() as world:
            etcd, lost, database = self.begin(world)
            first = self.daemon(world, etcd, database, "first")
            world.start(first)
            first.after_sweeps(2)
            second = self.daemon(world, etcd, database, "second")
            world.start(second)
            second.after_sweeps(2)
            self.assertEqual(len(etcd.keys(f"{NAMESPACE}-reconciler/leader/")), 2)
            self.assertEqual(self.commands(database), [])
            first.kill()  # its lease ends after 8 s
            lost.leave()
            wait_for(
                "the recovery commands",
                lambda: self.commands(database) == IDS,
                60,
                lambda: f"{first.log_tail()}\n---\n{second.log_tail()}",
            )
            second.after_sweeps(2)
            self.assertEqual(self.ever(database), len(IDS), second.log_tail())
            self.assertEqual(etcd.keys(f"{NAMESPACE}/lock/"), [])
            second.stop()
            self.assertEqual(
                [key for key in etcd.keys(f"{NAMESPACE}-reconciler/") if "leader" not in key], [], "nothing is left"
            )

    def test_absent_master_that_accepts_connections(self):
        with World() as world:
            etcd, lost, database = self.begin(world)
            daemon = self.daemon(world, etcd, database)
            world.start(daemon)
            daemon.after_sweeps(2)
            host, _, port = LOST.rpartition(":")
            with socket.create_server((host, int(port))):
                lost.leave()
                wait_for(
                    "the zombie",
                    lambda: daemon.logged("accepts connections") or daemon.logged("zombie"),
                    60,
                    daemon.log_tail,
                )
                daemon.after_sweeps(4)
                self.assertEqual(self.ever(database), 0, daemon.log_tail())
            wait_for("the recovery commands", lambda: self.commands(database) == IDS, 60, daemon.log_tail)
            daemon.after_sweeps(2)
            self.assertEqual(self.ever(database), len(IDS), daemon.log_tail())

    def work_in_database(self, world, kind):
        """A lost master that nobody can connect to, but that goes on asking the database for commands."""
        etcd, lost, database = self.begin(world, kind=kind)
        daemon = self.daemon(world, etcd, database)
        rights = daemon.call("init-db", "--print-grants", "--config", daemon.config).out.partition("-- Optional")[2]
        (right,) = (line.removeprefix("-- ") for line in rights.splitlines() if line.startswith("-- grant "))
        database.execute(re.sub(r"\bds_reconciler\b", database.least_user, right))
        world.start(daemon)
        daemon.after_sweeps(2)
        way = world.end(Through(LOST.partition(":")[0], database.server.port))
        server = copy.copy(database.server)
        server.port = way.port
        with contextlib.closing(server.connect(database.name)) as session:
            stop = threading.Event()

            def ask():
                while not stop.wait(0.5):
                    with session.cursor() as cursor:
                        cursor.execute("select id from t_ds_command")
                        cursor.fetchall()

            asking = threading.Thread(target=ask)
            asking.start()
            try:
                lost.leave()
                wait_for("the zombie", lambda: daemon.logged("active session from its address"), 60, daemon.log_tail)
                daemon.after_sweeps(4)
                self.assertEqual(self.ever(database), 0, daemon.log_tail())
            finally:
                stop.set()
                asking.join()
        wait_for("the recovery commands", lambda: self.commands(database) == IDS, 60, daemon.log_tail)
        daemon.after_sweeps(2)
        self.assertEqual(self.ever(database), len(IDS), daemon.log_tail())

    def test_absent_master_that_works_in_postgresql(self):
        with World() as world:
            self.work_in_database(world, "postgresql")

    def test_absent_master_that_works_in_mariadb(self):
        with World(["mysql"]) as world:
            self.work_in_database(world, "mysql")

    def test_etcd_is_down(self):
        with World() as world:
            etcd, lost, database = self.begin(world)
            daemon = self.daemon(world, etcd, database)
            world.start(daemon)
            daemon.after_sweeps(2)
            etcd.kill()
            time.sleep(15)  # longer than the grace, and than the daemon's lease
            self.assertEqual(self.ever(database), 0, daemon.log_tail())
            etcd.restart()
            daemon.after_sweeps(3)
            self.assertEqual(self.ever(database), 0, daemon.log_tail())
            lost.leave()
            wait_for("the recovery commands", lambda: self.commands(database) == IDS, 60, daemon.log_tail)
            daemon.after_sweeps(2)
            self.assertEqual(self.ever(database), len(IDS), daemon.log_tail())

    def test_two_of_three_members_are_down(self):
        """What is lost in the last view before that is handed over only when there is a quorum again."""
        with World() as world:
            cluster = EtcdCluster(world.scratch)
            members = cluster.members
            world.start(*members)
            etcd, lost, database = self.begin(world, etcd=members[0])
            daemon = self.daemon(world, etcd, database, registry={"endpoints": cluster.endpoint})
            world.start(daemon)
            daemon.after_sweeps(2)
            lost.leave()
            for member in members[1:]:
                member.kill()
            wait_for("the message", lambda: daemon.logged(NO_QUORUM), 60, daemon.log_tail)
            time.sleep(15)  # longer than the grace, and than the daemon's lease
            self.assertEqual(self.ever(database), 0, daemon.log_tail())
            for member in members[1:]:
                member.launch()
            wait_for("the recovery commands", lambda: self.commands(database) == IDS, 90, daemon.log_tail)
            daemon.after_sweeps(2)
            self.assertEqual(self.ever(database), len(IDS), daemon.log_tail())

    def test_masters_lock(self):
        with World() as world:
            etcd, lost, database = self.begin(world)
            daemon = self.daemon(world, etcd, database, failover={"grace": "3s", "confirmations": 1, "lock_wait": "1s"})
            world.start(daemon)
            daemon.after_sweeps(2)
            lease = etcd.grant(60)
            etcd.put(f"{NAMESPACE}/lock/failover/masters/{LOST}/{int(lease):x}", "", lease)
            lost.leave()
            wait_for("the stuck lock", lambda: daemon.logged("lock_stuck"), 60, daemon.log_tail)
            self.assertEqual(self.ever(database), 0, daemon.log_tail())
            etcd.revoke(lease)
            wait_for("the recovery commands", lambda: self.commands(database) == IDS, 60, daemon.log_tail)

    def test_wrong_configuration(self):
        with World() as world:
            etcd, _, database = self.begin(world, "--enable-grpc-gateway=true")
            wrong_namespace = self.daemon(world, etcd, database, "namespace", registry={"namespace": "elsewhere"})
            result = wrong_namespace.sweep()
            self.assertNotEqual(result.code, 0, result)
            self.assertIn("elsewhere/nodes/master does not exist in etcd", result.out + result.err)
            secret = world.scratch / "etcd.password"
            secret.touch(mode=0o600)
            secret.write_text("guessed\n")
            with_user = self.daemon(
                world, etcd, database, "user", registry={"user": "ds", "password_file": str(secret)}
            )
            result = with_user.sweep()
            self.assertNotEqual(result.code, 0, result)
            self.assertIn("authentication is not enabled", result.out + result.err)
            both = self.daemon(world, etcd, database, "both", registry={"connect": "127.0.0.1:2181"})
            result = both.check_config()
            self.assertEqual(result.code, 2, result)
            self.assertIn("registry.connect", result.out + result.err)


if __name__ == "__main__":
    main()
