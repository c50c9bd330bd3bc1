#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The registry is the database: what killed masters ran is recovered once, while another lives or when one is back, by
whichever daemon leads; nothing is done to masters that live and only look lost. Masters are those of
testbed/jdbc_masters.py; what was lost, written and taken up is compared with the ledger."""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Times, main, wait_for  # noqa: E402
from testbed.beside import BesideEachOther  # noqa: E402
from testbed.daemon import DONE  # noqa: E402
from testbed.jdbc_registry import CLIENT, DATA, EVENT, LOCK, MARKERS, V332  # noqa: E402

from jdbc_scenario import RECOVERY, TRAP, JdbcScenario  # noqa: E402


class JdbcRegistry(JdbcScenario):
    # Masters die -----------------------------------------------------------------------------------------------------

    def test_killed_master(self):
        """Another one lives: one command each, a marker of the incarnation, then taken up."""
        cluster, (lost, other) = self.begin()
        cluster.give(lost, 60)
        cluster.give(other, 20)
        cluster.lose(lost)
        account = self.recovered(cluster, 60)
        self.assertEqual((account.losses, account.by_masters), (60, 0))
        self.assertTrue(cluster.database.value(f"select count(*) from {DATA} where data_key = %s", lost.marker))

    def test_killed_master_of_332(self):
        """Purged without an event; those who live keep its slots, so that some commands wait for a restart."""
        cluster, (lost, _) = self.begin(release=V332)
        cluster.give(lost, 30)
        cluster.lose(lost)
        self.recovered(cluster, 30, taken_up=False)

    def test_masters_that_fail_over_too(self):
        """Those of 3.4.2 do so themselves a while after they saw a removal, at the same time as the daemon; and so does
        one that starts meanwhile."""
        cluster, members = self.begin(masters=4, times=Times(removal=12))
        for lost in members[:2]:
            cluster.give(lost, 60)
            cluster.lose(lost)
            wait_for("its purge", lambda lost=lost: not cluster.registered(lost.address), 30)
        cluster.join()
        self.recovered(cluster, 120)

    def test_restarted_at_its_address(self):
        """At once, before anybody purged it: it recovers the rows of its former life itself, or the daemon does."""
        cluster, (lost, _) = self.begin()
        cluster.give(lost, 30)
        cluster.lose(lost)
        cluster.join(lost.address)
        self.recovered(cluster, 30)

    def test_all_masters(self):
        """All die, and with them the only servers that purge: they stay registered, and nothing is done while nobody
        lives. One that comes back purges them, and recovers everything itself."""
        cluster, members = self.all_die()
        self.assert_nothing(cluster)
        self.assertTrue(all(cluster.registered(lost.address) for lost in members))
        cluster.join()
        self.recovered(cluster, 60)

    def test_all_masters_and_one_is_back_at_once(self):
        """At once, while those are still registered: it takes them for alive, or purges them first. The daemon sees that
        it came after their last signs of life."""
        cluster, _ = self.all_die()
        cluster.daemons[0].after_sweeps(2)
        back = cluster.join()
        account = self.recovered(cluster, 60)
        self.assertEqual(back.failed_over, account.by_masters)

    def all_die(self):
        cluster, members = self.begin(masters=3)
        for server in cluster.servers:
            server.kill()
        for lost in members:
            cluster.give(lost, 20)
        cluster.lose(*members)
        return cluster, members

    # Traps: nobody is lost -------------------------------------------------------------------------------------------

    def test_frozen_and_flapping(self):
        """Suspended until it is purged and long after, its address still accepting connections; then it goes on, and is
        purged at every tick of the others."""
        cluster, (frozen, other) = self.begin(masters=2)
        cluster.give(frozen, 20)
        cluster.give(other, 10)
        frozen.suspend()
        wait_for("its purge", lambda: not cluster.registered(frozen.address), 30)
        self.assert_nothing(cluster, TRAP)
        frozen.resume()
        wait_for("its return", lambda: cluster.registered(frozen.address), 10)
        self.assert_nothing(cluster, TRAP)
        self.assertFalse(cluster.database.rows(f"select id from {CLIENT} where id = %s", frozen.client.id), "it flaps")
        cluster.lose(other)  # the daemon is not blind to a real loss beside it
        self.recovered(cluster, 10)

    def test_standstill(self):
        """Nobody refreshes: the registry tells nothing of anybody. Afterwards each purges the others."""
        cluster, members = self.begin(masters=3)
        for master in members:
            cluster.give(master, 10)
        for server in (*cluster.servers, *members):
            server.suspend()
        self.assert_nothing(cluster, TRAP)
        for server in (*cluster.servers, *members):
            server.resume()
        self.assert_nothing(cluster, 20)

    def test_events_deleted_unread(self):
        """Every start of a 3.3 server deletes all events: the sign of life of one that flaps may be among them. The
        rows of one that is really lost wait for it."""
        cluster, (flaps, lost, _) = self.begin(masters=3, release=V332)
        cluster.give(flaps, 20)
        cluster.give(lost, 20)
        flaps.suspend()
        wait_for("its purge", lambda: not cluster.registered(flaps.address), 30)
        flaps.resume()
        cluster.lose(lost)
        end = time.monotonic() + TRAP
        while time.monotonic() < end:
            cluster.serve().stop()
            time.sleep(1)
        self.assertEqual(flaps.address in cluster.masters, True, cluster.logs())
        self.recovered(cluster, 20, taken_up=False)

    def test_master_waits_for_the_lock(self):
        """A hand-over takes some seconds, because a row of it is locked; a master that starts meanwhile waits in the
        database, and finds nothing left to do."""
        cluster, (lost, _) = self.begin()
        first = cluster.give(lost, 30)[0]
        holder = cluster.connect()
        self.addCleanup(holder.close)
        holder.cursor().execute(f"select id from {cluster.instances} where id = %s for update", (first,))
        cluster.lose(lost)
        wait_for("the daemon in the middle of it", lambda: self.waiting(cluster), RECOVERY, cluster.logs, 0.15)
        starting = cluster.join()
        time.sleep(1.5)
        holder.rollback()
        wait_for("its look", starting.looked.is_set, 20, cluster.logs)
        self.recovered(cluster, 30)
        if not starting.failed_over:  # else it was the first, which is as good
            self.assertGreater(starting.client.longest_wait, 0.2)

    # Faults ----------------------------------------------------------------------------------------------------------

    def test_outage(self):
        """The database is gone for a moment: the masters live on, deaf, and never purge again. Nothing is handed over
        until one is lost for good, of which only the daemon can tell."""
        times = Times(session=8, purge=2, pool=1)
        cluster, (lost, other) = self.begin(own_server=True, times=times)
        server = cluster.database.server
        cluster.give(lost, 30)
        cluster.give(other, 10)
        server.kill_tree()
        time.sleep(4)
        server.restart()
        cluster.database.reconnect()
        self.assert_nothing(cluster, TRAP)
        self.assertEqual([(m.deaf, m.no_purge) for m in (lost, other)], [(True, True)] * 2)
        cluster.lose(lost)
        wait_for("the recovery commands", lambda: cluster.commands() == 30, RECOVERY, cluster.logs)
        self.assertTrue(cluster.registered(lost.address), "nobody purged it")
        cluster.lose(other)  # it would keep the slots of the first
        cluster.join()
        self.recovered(cluster, 30)

    def test_outages_in_the_middle(self):
        """The database is killed in the middle of a hand-over, twice."""
        times = Times(session=20, pool=10)
        cluster, (lost, _) = self.begin(own_server=True, times=times, settings={"failover": {"batch": 3}})
        server = cluster.database.server
        cluster.give(lost, 200)
        cluster.lose(lost)
        for count in (10, 80):
            cluster.await_commands(count, RECOVERY)
            server.kill_tree()
            server.restart()
            cluster.database.reconnect()
        cluster.join()  # who purges, if nobody else does any more
        self.recovered(cluster, 200, taken_up=False)

    def test_daemon_is_cut_off_and_killed(self):
        """Its connections are ended by the server, and it is killed, in the middle of a hand-over."""
        cluster, (lost, _) = self.begin(settings={"failover": {"batch": 3}})
        (daemon,) = cluster.daemons
        cluster.give(lost, 300)
        cluster.lose(lost)
        for count in (10, 60, 110):
            cluster.await_commands(count, RECOVERY)
            self.terminate(cluster)
        cluster.await_commands(160, RECOVERY)
        daemon.kill()
        daemon.launch()
        self.recovered(cluster, 300)

    def test_replicas(self):
        """Three daemons. The one that leads is killed in the middle of a hand-over; the next one is suspended in the
        middle of its own, longer than its ticket lives, and goes on when the third leads."""
        cluster, members = self.begin(masters=3, daemons=3, settings={"failover": {"batch": 3}})
        cluster.give(members[0], 150)
        cluster.lose(members[0])
        cluster.await_commands(30, RECOVERY)
        killed = wait_for("a leader", cluster.leader, 20, cluster.logs)
        killed.kill()
        second = wait_for("another leader", lambda: self.leads(cluster, killed), RECOVERY, cluster.logs)
        cluster.await_commands(60, RECOVERY)
        second.suspend()
        self.addCleanup(second.resume)
        cluster.give(members[1], 60)
        cluster.lose(members[1])
        wait_for("the third leader", lambda: self.leads(cluster, killed, second), RECOVERY, cluster.logs)
        second.resume()
        killed.launch()
        self.recovered(cluster, 210)

    def leads(self, cluster, *others):
        """The daemon that leads, if it is none of those."""
        leader = cluster.leader()
        return None if leader in others else leader

    # Bad input -------------------------------------------------------------------------------------------------------

    def bad(self):
        """A cluster without a daemon, that has run one sweep."""
        cluster, (master,) = self.begin(masters=1, daemons=0)
        cluster.give(master, 5)
        self.swept(cluster, code=DONE)
        return cluster, master

    def test_bad_tables(self):
        """Registries in an unknown form, or not in use, are refused by name."""
        cluster, master = self.bad()
        for server in (*cluster.servers, master):
            server.kill()
        cluster.masters.clear()
        database = cluster.database
        self.swept(cluster, "no ")  # nobody refreshes
        database.execute(f"delete from {DATA}")
        self.swept(cluster, "/nodes/master")
        database.execute(f"alter table {DATA} drop column client_id")
        self.swept(cluster, "last_term (3.2)")
        for table in (DATA, LOCK, CLIENT, EVENT):
            database.execute(f"drop table {table}")
        self.swept(cluster, "t_ds_jdbc_registry")

    def test_no_rights(self):
        """A table that may not be read is named."""
        cluster, _ = self.bad()
        user = cluster.database.least_user + ("" if self.kind == "postgresql" else "@'%'")
        for table in (CLIENT, LOCK, EVENT):
            cluster.database.execute(f"revoke select on {table} from {user}")
            self.swept(cluster, table)
            cluster.database.execute(f"grant select on {table} to {user}")
        self.swept(cluster, code=DONE)

    def test_foreign_rows(self):
        """What is no heartbeat, no client and no lock of DolphinScheduler's is no reason to do anything, or to fail."""
        cluster, master = self.bad()
        database, server = cluster.database, cluster.servers[0].client.id
        masters = ["", "no json", "[]", '{"startupTime":"x"}', "{" * 10_000, json.dumps({"startupTime": 1 << 80})]
        keys = {f"/nodes/master/127.9.9.{number}:5678": value for number, value in enumerate(masters)}
        for key, value in (keys | {"/nodes/master/127.9.9.99:5678": "x" * 60_000}).items():
            database.insert(DATA, data_key=key, data_value=value, data_type="EPHEMERAL", client_id=server)
        if self.kind == "postgresql":  # MySQL's column ends at 64 KiB
            database.execute(f"update {DATA} set data_value = repeat('x', 1048576) where data_value like 'xxx%'")
        for name, value in (("x", "not a time"), ("127.9.9.9:1-2-3", "x" * 60_000)):
            database.insert(DATA, data_key=f"{MARKERS}/{name}", data_value=value, data_type="PERSISTENT", client_id=0)
        database.insert(LOCK, lock_key="/lock/master-failover/", lock_owner="?" * 200, client_id=-1)
        for data in ("no json", '{"dataKey":7}'):
            database.insert(EVENT, event_type="ADD", jdbc_registry_data=data)
        foreign = dict(id=-5, client_name="", last_heartbeat_time=-(1 << 62))
        database.insert(CLIENT, **foreign, connection_config='{"sessionTimeout":60000}')
        self.swept(cluster, code=DONE)
        self.assertIn(master.address, cluster.masters)


class OnPostgreSQL(JdbcRegistry, BesideEachOther):
    kind = "postgresql"


class OnMariaDB(JdbcRegistry, BesideEachOther):
    kind = "mysql"


if __name__ == "__main__":
    main()
