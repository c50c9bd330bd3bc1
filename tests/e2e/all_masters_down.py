#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""All masters go together, then one comes back: nothing is handed over while there is nobody to take it up, nor while
it looks like a mass loss; then the hold lifts by itself and everything is recovered, once."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main, wait_for  # noqa: E402

GRACE = 2  # seconds
MASTERS = [f"127.9.8.{i}:5678" for i in range(1, 6)]
ROWS = 40  # of one master
SETTINGS = {"failover": {"grace": f"{GRACE}s"}}


class AllMastersDown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def all_go(self, name):
        """A cluster whose masters went, each with workflows, and the daemon that saw it."""
        cluster = Cluster(self.world, masters=MASTERS, name=name)
        daemon = cluster.daemon(**SETTINGS)
        self.world.start(daemon)
        for master in cluster.masters.values():
            cluster.give(master, ROWS)
        daemon.after_sweeps(1)
        cluster.lose(*cluster.masters.values())
        wait_for("the hold", lambda: daemon.logged("no_live_master"), seen=daemon.log_tail)
        return cluster, daemon

    def one_comes(self, cluster, daemon, address):
        """The first one takes everything up, after the hold."""
        lost_at = max(cluster.ledger.lost_at.values()) / 1000
        self.assertEqual(cluster.commands(), 0, "handed over with no master alive\n" + daemon.log_tail())
        cluster.join(address)
        wait_for("the hold that sees a mass loss", lambda: daemon.logged("mass_loss"), seen=daemon.log_tail)
        self.assertEqual(cluster.commands(), 0, "handed over in a mass loss\n" + daemon.log_tail())
        cluster.settle()
        first = cluster.database.value("select min(recorded_at) from ds_reconciler_journal") / 1e6
        self.assertGreaterEqual(first - lost_at, 2 * GRACE, "the hold lifted before twice the grace was over")
        account = cluster.check(self, least=len(MASTERS) * ROWS)
        self.assertEqual(account.taken_up, account.losses)

    def test_one_at_its_old_address(self):
        cluster, daemon = self.all_go("old")
        self.one_comes(cluster, daemon, MASTERS[0])
        daemon.stop()

    def test_one_at_a_new_address_and_a_new_daemon(self):
        """The daemon that saw them go is killed; the next one knows it from the journal."""
        cluster, daemon = self.all_go("new")
        daemon.kill()
        daemon.launch()
        self.one_comes(cluster, daemon, "127.9.9.9:5678")
        daemon.stop()

    def test_all_come_back(self):
        """A restart of all masters, one after the other, as in an upgrade that stopped them all first."""
        cluster, daemon = self.all_go("all")
        for address in MASTERS:
            cluster.join(address)
        cluster.settle()
        cluster.check(self, least=len(MASTERS) * ROWS)
        daemon.stop()


if __name__ == "__main__":
    main()
