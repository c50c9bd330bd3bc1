#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the daemon does with things that are wrong: a clear message, the right exit code, nothing written."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, free_port, insert_running, main  # noqa: E402
from testbed.daemon import HELD, OUT_OF_REACH, USAGE  # noqa: E402

from servers import ZooKeeper  # noqa: E402

DEAD = "127.9.9.9:5678"


class WithWorld(unittest.TestCase):
    """One world for all tests of a class: a dead master's run, and a living master."""

    kind = "postgresql"

    def setUp(self):
        self.number = getattr(type(self), "number", 0) + 1
        type(self).number = self.number
        self.database = self.world.database(f"ds{self.number}", kind=self.kind)
        define_workflow(self.database, 9001)
        insert_running(self.database, 1, DEAD, name="wf")
        self.database.start_workflow("127.9.9.1:5678")  # shows that registry and database belong together
        self.database.log_changes()
        self.namespace = f"ds{self.number}"

    @classmethod
    def setUpClass(cls):
        cls.world = World([cls.kind])
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def daemon(self, with_master=True, **changes):
        if with_master:
            self.master_registers()
        daemon = Daemon(
            self.world.scratch / f"daemon{self.number}",
            self.world.zookeeper,
            self.database,
            namespace=self.namespace,
            as_owner=True,  # nothing can be prepared in a database that is not there or of something else
            **changes,
        )
        self.addCleanup(daemon.kill_if_running)
        return daemon

    def master_registers(self):
        self.addCleanup(StandIn(self.world.zookeeper, "127.9.9.1:5678", namespace=self.namespace, startup_ms=int((time.time() - 600) * 1000)).leave)

    def assert_refused(self, result, code, *said):
        """That exit code, each of the texts in what it printed, no secret in it, and nothing written."""
        self.assertEqual(result.code, code, result)
        for text in said:
            self.assertIn(text, result.out + result.err, result)
        self.assertNotIn(self.database.server.password, result.out + result.err, "the password was printed")
        self.assertNotIn("please report it", result.out + result.err, result)
        self.assertEqual([c for c in self.database.changes() if c["tab"] != "t_ds_alert"], [], result)


class LonelyServer(ZooKeeper):
    """A member of an ensemble whose other member is not there, in read-only mode."""

    def command(self):
        command = super().command()
        config = self.directory / "zoo.cfg"
        config.write_text(config.read_text() + f"initLimit=5\nsyncLimit=2\nserver.1=127.0.0.1:{free_port()}:{free_port()}\n"
                          f"server.2=127.0.0.1:{free_port()}:{free_port()}\n")
        (self.directory / "data").mkdir(exist_ok=True)
        (self.directory / "data" / "myid").write_text("1\n")
        main = command.index("org.apache.zookeeper.server.ZooKeeperServerMain")
        command[main] = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        command.insert(1, "-Dreadonlymode.enabled=true")
        return command

    def is_ready(self):
        return "Mode: read-only" in self.four_letters("srvr")


class RegistryOutOfReach(WithWorld):
    def test_zookeeper_down(self):
        port = free_port()
        daemon = self.daemon(registry={"connect": f"127.0.0.1:{port}"})
        self.assert_refused(daemon.sweep(), OUT_OF_REACH, f"127.0.0.1:{port}")

    def test_zookeeper_name_unresolvable(self):
        daemon = self.daemon(registry={"connect": "no-such-host.invalid:2181"})
        self.assert_refused(daemon.sweep(), OUT_OF_REACH, "no-such-host.invalid")

    def test_zookeeper_read_only(self):
        """One of two servers, which without its peer serves only those who accept old answers: the daemon does not."""
        with LonelyServer(self.world.scratch / f"read-only-{self.number}") as lonely:
            daemon = self.daemon(registry={"connect": lonely.address})
            self.assert_refused(daemon.sweep(), OUT_OF_REACH, lonely.address)

    def test_namespace_absent(self):
        result = self.daemon(with_master=False).sweep()
        self.assert_refused(result, HELD, self.namespace, "registry.namespace")
        self.assertEqual([h["guard"] for h in result.report["holds"]], ["registry_not_fresh"], result)


