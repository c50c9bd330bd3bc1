#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a large registry costs: requests and time of one sweep with 50 masters, 2,000 workers and 10,000 failover
markers, and the removal of 100,000 old markers.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/registry_size.py [--quick] [--markers 10000] ...

Requests are ZooKeeper's own count for the daemon's session (`cons`), less what it says while it is idle. The removal is
timed in turn with a plain client (kazoo) that deletes as many nodes, all under way at once."""

import re
import time

import harness
from databases import Sqlite, world
from harness import Report, Series, interleaved, say, seconds_of

from testbed import Daemon, StandIn, wait_for
from testbed.stand_in import heartbeat

VERSION = "3.4.3"  # leaves markers
DAY = 86_400_000
AT_ONCE = 2000


def in_flight(client, calls):
    """Makes the calls, many under way at once. `calls`: (name of a kazoo method without _async, arguments)."""
    waiting = []
    for name, arguments, options in calls:
        waiting.append(getattr(client, f"{name}_async")(*arguments, **options))
        if len(waiting) >= AT_ONCE:
            for answer in waiting:
                answer.get(60)
            waiting = []
    for answer in waiting:
        answer.get(60)


def address(kind, number):
    return f"127.{kind}.{number // 250}.{1 + number % 250}:5678"


def servers(client, namespace, masters, workers):
    startup = int((time.time() - 3600) * 1000)
    calls = []
    for kind, count, block in (("master", masters, 20), ("worker", workers, 21)):
        for number in range(count):
            at = address(block, number)
            beat = heartbeat(VERSION, startup, 1000 + number, at, kind).encode()
            calls.append(("create", (f"/{namespace}/nodes/{kind}/{at}", beat), {"ephemeral": True}))
    in_flight(client, calls)


def markers(client, namespace, count, age_days):
    """Markers of masters long gone."""
    written = int(time.time() * 1000) - int(age_days * DAY)
    parent = f"/{namespace}/nodes/failover-finish-nodes"
    client.ensure_path(parent)
    calls = []
    for number in range(count):
        name = f"{address(22, number)}-{written - 1000}-{number + 1}"
        calls.append(("create", (f"{parent}/{name}", str(written).encode()), {}))
    in_flight(client, calls)
    return parent


def received(here, ours):
    """{session: packets that ZooKeeper received from it} of the sessions that are not ours."""
    found = {}
    for line in here.zookeeper.four_letters("cons").splitlines():
        if match := re.search(r"recved=(\d+),.*sid=0x([0-9a-f]+)", line):
            session = int(match[2], 16)
            if session not in ours and session != 0:
                found[session] = int(match[1])
    return found


def daemon_packets(here, ours):
    packets = received(here, ours)
    if len(packets) != 1:
        raise RuntimeError(f"not one session of the daemon but {packets}")
    return next(iter(packets.values()))


def quiet(here, daemon, ours, sweeps):
    """(requests of one sweep, milliseconds of one sweep as the daemon says)"""
    requests = []
    for _ in range(sweeps):
        before, count = daemon_packets(here, ours), daemon.sweeps()
        daemon.sweep_now()
        wait_for("a sweep", lambda count=count: daemon.sweeps() > count, 120, daemon.log_tail, interval=0.01)
        requests.append(daemon_packets(here, ours) - before)
    took = re.findall(r"sweep done: .*; (\d+) (ms|s)(?: sweep=.*)?$", daemon.log_text(), re.MULTILINE)
    return Series(requests), Series(int(number) * (1 if unit == "ms" else 1000) for number, unit in took[-sweeps:])


def daemon_of(here, namespace, database, **changes):
    return Daemon(
        here.scratch / namespace,
        here.zookeeper,
        {"type": "sqlite", "path": str(database.path), "time_zone": "UTC"},
        namespace,
        sweep={"interval": "1h", "watch": True},
        registry={"session_timeout": "60s"},
        **changes,
    )


def size(here, found, table, report):
    """A sweep beside few and beside many nodes."""
    database = Sqlite(here.scratch / "size.db", VERSION)
    for masters, workers, count in ((1, 0, 0), (found.masters, found.workers, found.markers)):
        namespace = f"size-{masters}-{workers}-{count}"
        say(f"{masters} masters, {workers} workers, {count} markers")
        client = here.zookeeper.client(timeout=60.0)
        try:
            for kind in ("master", "worker"):
                client.ensure_path(f"/{namespace}/nodes/{kind}")
            servers(client, namespace, masters, workers)
            markers(client, namespace, count, age_days=1)
            daemon = daemon_of(here, namespace, database)
            ours = {client.client_id[0], *([here.zookeeper._shared.client_id[0]] if here.zookeeper._shared else [])}
            with daemon:
                wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 120, daemon.log_tail)
                requests, took = quiet(here, daemon, ours, found.sweeps)
        finally:
            client.stop()
            client.close()
        nodes = masters + workers + count
        table.add(
            f"{masters:,} masters, {workers:,} workers, {count:,} markers",
            requests.show("{:.0f}"),
            f"{requests.median / nodes:.2f}",
            took.show("{:.0f}"),
        )
        report.bar(f"requests of a quiet sweep / nodes: {nodes:,} nodes", requests.median / nodes)


def cleanup(here, found, table, report):
    """Old markers, removed by the daemon, in turn with a plain client."""
    database = Sqlite(here.scratch / "cleanup.db", VERSION)
    namespace = "cleanup"
    state = {}
    with StandIn(here.zookeeper, "127.9.9.8:5678", version=VERSION, namespace=namespace, session=60.0) as master:
        daemon = daemon_of(here, namespace, database)
        client = master.client

        def prepare(_):
            state["parent"] = markers(client, namespace, found.old_markers, age_days=30)

        def plain():
            names = client.get_children(state["parent"])
            in_flight(client, (("delete", (f"{state['parent']}/{name}",), {}) for name in names))

        def sweep():
            """As many sweeps as it takes; the longest is what another loss would wait for."""
            left, longest = found.old_markers, 0.0
            begun = time.perf_counter()
            while left:
                result = []
                longest = max(longest, seconds_of(lambda: result.append(daemon.sweep(timeout=3600))))
                removed = result[0].report["markers"]["removed"] if result[0].code == 0 else 0
                if not removed:
                    raise RuntimeError(str(result[0])[:4000])
                left -= removed
            state.setdefault("longest", []).append(longest)
            return time.perf_counter() - begun

        say(f"{found.old_markers} old markers")
        taken = interleaved(found.turns, {"plain client": plain, "daemon": sweep}, prepare, warm_up=0)
        left = len(client.get_children(state["parent"]))
        if left:
            raise RuntimeError(f"{left} markers are left")
    ratio = taken["daemon"].over(taken["plain client"])
    table.add(
        f"{found.old_markers:,}",
        taken["plain client"].show(),
        taken["daemon"].show(),
        ratio.show("{:.2f}"),
        Series(state["longest"]).show(),
    )
    report.bar(f"removal of {found.old_markers:,} markers / plain client", ratio.median)


def measure(found):
    report = Report("Registry")
    with world([]) as here:
        table = report.table(
            "A quiet sweep of a running daemon, SQLite, 3.4.3", "registry", "requests", "requests / node", "milliseconds"
        )
        size(here, found, table, report)
        table = report.table("Seconds to remove old markers", "markers", "plain client", "daemon", "daemon / client", "longest sweep")
        cleanup(here, found, table, report)
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            masters=(50, 3, "registered masters"),
            workers=(2000, 20, "registered workers"),
            markers=(10_000, 50, "failover markers that stay"),
            old_markers=(100_000, 100, "failover markers that go"),
            sweeps=(7, 2, "quiet sweeps that count"),
            turns=(3, 1, "removals that count"),
        ),
    )
