#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a recovery does to a cluster that works: DolphinScheduler's own queries (commands by slot, instances, tasks; see
load.py) from several clients, alone and while 100,000 orphans are handed over, with the pacing options.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/beside_cluster.py [--quick] [--orphans 100000] ...

In each turn the same clients run alone first, then beside one `sweep`: throughput and p99 are compared within the turn.
The daemon has the last core for itself and the clients, one less than there are cores, have the others; the database runs
where it likes. So there is a core to spare, as there is beside a cluster, and what is lost is the database's."""

import array
import contextlib
import json
import os
import subprocess
import sys
import threading
import time

import harness
from databases import NAMES, Bench, world
from harness import HERE, Report, Series, say

from testbed import Daemon, StandIn

ALIVE, DEAD = "127.9.9.8:5678", "127.9.9.9:5678"
OWNED, SLOTS = 2000, 3
LOCKED = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
)
UNPACED = {"batch": 5000}
GOAL_THROUGHPUT, GOAL_P99 = 0.8, 2.0
CORES = sorted(os.sched_getaffinity(0))


@contextlib.contextmanager
def on_cores(cores):
    """What this process starts meanwhile runs on these cores; any, if there are none."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Load:
    """Clients in processes of their own."""

    def __init__(self, here, bench, clients):
        self.files, self.processes = [], []
        server, name = bench.database.server, bench.database.name
        if bench.kind == "postgresql":
            dsn = server.soci(name)
        else:
            dsn = dict(host="127.0.0.1", port=server.port, user=server.user, password=server.password, database=name)
        for number in range(clients):
            file = here.scratch / f"load-{number}"
            file.unlink(missing_ok=True)
            order = {
                "kind": bench.kind,
                "dsn": dsn,
                "first": 1,
                "owned": OWNED,
                "slots": SLOTS,
                "out": str(file),
            }
            with on_cores(CORES[:-1]):
                process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", sys.executable, HERE / "load.py"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            self.files.append(file)
            self.processes.append(process)
        for process in self.processes:
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("a client of the load did not start")

    def end(self):
        """[(when it ended, how long it took)] of every statement."""
        found = []
        for process, file in zip(self.processes, self.files):
            process.stdin.close()
            if process.wait(60) != 0:
                raise RuntimeError("a client of the load failed")
            process.stdout.close()
            pairs = array.array("d")
            pairs.frombytes(file.read_bytes())
            found += zip(pairs[0::2], pairs[1::2])
        return found

    def kill(self):
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.stdin.close()
            if process.poll() is None:
                process.kill()
                process.wait(20)


class LockWaits:
    """How long clients waited for row locks, while it is entered; `seconds`. PostgreSQL is asked again and again,
    MariaDB counts by itself."""

    def __init__(self, bench):
        self.bench, self.seconds = bench, 0.0

    def __enter__(self):
        if self.bench.kind == "mysql":
            self.before = self.counted()
            return self
        self.connection = self.bench.database.server.connect(self.bench.database.name)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *exc):
        if self.bench.kind == "mysql":
            self.seconds = (self.counted() - self.before) / 1000
            return
        self.ending.set()
        self.thread.join(30)
        self.connection.close()

    def counted(self):
        return int(self.bench.database.rows("show global status like 'Innodb_row_lock_time'")[0]["Value"])

    def sample(self):
        cursor, last = self.connection.cursor(), time.monotonic()
        while not self.ending.wait(0.01):
            cursor.execute(LOCKED)
            waiting, now = cursor.fetchone()[0], time.monotonic()
            self.seconds += waiting * (now - last)
            last = now


def window(measured, begin, end):
    """(statements a second, p99 in ms) of what ended within it."""
    taken = [took for at, took in measured if begin <= at < end]
    if not taken:
        raise RuntimeError("no statement of the load ended in the window")
    return len(taken) / (end - begin), 1000 * Series(taken).percentile(0.99)


def turn(here, bench, daemon, pacing, found):
    """One figure each: alone and beside, (throughput, p99); the sweep's seconds; the seconds waited for locks."""
    bench.put_back()
    daemon.configure(failover=pacing)
    load = Load(here, bench, found.clients)
    try:
        time.sleep(0.5)  # connections and caches are warm
        begin = time.time()
        time.sleep(found.alone_s)  # the measured time itself
        middle = time.time()
        with LockWaits(bench) as waits, on_cores(CORES[-1:]):
            result = daemon.sweep(timeout=3600)
        end = time.time()
        measured = load.end()
    finally:
        load.kill()
    if result.code != 0 or bench.handed_over() != found.orphans:
        raise RuntimeError(str(result)[:4000])
    return window(measured, begin, middle), window(measured, middle, end), end - middle, waits.seconds


