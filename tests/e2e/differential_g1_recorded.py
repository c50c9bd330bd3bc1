#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""As differential_g1.py, but against what a real 3.1.1 master wrote when the golden file was made: no Maven, and in
seconds."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import g1_worlds  # noqa: E402
from testbed import World, main  # noqa: E402


class DifferentialG1Recorded(unittest.TestCase):
    maxDiff = None

    def against_golden(self, kind):
        with World([kind]) as world:
            g1_worlds.compare(self, g1_worlds.recorded(), g1_worlds.by_daemon(self, world, kind))

    def test_postgresql(self):
        self.against_golden("postgresql")

    def test_mariadb(self):
        self.against_golden("mysql")


if __name__ == "__main__":
    main()
