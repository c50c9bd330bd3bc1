#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How soon a running daemon notices a loss: from the moment a master's node vanishes to the verdict, and from the end
of the grace period to the committed command.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/reaction.py [--quick] [--losses 200]

One loss after another, on PostgreSQL, which keeps the time of every commit. The sweep's interval stays the default of a
minute: what is measured is the watch and the timer of the grace. Beside it, at the same loss, stands a bare ZooKeeper
watch in this process: nobody can know sooner."""

import datetime
import re
import threading
import time

import harness
from databases import Bench, world
from harness import Report, Series, say

from testbed import Daemon, StandIn, wait_for

STAYS = ["127.9.8.1:5678", "127.9.8.2:5678", "127.9.8.3:5678"]
UP = 3600  # seconds that every master says it is up
AT = "%Y-%m-%d %H:%M:%S.%f"


def wall(moment=None):
    return datetime.datetime.fromtimestamp(moment or time.time(), datetime.timezone.utc).strftime(AT)


def epoch(text):
    """Of an RFC 3339 time in UTC."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def stand_in(here, address):
    return StandIn(here.zookeeper, address, startup_ms=int((time.time() - UP) * 1000), session=30.0)


def verdict(daemon, instance, since):
    """(when its log tells of the waiting instance, when it says that it will act), or None when it did not yet."""
    found = re.search(
        rf"^(\S+) \w+ workflow instance {instance}: waiting: .* due after [^,]*, at (\S+)( sweep=.*)?$",
        daemon.log_text()[since:],
        re.MULTILINE,
    )
    return (epoch(found[1]), epoch(found[2])) if found else None


def lose(here, bench, daemon, number):
    """One loss: (node gone -> bare watch, node gone -> verdict, end of grace -> commit), in seconds."""
    address = f"127.9.{100 + number // 250}.{1 + number % 250}:5678"
    instance = 1000 + number
    master = stand_in(here, address)
    try:
        bench.fill(instance, 1, 1, address, start=wall())
        before = daemon.sweeps()
        daemon.sweep_now()  # it knows the master and its row
        wait_for("a sweep", lambda: daemon.sweeps() > before, 30, daemon.log_tail, interval=0.01)
        told, gone = threading.Event(), []

        def watched(_):
            gone.append(time.time())
            told.set()

        here.zookeeper.shared_client().exists(master.path, watch=watched)
        since = len(daemon.log_text())
        begun = time.time()
        master.client.delete(master.path)
        if not told.wait(30):
            raise RuntimeError("the bare watch was not told")
        seen, due = wait_for(
            "the verdict", lambda: verdict(daemon, instance, since), 30, daemon.log_tail, interval=0.01
        )
        wait_for("its command", lambda: committed(bench, instance), 60, daemon.log_tail, interval=0.02)
        done = committed(bench, instance)
    finally:
        master.leave()
    bench.database.execute("delete from t_ds_command")
    bench.database.execute("update t_ds_process_instance set state = 7, host = %s where id = %s", STAYS[0], instance)
    return gone[0] - begun, seen - begun, done - due


def committed(bench, instance):
    """When its command was committed, or None while there is none."""
    rows = bench.database.rows(
        "select extract(epoch from pg_xact_commit_timestamp(xmin)) as at from t_ds_command where process_instance_id = %s",
        instance,
    )
    return float(rows[0]["at"]) if rows else None


def measure(found):
    report = Report("Reaction")
    with world(["postgresql"], {"postgresql": {"track_commit_timestamp": "on"}}) as here:
        bench = Bench(here, "postgresql", "3.1.1", "reaction")
        stay = [here.end(stand_in(here, address)) for address in STAYS]
        assert all(s.client.connected for s in stay)
        daemon = Daemon(
            here.scratch / "daemon",
            here.zookeeper,
            bench.database,
            sweep={"interval": "60s"},
            failover={"grace": f"{found.grace_s}s", "confirmations": 1},
            guards={"mass_loss_window": "1s"},
        )
        here.start(daemon)
        wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 60, daemon.log_tail)
        taken = []
        for number in range(found.losses):
            taken.append(lose(here, bench, daemon, number))
            if number % 20 == 19:
                say(f"{number + 1} losses")
    table = report.table(
        f"Milliseconds, over {found.losses} losses", "from … to", "p50", "p99", "most", "times the bare watch (p50)"
    )
    watch, seen, done = (Series(1000 * v for v in column) for column in zip(*taken))
    for name, series in (
        ("node gone → a bare watch is told", watch),
        ("node gone → verdict in the log", seen),
        ("end of grace → command committed", done),
    ):
        table.add(
            name,
            f"{series.percentile(0.5):.1f}",
            f"{series.percentile(0.99):.1f}",
            f"{max(series.values):.1f}",
            "–" if series is done else f"{series.over(watch).median:.1f}",
        )
    report.bar("reaction to a loss / bare watch", seen.over(watch).median)
    report.notes.append(
        f"grace {found.grace_s} s, sweep.interval 60 s, PostgreSQL, 3.1.1. The end of the grace is what the daemon itself"
        " announces (`due after ..., at ...`, whole milliseconds); a commit's time is the database's own."
    )
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            losses=(200, 3, "how many masters are lost, one after the other"),
            grace_s=(1, 1, "seconds of grace"),
        ),
    )