def known(daemon, pacing):
    """Whether this build has these keys."""
    daemon.configure(failover=pacing)
    done = daemon.check_config()
    daemon.configure(failover=dict.fromkeys(pacing))
    return done.code == 0


def one(here, found, kind, table, report):
    bench = Bench(here, kind, "3.1.1", "beside")
    bench.fill(1, OWNED, 1, ALIVE, start=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()))
    bench.fill_tasks(1, OWNED)
    bench.fill(OWNED + 1, found.orphans, 1, DEAD)
    bench.fill_tasks(OWNED + 1, found.orphans)
    bench.settle()
    bench.keep()
    namespace = f"beside-{kind}"
    daemon = Daemon(
        here.scratch / namespace,
        here.zookeeper,
        bench.database,
        namespace,
        sweep={"interval": "10m"},  # with a rate a sweep takes what fits into one
        failover={"batch": None},
        log={"level": "info"},
    )
    daemon.call("init-db", "--config", daemon.config)
    pacings = [UNPACED, *({"batch": b} for b in found.batches), *({"batch": 100, "rate": r} for r in found.rates)]
    usable = [p for p in pacings if known(daemon, p)]
    for pacing in pacings:
        if pacing not in usable:
            report.miss(f"{pacing} on {NAMES[kind]}", "this build's check-config refuses it")
    taken = {i: [] for i in range(len(usable))}
    with StandIn(
        here.zookeeper, ALIVE, namespace=namespace, startup_ms=int((time.time() - 3600) * 1000), session=30.0
    ):
        for number in range(found.turns):
            for i, pacing in enumerate(usable):
                say(f"{NAMES[kind]}, turn {number + 1}, {pacing}")
                taken[i].append(turn(here, bench, daemon, pacing, found))
    for i, pacing in enumerate(usable):
        alone, beside, seconds, waited = zip(*taken[i])
        throughput = Series(b[0] for b in beside).over(Series(a[0] for a in alone))
        slowest = Series(b[1] for b in beside).over(Series(a[1] for a in alone))
        name = ", ".join(f"{key} {value}" for key, value in pacing.items())
        table.add(
            NAMES[kind],
            name,
            Series(seconds).show("{:.1f}"),
            Series(a[0] for a in alone).show("{:.0f}"),
            Series(b[0] for b in beside).show("{:.0f}"),
            throughput.show("{:.2f}"),
            Series(a[1] for a in alone).show("{:.1f}"),
            Series(b[1] for b in beside).show("{:.1f}"),
            slowest.show("{:.1f}"),
            Series(waited).show("{:.2f}"),
        )
        report.bar(f"throughput beside / alone: {NAMES[kind]}, {name}", throughput.median, GOAL_THROUGHPUT, at_least=True)
        report.bar(f"p99 beside / alone: {NAMES[kind]}, {name}", slowest.median, GOAL_P99)


def measure(found):
    report = Report("Beside a working cluster")
    table = report.table(
        f"{found.clients} clients with DolphinScheduler's queries, alone and beside the recovery of {found.orphans:,} orphans",
        "database",
        "failover",
        "sweep, s",
        "alone, statements/s",
        "beside",
        "ratio",
        "alone, p99 ms",
        "beside",
        "ratio",
        "waited for locks, s",
    )
    # Statistics follow the tables, as in earnest.
    with world(found.kinds, {"postgresql": {"autovacuum": "on", "autovacuum_naptime": "5s"}}) as here:
        for kind in found.kinds:
            one(here, found, kind, table, report)
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            orphans=(100_000, 500, "how many orphans"),
            clients=(max(1, len(CORES) - 1), 1, "clients of the load"),
            alone_s=(10, 1, "seconds that they run alone"),
            turns=(1, 1, "turns that count"),
            batches=((500,), (50,), "failover.batch, beside the default of 5000"),
            rates=((5000,), (5000,), "failover.rate, with batches of 100"),
            kinds=(("postgresql", "mysql"), ("postgresql", "mysql"), "which databases"),
        ),
    )
