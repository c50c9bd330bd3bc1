#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the daemon takes: resident memory idle and with 100,000 orphans, processor time of an idle hour, the size of the
binary, start to the first finished sweep, connections held.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/footprint.py [--quick] [--orphans 100000] [--interval 60]

The start is timed in turn with the client of the same database that asks it for one row. The idle hour is taken from
whole cycles, from the end of one sweep to the end of the next, and multiplied: said beside the figure."""

import os
import re
import shutil
import subprocess
import tempfile
import time

import harness
from databases import NAMES, Bench, world
from harness import Report, interleaved, say

from testbed import Daemon, StandIn, wait_for

ALIVE, DEAD = "127.9.9.8:5678", "127.9.9.9:5678"
OWNED = 1000
GOAL_IDLE, GOAL_BUSY = 32.0, 64.0  # MiB


def memory(pid, key):
    """VmRSS (now) or VmHWM (the most it ever was), MiB."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"^{key}:\s+(\d+) kB", status.read(), re.MULTILINE)[1]) / 1024


def processor(pid):
    """Seconds of processor time so far, of all threads there are; finer than the ticks of /proc/PID/stat."""
    spent = 0
    for thread in os.scandir(f"/proc/{pid}/task"):
        with open(f"{thread.path}/schedstat") as schedstat:
            spent += int(schedstat.read().split()[0])
    return spent / 1e9


def connections(bench, here, pid):
    """(to the database, to ZooKeeper), as the servers count them."""
    if bench.kind == "postgresql":
        database = bench.database.value(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
    else:
        database = bench.database.value(
            "select count(*) from information_schema.processlist where db = database() and id <> connection_id()"
        )
    local = sockets(pid)
    registry = [line for line in here.zookeeper.four_letters("cons").splitlines() if "sid=" in line]
    return database, sum(1 for line in registry if int(re.search(r":(\d+)\[", line)[1]) in local)


def sockets(pid):
    """The local ports of that process's TCP connections."""
    inodes = set()
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(entry.path)
        except OSError:
            continue
        if found := re.fullmatch(r"socket:\[(\d+)\]", target):
            inodes.add(found[1])
    ports = set()
    for name in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{name}") as table:
            for line in list(table)[1:]:
                fields = line.split()
                if fields[9] in inodes:
                    ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


def sizes(binary):
    """(as it is, stripped), MiB."""
    with tempfile.TemporaryDirectory(prefix="dsr-bench-") as folder:
        copy = shutil.copy(binary, folder)
        subprocess.run(["strip", copy], check=True)
        return os.path.getsize(binary) / 2**20, os.path.getsize(copy) / 2**20


def first_sweep(daemon):
    """Starts it; seconds until its first sweep is told in the log."""
    daemon.log.unlink(missing_ok=True)
    begun = time.perf_counter()
    daemon.launch()
    wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 60, daemon.log_tail, interval=0.002)
    taken = time.perf_counter() - begun
    daemon.stop()
    return taken


def one(here, found, kind, table, report):
    bench = Bench(here, kind, "3.1.1", "footprint")
    bench.fill(1, OWNED, 1, ALIVE, start=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()))
    bench.settle()
    namespace = f"footprint-{kind}"
    daemon = Daemon(
        here.scratch / namespace,
        here.zookeeper,
        bench.database,
        namespace,
        as_owner=True,
        sweep={"interval": f"{found.interval}s"},
        failover={"batch": None},
        log={"level": "debug"},
    )
    daemon.call("init-db", "--config", daemon.config)
    daemon.confirm_cluster()
    ask = here.scratch / "one.sql"
    ask.write_text(f"select id from {bench.instances} limit 1;\n")
    with StandIn(
        here.zookeeper, ALIVE, namespace=namespace, startup_ms=int((time.time() - 3600) * 1000), session=30.0
    ):
        started = interleaved(
            found.turns, {"client": lambda: bench.client(ask), "daemon": lambda: first_sweep(daemon)}
        )
        daemon.log.unlink()
        here.start(daemon)
        wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 60, daemon.log_tail)
        say(f"idle for {found.cycles} sweep(s), one in {found.interval} s, on {NAMES[kind]}")
        pid = daemon.process.pid
        before, begun, first = processor(pid), time.perf_counter(), daemon.sweeps()
        most = found.interval * found.cycles + 60
        wait_for("idle sweeps", lambda: daemon.sweeps() >= first + found.cycles, most, daemon.log_tail)
        idle_s = time.perf_counter() - begun
        hour = (processor(pid) - before) / idle_s * 3600
        idle = memory(pid, "VmRSS")
        held = connections(bench, here, pid)
        say(f"{found.orphans} orphans on {NAMES[kind]}")
        bench.fill(OWNED + 1, found.orphans, 1, DEAD)
        bench.fill_tasks(OWNED + 1, found.orphans)
        bench.settle()
        daemon.sweep_now()
        wait_for("all handed over", lambda: bench.handed_over() == found.orphans, 1200, daemon.log_tail, interval=0.2)
        before = daemon.sweeps()
        wait_for("the end of that sweep", lambda: daemon.sweeps() >= max(before, 2), 60, daemon.log_tail)
        busy, after = memory(pid, "VmHWM"), memory(pid, "VmRSS")
        daemon.stop()
    for name, value, form, goal in (
        ("resident memory, idle", idle, "{:.1f} MiB", GOAL_IDLE),
        (f"most resident memory, {found.orphans:,} orphans", busy, "{:.1f} MiB", GOAL_BUSY),
        ("resident memory after them", after, "{:.1f} MiB", None),
        (f"processor time of an idle hour, from {idle_s:.0f} s with {found.cycles} sweep(s)", hour, "{:.1f} s", None),
        ("connections to the database", held[0], "{}", 1),
        ("connections to ZooKeeper", held[1], "{}", 1),
    ):
        table.add(NAMES[kind], name, form.format(value), form.format(goal) if goal else "–")
        if goal and goal > 1:
            report.bar(f"{name} ({NAMES[kind]}) / goal", value / goal, 1.0)
    ratio = started["daemon"].over(started["client"])
    table.add(
        NAMES[kind],
        "start to the first finished sweep",
        f"{started['daemon'].show()} s, {ratio.show('{:.1f}')} times the client that asks for one row",
        "–",
    )


def measure(found):
    report = Report("Footprint")
    table = report.table(f"{OWNED:,} owned workflows, 3.1.1", "database", "what", "measured", "at most")
    with world(found.kinds) as here:
        for kind in found.kinds:
            one(here, found, kind, table, report)
    binary = os.environ["DSR_BINARY"]
    whole, stripped = sizes(binary)
    table.add("", "binary", f"{whole:.1f} MiB, {stripped:.1f} MiB stripped", "–")
    report.notes.append("The log was at level debug, which is one line for each idle sweep.")
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            orphans=(100_000, 500, "how many orphans"),
            interval=(60, 2, "sweep.interval in seconds"),
            cycles=(1, 1, "sweeps that the idle time takes in"),
            turns=(5, 1, "starts that count"),
            kinds=(("postgresql", "mysql"), ("postgresql",), "which databases"),
        ),
    )
