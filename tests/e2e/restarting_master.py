#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A master restarts at its address in a loop, as under systemd: each incarnation's workflows get one recovery command
when it goes, taken up by itself or by another. With the default max_attempts such workflows end in quarantine instead.
DSR_SECONDS is how long it goes on (default 12)."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Cluster, World, main, wait_for  # noqa: E402

SECONDS = float(os.environ.get("DSR_SECONDS", "12"))
SEED = int(os.environ.get("DSR_SEED", "0")) or random.randrange(1, 2**31)
KINDS = ("postgresql", "mysql")
RESTARTS = "127.9.9.1:5678"
STAYS = "127.9.8.1:5678"


class RestartingMaster(unittest.TestCase):
    def setUp(self):
        random.seed(SEED)
        print(f"seed {SEED}, {SECONDS:.0f} s")

    @staticmethod
    def shared_out(cluster):
        """Whether it took some of its own up again, and the other one some: how often is a matter of timing."""
        taken = {row["taken_by"] for row in cluster.database.rows("select distinct taken_by from ds_reconciler_journal")}
        return {RESTARTS, STAYS} <= taken

    def test_each_loss_is_answered_once(self):
        with World(databases=KINDS) as world:
            clusters = [Cluster(world, kind, masters=[STAYS, RESTARTS]) for kind in KINDS]
            world.start(*[cluster.daemon() for cluster in clusters])
            end, at_last = time.monotonic() + SECONDS, time.monotonic() + SECONDS + 60
            restarts = 0
            while time.monotonic() < end or not (all(map(self.shared_out, clusters)) or time.monotonic() > at_last):
                for cluster in clusters:
                    cluster.give(cluster.masters[RESTARTS], 20)
                time.sleep(random.uniform(0, 1.5))  # it takes some up that it, or the last one, lost
                for cluster in clusters:
                    cluster.lose(cluster.masters[RESTARTS])
                if random.random() < 0.5:
                    time.sleep(random.uniform(0, 3))  # long enough to be missed, or not
                for cluster in clusters:
                    cluster.join(RESTARTS)
                restarts += 1
            print(f"{restarts} restarts")
            for cluster in clusters:
                cluster.settle()
                cluster.check(self, least=20 * restarts)
                self.assertTrue(self.shared_out(cluster), "one of the two never took any up")

    def test_quarantine(self):
        """A workflow that only the restarting master takes up is lost again and again: the third time is the last."""
        with World() as world:
            cluster = Cluster(world, "postgresql")
            cluster.join(STAYS, takes_up=False)
            master = cluster.join(RESTARTS)
            daemon = cluster.daemon(failover={"max_attempts": 3})
            world.start(daemon)
            cluster.give(master, 1)
            for _ in range(3):
                cluster.lose(cluster.masters[RESTARTS])
                cluster.join(RESTARTS)
                wait_for(
                    "the workflow with its new owner",
                    lambda: cluster.ledger.outstanding(cluster.database) == 0  # first: a claimed one is nobody's
                    and cluster.database.value("select host from t_ds_process_instance where id = 1") == RESTARTS,
                    seen=daemon.log_tail,
                )
            self.assertEqual(cluster.commands(), 3)
            cluster.lose(cluster.masters[RESTARTS])
            cluster.join(RESTARTS)
            wait_for("the quarantine", lambda: daemon.logged("quarantined"), seen=daemon.log_tail)
            daemon.after_sweeps(3)
            self.assertEqual(cluster.commands(), 3, daemon.log_tail())
            account = cluster.ledger.check(cluster.database)
            self.assertEqual((account.losses, account.commands, account.lost, account.doubled), (4, 3, 1, 0))


if __name__ == "__main__":
    main()
