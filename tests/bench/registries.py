#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the registry adds to a quiet sweep: ten masters with 200 owned workflows, registered with ZooKeeper, etcd or in
the database, and a running daemon for each. Each has a database of its own with the same rows on one server: a daemon
for another registry holds where servers refresh rows of theirs in its database.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/registries.py [--quick] [--turns 40] ...

The daemons sweep in turn. A figure is what the daemon says of its own: the sum of the steps of the sweep, from its
metrics. What the sweeps ask is told by PostgreSQL's own log of statements. The clients in the database refresh their
stamps twice a second (real ones every three seconds); each turn begins after a refresh, as no real sweep finds none."""

import re
import threading
import time
import urllib.request

import harness
from databases import NAMES, Bench, world
from harness import Report, Series, interleaved, say
from quiet_sweep import init_db, now_wall, purpose

from servers import Etcd
from testbed import Daemon, StandIn, Times, free_port, wait_for
from testbed.jdbc_registry import MASTERS, V342, Gate, RegistryClient, Session, create_tables
from testbed.stand_in import heartbeat

VERSION = "3.4.3"
ADDRESSES = [f"127.9.9.{number}:5678" for number in range(1, 11)]
OWNED = 20  # of one master
STARTED = 3600  # seconds that the masters say they are up
REFRESH = 0.5  # seconds
STEPS = ("observe", "plan", "confirm", "apply", "report")
RATIO, EXTRA = 1.1, 0.005  # the goal: that many times ZooKeeper's, and seconds more
REGISTRIES = ("zookeeper", "etcd", "jdbc")
BASE = REGISTRIES[0]


class Clients:
    """The masters' rows in the database, refreshed by one thread."""

    def __init__(self, database, startup):
        create_tables(database)
        self.gate, self.refreshes = Gate(), 0
        self.session = Session(database, self.gate, 10.0)
        self.session.ready()
        self.clients = []
        for number, address in enumerate(ADDRESSES):
            client = RegistryClient(address.partition(":")[0], 1000 + number, V342, Times(session=60.0))
            client.open(self.session)
            client.put(self.session, f"{MASTERS}/{address}", heartbeat(VERSION, startup, 1000 + number, address))
            self.clients.append(client)
        self.thread = threading.Thread(target=self.refresh, daemon=True)
        self.thread.start()

    def refresh(self):
        while not self.gate.killed.wait(REFRESH):
            for client in self.clients:
                client.refresh(self.session)
            self.refreshes += 1

    def next_one(self):
        seen = self.refreshes
        wait_for("a refresh", lambda: self.refreshes > seen, 30, interval=0.02)

    def leave(self):
        self.gate.killed.set()
        self.thread.join(30)
        self.session.close()


