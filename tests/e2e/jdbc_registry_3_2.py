#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The registry is the database of a 3.2 cluster: rows that anybody purges after some seconds, locks that tell nothing of
their holder. What killed masters ran is recovered once; nothing is done to those that live and only look lost. Masters
are those of testbed/jdbc_masters_3_2.py; what was lost, written and taken up is compared with the ledger."""

import itertools
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import JdbcCluster, Times, main, wait_for  # noqa: E402
from testbed.beside import BesideEachOther  # noqa: E402
from testbed.jdbc_masters_3_2 import V321, V322  # noqa: E402
from testbed.jdbc_registry import DATA, LOCK  # noqa: E402

from jdbc_scenario import JdbcScenario  # noqa: E402

TRAP = 75  # seconds: longer than a registration of 3.2 must be absent
RECOVERY = 140
HEARTBEAT = Times(heartbeat=2.5)  # to the terms as 10 s to 6 s
JdbcCluster.nets = itertools.count(120)  # not those of jdbc_registry.py, which may run at the same time


class JdbcRegistry32(JdbcScenario):
    recovery = RECOVERY
    at_once = 9

    def begin(self, release=V322, times=HEARTBEAT, **options):
        options["settings"] = {"failover": {"stopped_rows": "recover"} | options.pop("failover", {})}
        return super().begin(release=release, times=times, **options)

    def test_killed_master(self):
        """Another one lives: one command each, then taken up."""
        cluster, (lost, other) = self.begin()
        cluster.give(lost, 60)
        cluster.give(other, 20)
        cluster.lose(lost)
        account = self.recovered(cluster, 60)
        self.assertEqual((account.losses, account.by_masters), (60, 0))

    def test_masters_that_fail_over_too(self):
        """At once, when they see that a row is gone, and some seconds after their start; those of 3.2.1 give up what
        another one has locked."""
        cluster, members = self.begin(release=V321, masters=4, times=Times(heartbeat=2.5, removal=0))
        # Within one JVM the lock keeps nobody out: the failover of a start must not meet that of a removal.
        wait_for("their starts", lambda: all(member.looked.is_set() for member in members))
        for lost in members[:2]:
            cluster.give(lost, 60)
            cluster.lose(lost)
            wait_for("its purge", lambda lost=lost: not cluster.registered(lost.address), 30)
        cluster.join()
        self.recovered(cluster, 120, waits=False)

    def test_restarted_at_its_address(self):
        """At once, before anybody purged it: it recovers the rows of its former life itself, or the daemon does. Then it
        dies again."""
        cluster, (lost, _) = self.begin()
        cluster.give(lost, 30)
        cluster.lose(lost)
        again = cluster.join(lost.address)
        self.recovered(cluster, 30)
        cluster.give(again, 10)
        cluster.lose(again)
        self.recovered(cluster, 40)

    def test_all_masters(self):
        """All die, and with them the only servers that purge: they stay registered, and nothing is done while nobody
        lives. One that comes back purges them; it finds their rows, or the daemon does."""
        cluster, members = self.begin(masters=3)
        for server in cluster.servers:
            server.kill()
        for lost in members:
            cluster.give(lost, 20)
        cluster.lose(*members)
        self.assert_nothing(cluster, TRAP)
        self.assertTrue(all(cluster.registered(lost.address) for lost in members))
        cluster.join()
        self.recovered(cluster, 60)

    def test_frozen(self):
        """Suspended until it is purged and long after, its address still accepting connections; then it goes on."""
        cluster, (frozen, other) = self.begin(times=Times(heartbeat=2.5))
        cluster.give(frozen, 20)
        cluster.give(other, 10)
        frozen.suspend()
        wait_for("its purge", lambda: not cluster.registered(frozen.address), 30)
        self.assert_nothing(cluster, TRAP)
        frozen.resume()
        wait_for("its return", lambda: cluster.registered(frozen.address), 10)
        cluster.lose(other)  # the daemon is not blind to a real loss beside it
        self.recovered(cluster, 10)

    def test_purged_by_a_clock_that_is_ahead(self):
        """Everybody is purged at every tick of one server, and registers again under a new id: nobody is lost. When that
        server is gone, the one that dies is."""
        cluster, (lost, other) = self.begin(masters=2)
        cluster.give(lost, 20)
        cluster.give(other, 20)
        ahead = cluster.serve(skew=4)
        self.assert_nothing(cluster, TRAP)
        self.assertGreater(len(other.client.ids), 10, "it flaps")
        ahead.kill()
        cluster.lose(lost)
        self.recovered(cluster, 20)

    def test_lock_of_a_dead_master(self):
        """Nobody refreshes a lock that a master of 3.2.2 holds, and nobody deletes it until a server starts: the host is
        left to its holder, dead or alive, with the cure."""
        cluster, (lost, _) = self.begin()
        cluster.give(lost, 20)
        path = f"/lock/master-failover/{lost.address}"
        cluster.database.insert(LOCK, lock_key=path, lock_owner="127.9.9.9_1", last_term=1)
        cluster.lose(lost)
        (daemon,) = cluster.daemons
        cure = "when one of its servers starts"
        wait_for("the cure", lambda: cure in daemon.log_tail(), RECOVERY, cluster.logs)
        self.assert_nothing(cluster, 5)
        cluster.serve()
        self.recovered(cluster, 20)

    def test_master_waits_for_the_lock(self):
        """A hand-over takes some seconds, because a row of it is locked; a master that starts meanwhile waits in the
        database. The daemon is killed there: the lock is free at once."""
        cluster, (lost, _) = self.begin()
        first = cluster.give(lost, 30)[0]
        holder = cluster.connect()
        self.addCleanup(holder.close)
        holder.cursor().execute(f"select id from {cluster.instances} where id = %s for update", (first,))
        cluster.lose(lost)
        wait_for("the daemon in the middle of it", lambda: self.waiting(cluster), RECOVERY, cluster.logs, 0.15)
        (daemon,) = cluster.daemons
        daemon.kill()
        holder.rollback()
        starting = cluster.join()
        wait_for("its look", starting.looked.is_set, 20, cluster.logs)
        self.assertLess(max([wait for _, wait in starting.client.locked] or [9]), 5, "the dead daemon's lock")
        daemon.launch()
        self.recovered(cluster, 30)

    def test_daemon_is_cut_off_and_killed(self):
        """Its connections are ended by the server, and it is killed, in the middle of a hand-over."""
        cluster, (lost, _) = self.begin(failover={"batch": 3})
        (daemon,) = cluster.daemons
        cluster.give(lost, 200)
        cluster.lose(lost)
        for count in (10, 60):
            cluster.await_commands(count, RECOVERY)
            self.terminate(cluster)
        cluster.await_commands(100, RECOVERY)
        daemon.kill()
        daemon.launch()
        self.recovered(cluster, 200)

    def test_bad_tables(self):
        """Tables that nobody uses, and none, are refused by name."""
        cluster, (master,) = self.begin(masters=1, daemons=0)
        cluster.give(master, 5)
        for server in (*cluster.servers, master):
            server.kill()
        cluster.masters.clear()
        self.swept(cluster, "no ")  # nobody refreshes
        cluster.database.execute(f"delete from {DATA}")
        self.swept(cluster, "in a database of its own is not supported")
        for table in (DATA, LOCK):
            cluster.database.execute(f"drop table {table}")
        self.swept(cluster, "in a database of its own is not supported")


class OnPostgreSQL(JdbcRegistry32, BesideEachOther):
    kind = "postgresql"


class OnMariaDB(JdbcRegistry32, BesideEachOther):
    kind = "mysql"


if __name__ == "__main__":
    main()
