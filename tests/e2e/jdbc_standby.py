#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A registry in a database that only follows another one is refused by name, and nothing is handed over by it: what it
shows may be late."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import JdbcCluster, World, main, wait_for  # noqa: E402

from servers import PostgreSQL  # noqa: E402

REFUSED = "is read-only, such as a hot standby.*point the reconciler at the primary"
ROWS = 5


class Standby(PostgreSQL):
    """Follows `primary` from a copy that it makes."""

    def __init__(self, directory, primary):
        super().__init__(directory, primary.settings)
        self.primary, self.password = primary, primary.password

    def begin(self):
        self.data = self.home() / "data"
        copy = [f"{self.programs()}/pg_basebackup", "-h", "127.0.0.1", "-p", str(self.primary.port)]
        user = self.run_as or (None, None, None)
        subprocess.run(
            [*copy, "-U", self.user, "-D", str(self.data), "-R", "-c", "fast"],
            env=self.environment(),
            check=True,
            timeout=120,
            user=user[1],
            group=user[2],
            extra_groups=[] if user[1] is not None else None,
        )


class JdbcStandby(unittest.TestCase):
    def begin(self, kind, settings=None):
        world = World([kind], settings={kind: settings}, zookeeper=False)
        world.__enter__()
        self.addCleanup(world.__exit__)
        cluster = JdbcCluster(world, kind)
        self.addCleanup(cluster.end)
        cluster.serve()
        lost = cluster.join()
        cluster.join()
        cluster.give(lost, ROWS)
        return world, cluster, lost

    def run_daemon(self, cluster, **changes):
        daemon = cluster.daemon(**changes)
        cluster.world.start(daemon)
        daemon.after_sweeps(2)
        return daemon

    def recovered(self, cluster):
        cluster.taken_up(100)
        cluster.check(self, ROWS)

    def test_postgresql(self):
        world, cluster, lost = self.begin("postgresql", {"wal_level": "replica", "max_wal_senders": 5})
        primary = self.run_daemon(cluster)
        standby = Standby(world.scratch / "standby", world.servers["postgresql"])
        world.start(standby)
        daemon = cluster.daemon(database={"port": standby.port})
        world.start(daemon)
        wait_for("the refusal", lambda: daemon.logged(REFUSED), 60, daemon.log_tail)
        primary.kill()
        cluster.lose(lost)
        wait_for("its purge", lambda: not cluster.registered(lost.address), 60)
        daemon.after_sweeps(4)
        self.assertEqual(cluster.commands(), 0, daemon.log_tail())
        self.assertIn("read-only", daemon.sweep().out)
        daemon.stop()
        primary.launch()
        self.recovered(cluster)

    def test_mariadb(self):
        world, cluster, lost = self.begin("mysql")
        daemon = self.run_daemon(cluster)
        cluster.lose(lost)
        cluster.database.execute("set global read_only = 1")  # masters go on: they have the right to write all the same
        try:
            wait_for("the refusal", lambda: daemon.logged(REFUSED), 60, daemon.log_tail)
            wait_for("its purge", lambda: not cluster.registered(lost.address), 60)
            daemon.after_sweeps(4)
            self.assertEqual(cluster.commands(), 0, daemon.log_tail())
        finally:
            cluster.database.execute("set global read_only = 0")
        self.recovered(cluster)


if __name__ == "__main__":
    main()
