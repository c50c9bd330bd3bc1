#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is beyond one machine: 1,000 masters with 10 million unfinished workflows on a virtual clock (simulate/), by the
rates that are measured here first: rows read and judged in a second, rows handed over in a second, on PostgreSQL.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/simulated.py [--quick] [--rows 10000000] ...

The program `simulate` stands in the folder `tests` beside DSR_BINARY, or where DSR_SIMULATE says. What ZooKeeper answers
in a second stays the guess that simulate makes."""

import os
import pathlib
import subprocess
import tempfile
import time

import harness
from databases import Bench, world
from harness import Report, Series, say

from testbed import Daemon, StandIn

ALIVE, DEAD = "127.9.9.8:5678", "127.9.9.9:5678"
VERSION = "3.4.3"


def simulate():
    beside = pathlib.Path(os.environ["DSR_BINARY"]).resolve().parent / "tests" / "simulate"
    return pathlib.Path(os.environ.get("DSR_SIMULATE") or beside)


def sweep(daemon, count):
    """Its seconds, as the daemon says."""
    done = daemon.sweep(timeout=1200)
    if done.code != 0 or done.report["actions_total"] != count:
        raise RuntimeError(str(done)[:4000])
    return done.report["duration_ms"] / 1000


def rates(found):
    """(rows read and judged, rows handed over) in a second."""
    with world(["postgresql"]) as here:
        bench = Bench(here, "postgresql", VERSION, "rates")
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        daemon = Daemon(here.scratch / "rates", here.zookeeper, bench.database, "rates", as_owner=True)
        made = daemon.call("init-db", "--config", daemon.config)
        if made.code != 0:
            raise RuntimeError(str(made))
        daemon.confirm_cluster()
        with StandIn(
            here.zookeeper,
            ALIVE,
            version=VERSION,
            namespace="rates",
            startup_ms=int((time.time() - 3600) * 1000),
            session=30.0,
        ):
            few = Series(sweep(daemon, 0) for _ in range(found.turns)).median
            bench.fill(1, found.owned, 1, ALIVE, start=started)
            bench.settle()
            many = Series(sweep(daemon, 0) for _ in range(found.turns)).median
            bench.keep()
            taken = []
            for _ in range(found.turns):
                bench.put_back()
                bench.fill(found.owned + 1, found.orphans, 1, DEAD)
                bench.settle()
                taken.append(sweep(daemon, found.orphans))
        reading = found.owned / (many - few)
        return reading, found.orphans / (Series(taken).median - many)


def measure(found):
    if not simulate().exists():
        report = Report("Simulated: a large cluster")
        report.miss("the large cluster", f"{simulate()} is not built: cmake --build --preset release --target simulate")
        return report
    say("the rates that it goes by")
    reading, applying = rates(found)
    say(f"{reading:,.0f} rows read in a second, {applying:,.0f} handed over; {found.rows} rows are simulated")
    with tempfile.TemporaryDirectory(prefix="dsr-bench-") as folder:
        file = pathlib.Path(folder) / "report.json"
        command = [simulate(), "--rows", found.rows, "--read-rate", int(reading), "--apply-rate", int(applying)]
        subprocess.run([*map(str, command), "--report", file], check=True, stdout=subprocess.DEVNULL)
        report = Report.of_json(file.read_text())
    report.notes.append(
        f"Rates measured in this run, PostgreSQL, {VERSION}: {found.owned:,} owned rows for reading, {found.orphans:,}"
        " orphans for handing over, medians. ZooKeeper's rate is a guess."
    )
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            rows=(10_000_000, 100_000, "unfinished workflows of the simulated cluster"),
            owned=(200_000, 2000, "owned workflows that are read to learn the rate"),
            orphans=(20_000, 500, "orphans that are handed over to learn the rate"),
            turns=(3, 1, "turns that count"),
        ),
    )