class DatabaseOutOfReach(WithWorld):
    def test_database_down(self):
        port = free_port()
        self.assert_refused(self.daemon(database={"port": port}).sweep(), OUT_OF_REACH, str(port))

    def test_wrong_password(self):
        daemon = self.daemon()
        (daemon.directory / "password").write_text("not-the-password")
        result = daemon.sweep()
        self.assert_refused(result, OUT_OF_REACH, "password")
        self.assertNotIn("not-the-password", result.out + result.err)

    def test_no_such_database(self):
        self.assert_refused(self.daemon(database={"name": "nowhere"}).sweep(), OUT_OF_REACH, "nowhere")

    def test_schema_of_something_else(self):
        self.database.server.create_database(f"other{self.number}")
        result = self.daemon(database={"name": f"other{self.number}"}).sweep()
        self.assert_refused(result, HELD)
        self.assertEqual([h["guard"] for h in result.report["holds"]], ["unknown_schema"], result)

    def test_a_column_is_missing(self):
        self.database.execute("alter table t_ds_process_instance drop column restart_time")
        result = self.daemon().sweep()
        self.assert_refused(result, HELD, "restart_time")
        self.assertEqual([h["guard"] for h in result.report["holds"]], ["unknown_schema"], result)


class DatabaseOutOfReachMariaDB(DatabaseOutOfReach):
    kind = "mysql"


class Configuration(WithWorld):
    def test_no_such_file(self):
        daemon = self.daemon()
        daemon.config.unlink()
        self.assert_refused(daemon.sweep(), USAGE, str(daemon.config))

    def test_secret_file_absent(self):
        self.assert_refused(
            self.daemon(database={"password_file": "/nonexistent/secret"}).sweep(), USAGE, "/nonexistent/secret"
        )

    def test_secret_file_is_a_folder(self):
        self.assert_refused(self.daemon(database={"password_file": "/tmp"}).sweep(), USAGE, "/tmp")

    def test_no_time_zone(self):
        self.assert_refused(self.daemon(database={"time_zone": None}).sweep(), USAGE, "time_zone")

    def test_unknown_time_zone(self):
        self.assert_refused(self.daemon(database={"time_zone": "Mars/Olympus"}).sweep(), USAGE, "Mars/Olympus")

    def test_every_error_at_once_with_its_line(self):
        daemon = self.daemon(
            failover={"grase": "1s", "confirmations": "two"}, sweep={"interval": "5 parsecs"}, alerts={"group": -1}
        )
        result = daemon.check_config()
        lines = daemon.config.read_text().splitlines()
        for key, near in (("grase", "grace"), ("confirmations", ""), ("interval", ""), ("group", "")):
            number = next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(f"{key}:"))
            self.assert_refused(result, USAGE, key, near, f"{daemon.config}:{number}")

    def test_a_key_twice(self):
        daemon = self.daemon()
        daemon.config.write_text(daemon.config.read_text().replace("  grace:", '  grace: "1s"\n  grace:'))
        self.assert_refused(daemon.sweep(), USAGE, "grace")

    def test_no_yaml(self):
        daemon = self.daemon()
        daemon.config.write_text("registry: [unclosed\n")
        self.assert_refused(daemon.sweep(), USAGE, str(daemon.config))

    def test_a_good_one(self):
        daemon = self.daemon()
        result = daemon.check_config()
        self.assertEqual(result.code, 0, result)
        self.assertNotIn(self.database.server.password, result.out + result.err)

    def test_command_line(self):
        daemon = self.daemon()
        for arguments in ((), ("sweep",), ("sweep", "--config", daemon.config, "--frobnicate"), ("dance",)):
            self.assert_refused(daemon.call(*arguments), USAGE)

    def test_dry_run_writes_nothing_anywhere(self):
        daemon = self.daemon()
        result = daemon.sweep("--dry-run")
        self.assertEqual(result.actions(), {1: ("orphan", "would_recover")}, result)
        self.assertEqual(self.database.changes(), [], result)
        self.assertFalse(self.world.zookeeper.shared_client().exists(f"/{self.namespace}/lock"), "it took a lock")


if __name__ == "__main__":
    main()
