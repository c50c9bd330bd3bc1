#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same orphans for a real 3.1.1 master and for the daemon: what they write is equal, column by column, ids and
times aside.

A real master rewrites whole rows: its JVM would cut microseconds to milliseconds, and turn NULL into 0 where it holds
a primitive. The seeds are therefore rows as a JVM writes them, so that nothing needs to be evened out: every column
that changed is compared.

    differential_g1.py --record    only the real master, on PostgreSQL, into golden/master-3.1.1-differential.json
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import g1_worlds  # noqa: E402
from testbed import World, main  # noqa: E402


class DifferentialG1(unittest.TestCase):
    maxDiff = None

    def differential(self, kind):
        with World([kind]) as world:
            ours = g1_worlds.by_daemon(self, world, kind)
            real = g1_worlds.by_real_master(world, kind)
            g1_worlds.compare(self, real, ours)
            for name, writes in g1_worlds.recorded().items():  # the golden file is still what a real master does
                with self.subTest(name, against="the golden file"):
                    self.assertEqual(g1_worlds.text(real[name]), g1_worlds.text(writes))

    def test_postgresql(self):
        self.differential("postgresql")

    def test_mariadb(self):
        self.differential("mysql")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        with World(["postgresql"]) as only:
            g1_worlds.record(g1_worlds.by_real_master(only, "postgresql"))
        sys.exit()
    main()
