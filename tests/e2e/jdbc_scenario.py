# SPDX-License-Identifier: Apache-2.0
"""What the scenarios have in common whose registry is the database (jdbc_registry.py, jdbc_registry_3_2.py)."""

import contextlib
import itertools
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import JdbcCluster, World, wait_for  # noqa: E402
from testbed.daemon import DONE  # noqa: E402
from testbed.jdbc_registry import LOCK  # noqa: E402

from servers import DURABLE, MySQLOrMariaDB, PostgreSQL  # noqa: E402

RECOVERY = 100  # seconds within which what is lost is to be recovered
TRAP = 35  # seconds to wait for what must not happen: longer than the session, its margin and the grace
MANY = {"postgresql": {"max_connections": 400}, "mysql": {"max-connections": 400}}
SERVER = {"postgresql": PostgreSQL, "mysql": MySQLOrMariaDB}


class JdbcScenario:
    """On one kind of database."""

    kind = None
    recovery = RECOVERY
    numbers = itertools.count(1)

    @classmethod
    def prepare(cls):
        cls.world = World([cls.kind], settings=MANY, zookeeper=False)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def begin(self, masters=2, daemons=1, own_server=False, settings=None, **options):
        """A cluster at work with a worker server, and daemons that have seen it. `own_server`: of its database, which
        may be stopped without harm to the tests beside this one."""
        name = f"ds{next(self.numbers)}"
        if own_server:
            settings_of = MANY[self.kind] | DURABLE[self.kind]
            options["server"] = SERVER[self.kind](self.world.scratch / f"{name}-server", settings_of)
            self.addCleanup(options["server"].stop)
            options["server"].__enter__()
        cluster = JdbcCluster(self.world, self.kind, name=name, **options)
        self.addCleanup(self.end, cluster)
        cluster.serve()
        members = [cluster.join() for _ in range(masters)]
        made = [cluster.daemon(**settings or {}) for _ in range(daemons)]
        for daemon in made:
            daemon.__enter__()
            daemon.after_sweeps(2)
        return cluster, members

    def end(self, cluster):
        for daemon in cluster.daemons:
            with contextlib.suppress(Exception):
                daemon.kill_if_running()
        cluster.end()

    def recovered(self, cluster, least, taken_up=True, waits=True):
        """Everything that was lost, once; nothing is left locked, and no master was kept waiting for long. `waits`: none
        of them for another either."""
        if taken_up:
            cluster.taken_up(self.recovery)
        else:
            done = lambda: not cluster.ledger.outstanding(cluster.database)  # noqa: E731
            wait_for(f"{self.kind}: the recovery commands", done, self.recovery, cluster.logs)
        for daemon in cluster.daemons:
            if daemon.running:
                daemon.after_sweeps(2)
        account = cluster.check(self, least, taken_up)
        # A master that fails over beside the daemon may still hold its own.
        wait_for("no lock", lambda: cluster.database.value(f"select count(*) from {LOCK}") == 0, self.recovery)
        for master in cluster.masters.values():
            if waits:
                self.assertEqual(master.client.spins, 0, "the daemon's lock was seen: it must never be committed")
            self.assertLess(master.client.longest_wait, 8, "a master waited for the daemon")
        return account

    def assert_nothing(self, cluster, seconds=TRAP):
        """Nothing was handed over, and nothing is in that time; no living master was stopped by a marker."""
        living = set(cluster.masters)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertEqual(cluster.commands(), 0, cluster.logs())
            time.sleep(0.5)
        self.assertEqual(cluster.database.value(f"select count(*) from {cluster.instances} where state = 18"), 0)
        self.assertEqual(set(cluster.masters), living, cluster.logs())

    def waiting(self, cluster):
        """Whether a statement waits for a lock in this database. MariaDB keeps its answer while it is asked again within
        0.1 s."""
        if self.kind == "postgresql":
            return cluster.database.value(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
        return cluster.database.value(
            "select count(*) from information_schema.innodb_trx t join information_schema.processlist p "
            "on p.id = t.trx_mysql_thread_id where t.trx_state = 'LOCK WAIT' and p.db = database()"
        )

    def terminate(self, cluster):
        """All connections of the daemon's user to this database."""
        if self.kind == "postgresql":
            cluster.database.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = %s and datname = current_database()",
                cluster.database.least_user,
            )
            return
        for row in cluster.database.rows(
            "select id from information_schema.processlist where user = %s and db = database()",
            cluster.database.least_user,
        ):
            with contextlib.suppress(Exception):  # it went by itself
                cluster.database.execute(f"kill {row['id']}")

    def swept(self, cluster, *said, code=None):
        """One sweep writes nothing, and says each of the texts."""
        daemon = cluster.daemon(failover={"grace": "0s"})
        result = daemon.sweep()
        self.assertNotIn("please report it", result.out + result.err, result)
        self.assertEqual(cluster.commands(), 0, result)
        if code is None:
            self.assertNotEqual(result.code, DONE, result)
        else:
            self.assertEqual(result.code, code, result)
        for text in said:
            self.assertIn(text, result.out + result.err, result)
        return result