class Contender(Daemon):
    """A running daemon that sweeps when it is told to."""

    def __init__(self, *arguments, **sections):
        self.http = free_port()
        super().__init__(
            *arguments,
            as_owner=True,
            sweep={"interval": "1h", "watch": False},
            http={"enabled": True, "listen": f"127.0.0.1:{self.http}"},
            **sections,
        )
        self.steps = {name: [] for name in STEPS}

    def seconds(self):
        """(sweeps, {step: seconds}) since it runs."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        count = re.search(r"^ds_reconciler_sweep_duration_seconds_count (\d+)", text, re.MULTILINE)
        sums = re.findall(r'^ds_reconciler_sweep_step_duration_seconds_sum{step="(\w+)"} (\S+)', text, re.MULTILINE)
        return int(count.group(1)), {name: float(value) for name, value in sums}

    def turn(self):
        """Seconds of one sweep."""
        swept, before = self.seconds()
        self.sweep_now()
        time.sleep(0.15)  # it is not asked meanwhile
        wait_for("a sweep", lambda: self.seconds()[0] > swept, 60, self.log_tail)
        time.sleep(0.02)
        after = self.seconds()[1]
        taken = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in STEPS}
        for name in STEPS:
            self.steps[name].append(taken[name])
        return sum(taken.values())


def filled(here, kind, name, finished):
    """A database with the workflows."""
    bench = Bench(here, kind, VERSION, name)
    bench.fill(1, finished, 7, ADDRESSES[0], end="2026-01-01 00:01:00")
    for number, address in enumerate(ADDRESSES):
        bench.fill(finished + 1 + number * OWNED, OWNED, 1, address, start=now_wall())
    bench.settle()
    return bench


def register(here, etcd, database, kind, startup):
    """All masters in all three; the refreshing clients, which are in this database."""
    for parent in ("master", "worker"):
        etcd.put(f"dolphinscheduler/nodes/{parent}", "")
    for number, address in enumerate(ADDRESSES):
        options = dict(version=VERSION, startup_ms=startup, process_id=1000 + number, session=60.0, namespace=kind)
        stand_in = here.end(StandIn(here.zookeeper, address, **options))
        etcd.put(f"dolphinscheduler/nodes/master/{address}", stand_in.text(), etcd.grant(86_400))
    return here.end(Clients(database, startup))


def contenders(here, etcd, benches, kind):
    of_etcd = {"type": "etcd", "endpoints": etcd.endpoint, "connect": None, "session_timeout": None}
    where = {"zookeeper": here.zookeeper, "etcd": "127.0.0.1:1", "jdbc": None}
    return {
        name: Contender(
            here.scratch / f"{kind}-{name}",
            where[name],
            bench.of_daemon(),
            kind if name == BASE else "dolphinscheduler",
            registry=of_etcd if name == "etcd" else {},
        )
        for name, bench in benches.items()
    }


def asked(bench, daemon):
    """[(statement, milliseconds, whether it ran)] of one sweep of the running daemon, by PostgreSQL's log, which tells
    of parsing and binding apart."""
    server = bench.database.server
    bench.database.execute("alter system set log_min_duration_statement = 0")
    bench.database.execute("alter system set log_line_prefix = '%u %p '")
    bench.database.execute("select pg_reload_conf()")
    time.sleep(0.5)
    begin = server.log.stat().st_size
    daemon.turn()
    bench.database.execute("alter system reset log_min_duration_statement")
    bench.database.execute("select pg_reload_conf()")
    with open(server.log, "rb") as file:
        file.seek(begin)
        text = file.read().decode(errors="replace")
    line = re.compile(
        r"^\S+ (\d+) LOG:  duration: ([\d.]+) ms  (statement|execute|bind|parse)[^:]*: (.*(?:\n\t.*)*)", re.MULTILINE
    )
    by_process = {}
    for process, ms, step, what in line.findall(text):
        by_process.setdefault(process, []).append((what, float(ms), step in ("statement", "execute")))
    sweeps = [found for found in by_process.values() if any("_instance i" in what for what, *_ in found)]
    return max(sweeps, key=len, default=[])


def tell_asked(table, kind, name, statements):
    sums = {}
    for statement, ms, ran in statements:
        about = "the registry" if re.search("t_ds_jdbc_registry|_replicas", statement) else purpose(statement)
        count, total = sums.get(about, (0, 0.0))
        sums[about] = count + ran, total + ms
        if ran and about == "the registry":
            say(f"{ms:.2f} ms: " + " ".join(statement.split())[:160])
    for about, (count, total) in sorted(sums.items()):
        table.add(NAMES[kind], name, about, count, f"{total:.1f}")


def one(here, report, tables, kind, finished, turns):
    benches = {name: filled(here, kind, name, finished) for name in REGISTRIES}
    etcd = Etcd(here.scratch / f"{kind}-etcd-server")
    here.start(etcd)
    clients = register(here, etcd, benches["jdbc"].database, kind, int((time.time() - STARTED) * 1000))
    daemons = contenders(here, etcd, benches, kind)
    for name, daemon in daemons.items():
        init_db(daemon)
        say(f"{NAMES[kind]}: {name}")
        here.start(daemon)
        wait_for("the first sweep", lambda daemon=daemon: daemon.sweeps() >= 1, 60, daemon.log_tail)
    taken = interleaved(
        turns, {name: daemon.turn for name, daemon in daemons.items()}, lambda name: clients.next_one(), warm_up=3
    )
    for name, daemon in daemons.items():
        last = [line for line in daemon.log_text().splitlines() if " sweep " in line][-1]
        if "sweep done" not in last or f"{len(ADDRESSES) * OWNED} owned" not in last:
            raise RuntimeError(f"{name}: {last}\n{daemon.log_tail()}")
        limit = RATIO * taken[BASE].median + EXTRA
        tables[0].add(
            NAMES[kind],
            name,
            milliseconds(taken[name]),
            "–" if name == BASE else taken[name].over(taken[BASE]).show("{:.2f}"),
            "–" if name == BASE else f"{limit * 1000:.1f}",
            *(f"{Series(daemon.steps[step][-turns:]).median * 1000:.1f}" for step in STEPS),
        )
        if name != BASE:
            report.bar(f"quiet sweep, {name} / ZooKeeper: {NAMES[kind]}", taken[name].median / taken[BASE].median,
                       limit / taken[BASE].median)
        if kind == "postgresql":
            clients.next_one()
            tell_asked(tables[1], kind, name, asked(benches[name], daemon))
    for daemon in daemons.values():
        daemon.stop()


def milliseconds(series):
    return Series([value * 1000 for value in series.values]).show("{:.1f}")


def measure(found):
    report = Report("Registries")
    tables = [
        report.table(
            f"Milliseconds to see that {len(ADDRESSES) * OWNED} owned workflows of {len(ADDRESSES)} masters are well",
            *("database", "registry", "sweep", "/ ZooKeeper", "goal", *STEPS),
        ),
        report.table(
            "What one sweep asks, by the server's log of statements",
            *("database", "registry", "for", "statements", "ms"),
        ),
    ]
    with world(found.kinds) as here:
        for kind in found.kinds:
            one(here, report, tables, kind, found.finished, found.turns)
    report.notes.append(
        f"Goal: at most {RATIO} times the sweep with ZooKeeper and {EXTRA * 1000:.0f} ms. {found.turns} turns beside"
        f" {found.finished:,} finished workflows; the steps are medians."
    )
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            finished=(10_000, 1000, "how many finished workflows"),
            kinds=(("postgresql", "mysql"), ("postgresql",), "which databases"),
            turns=(40, 2, "turns that count"),
        ),
    )
