#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The registry is an etcd: workflows of a lost master are recovered once, by the daemon that leads; nothing is done
while etcd is down, while a lost master's address accepts connections, or with a wrong configuration."""

import json
import pathlib
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, World, define_workflow, insert_running, main, wait_for  # noqa: E402

from servers import Etcd  # noqa: E402

NAMESPACE = "dolphinscheduler"
ALIVE, LOST = "127.9.9.1:5678", "127.9.9.9:5678"
IDS = [1, 2, 3]


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

    def begin(self, world, *options):
        """An etcd with two masters, one of which owns workflows, and their database."""
        etcd = Etcd(world.scratch / "etcd", *options)
        world.start(etcd)
        for kind in ("master", "worker"):
            etcd.put(f"{NAMESPACE}/nodes/{kind}", "")
        StandIn(etcd, ALIVE)
        lost = StandIn(etcd, LOST)
        database = world.database("ds")
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
