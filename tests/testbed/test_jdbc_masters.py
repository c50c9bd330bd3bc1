#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The servers of jdbc_masters.py do to the registry what real ones were seen to do, without any daemon: on both
databases."""

import itertools
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import World, main, wait_for  # noqa: E402
from testbed.beside import BesideEachOther  # noqa: E402
from testbed.jdbc_cluster import JdbcCluster  # noqa: E402
from testbed.jdbc_masters_3_2 import V321, V322  # noqa: E402
from testbed.jdbc_registry import CLIENT, DATA, DEV, EVENT, LOCK, MARKERS, V332, V341, V342, Times  # noqa: E402

QUICK = Times(session=2, refresh=0.25, heartbeat=0.5, purge=1, purge_often=0.25)


class JdbcMasters:
    kind = None
    numbers = itertools.count(1)

    @classmethod
    def prepare(cls):
        cls.world = World([cls.kind], settings={"postgresql": {"max_connections": 300}}, zookeeper=False)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def cluster(self, release=V342, times=QUICK, masters=1):
        cluster = JdbcCluster(self.world, self.kind, name=f"ds{next(self.numbers)}", release=release, times=times)
        self.addCleanup(cluster.end)
        for _ in range(masters):
            cluster.join()
        return cluster

    def events(self, cluster, kind, key):
        found = cluster.database.rows(f"select jdbc_registry_data as data from {EVENT} where event_type = %s", kind)
        return sum(1 for row in found if f'"dataKey":"{key}"' in row["data"])

    def until(self, what, condition, timeout=15):
        wait_for(f"{self.kind}: {what}", condition, timeout)

    def purged(self, cluster, address):
        self.until(f"{address} is purged", lambda: not cluster.registered(address))

    def test_rows(self):
        """The forms of the rows, and a stamp that is always one refresh late."""
        cluster = self.cluster()
        master = next(iter(cluster.masters.values()))
        rows = {r["data_key"]: r for r in cluster.database.rows(f"select * from {DATA}")}
        self.assertEqual({r["data_type"] for k, r in rows.items() if k.count("/") == 2}, {"PERSISTENT"})
        own = rows[master.path]
        self.assertEqual((own["data_type"], own["client_id"]), ("EPHEMERAL", master.client.id))
        (client,) = cluster.database.rows(f"select * from {CLIENT}")
        self.assertEqual((client["id"], client["connection_config"]), (master.client.id, '{"sessionTimeout":2000}'))
        time.sleep(1)
        stamps = []
        for _ in range(20):
            stamps.append(time.time() * 1000 - cluster.database.value(f"select last_heartbeat_time from {CLIENT}"))
            time.sleep(0.05)
        self.assertGreater(min(stamps), QUICK.refresh * 900)
        self.assertGreater(self.events(cluster, "UPDATE", master.path), 1)
        master.stop()
        self.assertEqual(cluster.database.rows(f"select * from {CLIENT}"), [])
        self.assertFalse(cluster.registered(master.address))
        self.assertEqual(self.events(cluster, "DELETE", master.path), 1)

    def test_purge_by_release(self):
        """(release, whether it writes an event, whether it purges what belongs to nobody)"""
        for release, event, orphans in ((DEV, False, False), (V332, False, True), (V342, True, True)):
            cluster = self.cluster(release, masters=2)
            first, second = cluster.masters.values()
            cluster.database.insert(LOCK, lock_key="/lock/x", lock_owner="nobody", client_id=4711)
            cluster.lose(first)
            self.assertTrue(cluster.registered(first.address), release)
            self.purged(cluster, first.address)
            time.sleep(QUICK.purge + 0.5)
            self.assertEqual(self.events(cluster, "DELETE", first.path), int(event), release)
            self.assertEqual(cluster.database.value(f"select count(*) from {LOCK}"), int(not orphans), release)
            self.assertEqual(first.address not in second.members, release.sees_removals and event, release)

    def test_nobody_purges_when_nobody_is_left(self):
        cluster = self.cluster()
        master = next(iter(cluster.masters.values()))
        cluster.lose(master)
        time.sleep(QUICK.session + QUICK.purge + 1)
        self.assertTrue(cluster.registered(master.address))
        cluster.serve()
        self.purged(cluster, master.address)

    def test_flapping(self):
        """Suspended until it is purged, it goes on with the same client, comes back with a new row, and is purged
        again."""
        cluster = self.cluster(masters=2)
        first, _ = cluster.masters.values()
        first.suspend()
        self.purged(cluster, first.address)
        self.assertEqual(cluster.database.rows(f"select * from {CLIENT} where id = %s", first.client.id), [])
        first.resume()
        for _ in range(2):
            self.until("it comes back", lambda: cluster.registered(first.address))
            self.purged(cluster, first.address)
        self.assertFalse(first.gate.killed.is_set())
        self.assertEqual(cluster.database.rows(f"select * from {CLIENT} where id = %s", first.client.id), [])

    def test_failover_at_the_start(self):
        """A second master's start hands the first one's rows over, each once; the rows of a living one stay. The first
        one comes back at its address and fails its own earlier rows over."""
        cluster = self.cluster()
        first = next(iter(cluster.masters.values()))
        cluster.give(first, 50)
        cluster.lose(first)
        early = cluster.join()
        self.until("its look", early.looked.is_set)
        self.assertEqual(early.failed_over, 0, "the dead one is still registered, and so counts from its start")
        self.purged(cluster, first.address)
        second = cluster.join()
        cluster.give(second, 10)
        cluster.taken_up()
        third = cluster.join(first.address)
        self.until("its look", third.looked.is_set)
        cluster.give(third, 20)
        cluster.lose(third)
        cluster.join(first.address)
        cluster.taken_up()
        account = cluster.account(self, least=70)
        self.assertEqual((account.losses, account.by_masters, account.taken_up), (70, 70, 70))
        marker = cluster.database.value(
            f"select count(*) from {DATA} where data_key = %s", f"{MARKERS}/{first.address}-unknown-unknown"
        )
        self.assertEqual(marker, 1)

    def test_failover_after_a_removal(self):
        """Only of those who see removals, and only when it did not come back."""
        times = Times(session=2, refresh=0.25, heartbeat=0.5, purge=1, removal=3)
        for release, moved in ((V341, 0), (V342, 20)):
            cluster = self.cluster(release, times, masters=3)
            first = next(iter(cluster.masters.values()))
            cluster.give(first, 20)
            cluster.lose(first)
            self.purged(cluster, first.address)
            time.sleep(times.removal + 1.5)
            self.assertEqual(sum(m.failed_over for m in cluster.masters.values()), moved)
            if moved:
                cluster.taken_up()
                cluster.account(self, least=20)
                keys = {r["data_key"] for r in cluster.database.rows(f"select data_key from {DATA}")}
                self.assertIn(first.marker, keys)

    def test_marker(self):
        """It stops itself within a heartbeat, and its port refuses."""
        cluster = self.cluster(masters=2)
        first, second = cluster.masters.values()

        def mark(session):
            session.ready()
            second.client.put(session, first.marker, "1", "PERSISTENT")

        second.run("marker", mark)
        self.until("it stops itself", lambda: first.address not in cluster.masters, 3)
        self.assertIn(first.name, cluster.ledger.lost_at)
        for master, accepts in ((first, False), (second, True)):
            host, _, port = master.address.rpartition(":")
            with socket.socket() as wire:
                self.assertEqual(wire.connect_ex((host, int(port))) == 0, accepts)

    def test_lock(self):
        """It spins at a row that is committed, and waits in the database for one that is not."""
        cluster = self.cluster()
        owner = next(iter(cluster.masters.values()))
        server = cluster.serve()
        cluster.give(owner, 5)
        path = f"/lock/master-failover/{owner.address}"
        cluster.lose(owner)
        self.purged(cluster, owner.address)
        cluster.database.insert(LOCK, lock_key=path, lock_owner="ours", client_id=server.client.id)
        holder = cluster.connect()
        spinning = cluster.join(takes_up=False)
        self.until("it spins", lambda: spinning.client.spins > 20)
        cluster.database.execute(f"delete from {LOCK}")
        self.until("it got it", spinning.looked.is_set)
        self.assertEqual(spinning.failed_over, 5)
        cluster.database.execute("delete from t_ds_command")
        cluster.database.execute("update t_ds_workflow_instance set state = 1 where state = 18")
        cursor = holder.cursor()
        cursor.execute(
            f"insert into {LOCK} (lock_key, lock_owner, client_id) values (%s, 'ours', %s)", (path, server.client.id)
        )
        cursor.execute(f"delete from {LOCK} where lock_key = %s", (path,))
        waiting = cluster.join(takes_up=False)
        time.sleep(2)
        self.assertFalse(waiting.looked.is_set())
        holder.commit()
        self.until("it went on", waiting.looked.is_set)
        self.assertEqual(waiting.client.spins, 0)
        self.assertGreater(waiting.client.longest_wait, 1.5)
        holder.close()

    # 3.2 -------------------------------------------------------------------------------------------------------------

    def term(self, cluster, path):
        return cluster.database.value(f"select last_term from {DATA} where data_key = %s", path)

    def test_terms_of_3_2(self):
        """Every refresh writes the row's term; who dies is purged, and the others fail it over and take it up."""
        cluster = self.cluster(V322, Times(refresh=0.25, heartbeat=0.5, removal=0), masters=3)
        first, _, last = cluster.masters.values()
        # Within one JVM the lock keeps nobody out: the failover of a start must not meet that of a removal.
        self.until("their starts", lambda: all(master.looked.is_set() for master in cluster.masters.values()))
        cluster.give(first, 20, state=1)
        term, row = self.term(cluster, last.path), cluster.database.rows(f"select * from {DATA} where data_type = 1")[0]
        self.until("a refresh", lambda: self.term(cluster, last.path) > term)
        self.assertIn('"startupTime"', row["data_value"])
        cluster.lose(first)
        self.purged(cluster, first.address)
        cluster.taken_up()
        account = cluster.account(self, least=20)
        self.assertEqual((account.losses, account.by_masters), (20, 20))
        self.assertEqual(cluster.database.value(f"select count(*) from {LOCK}"), 0)

    def test_purged_though_alive_in_3_2(self):
        """By a server whose clock is ahead, over and over; each time it is back under a new id."""
        cluster = self.cluster(V322)
        (master,) = cluster.masters.values()
        cluster.serve(skew=4)
        for _ in range(2):
            self.purged(cluster, master.address)
            self.until("it is back", lambda: cluster.registered(master.address))
        self.assertGreaterEqual(len(master.client.ids), 3)
        self.assertFalse(master.gate.killed.is_set())

    def test_locks_of_3_2(self):
        """3.2.2 waits for a row and refreshes none, so that a start deletes it; 3.2.1 gives up."""
        for release in (V322, V321):
            cluster = self.cluster(release)
            (master,) = cluster.masters.values()
            cluster.give(master, 5, state=1)
            path = f"/lock/master-failover/{master.address}"
            cluster.lose(master)
            self.until("it is old", lambda: self.term(cluster, master.path) < master.client.expired())
            cluster.database.insert(LOCK, lock_key=path, lock_owner="x", last_term=master.client.milliseconds() + 4000)
            other = cluster.join(takes_up=False)
            self.until("it met the lock", lambda: other.client.spins)
            time.sleep(5)
            cluster.serve()  # its start deletes the lock
            self.until("it failed over", lambda: other.failed_over == 5)

    def test_stopped_by_an_outage_of_3_2(self):
        """By the first refresh that fails."""
        with World([self.kind], zookeeper=False) as world:
            cluster = JdbcCluster(world, self.kind, times=Times(pool=1), release=V322)
            cluster.join()
            world.servers[self.kind].kill_tree()
            self.until("it stops itself", lambda: not cluster.masters)
            world.servers[self.kind].restart()
            cluster.database.reconnect()

    # Outages ---------------------------------------------------------------------------------------------------------

    def test_deaf_after_an_outage(self):
        """Shorter than the session, longer than the pool waits: they live on, and those who polled or purged meanwhile
        never do again."""
        with World([self.kind], zookeeper=False) as world:
            times = Times(session=8, refresh=0.25, heartbeat=0.5, purge=1, pool=1)
            cluster = JdbcCluster(world, self.kind, times=times)
            masters = [cluster.join() for _ in range(2)]
            world.servers[self.kind].kill_tree()
            time.sleep(3)
            world.servers[self.kind].restart()
            cluster.database.reconnect()
            beats = [m.heartbeats for m in masters]
            self.until("they go on", lambda: all(m.heartbeats > n for m, n in zip(masters, beats)))
            self.assertEqual([(m.deaf, m.no_purge) for m in masters], [(True, True)] * 2)
            cluster.lose(masters[0])
            time.sleep(times.session + 3)
            self.assertTrue(cluster.registered(masters[0].address), "nobody purges any more")

    def test_disconnected(self):
        """An outage longer than the session stops them."""
        with World([self.kind], zookeeper=False) as world:
            cluster = JdbcCluster(world, self.kind, times=QUICK)
            cluster.join()
            world.servers[self.kind].kill_tree()
            self.until("it stops itself", lambda: not cluster.masters)
            world.servers[self.kind].restart()
            cluster.database.reconnect()


class OnPostgreSQL(JdbcMasters, BesideEachOther):
    kind = "postgresql"


class OnMariaDB(JdbcMasters, BesideEachOther):
    kind = "mysql"


if __name__ == "__main__":
    main()
