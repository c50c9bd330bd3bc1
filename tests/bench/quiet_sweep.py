#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a sweep costs that finds nothing to do: 1,000 owned workflows beside a history of finished ones, with and
without the optional index, beside the bare query in the client.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/quiet_sweep.py [--quick] [--finished 1000000,10000000] ...

What the sweep asks is told by the server's own log of statements, by what each is for; what safety reads beside the rows
is a row of its own.

Client and daemon are whole processes, one query and one `sweep`; "sweep" is what a running daemon says of its own, with
its connections open. Passes over the table are the database's own counters (rows of it read by one sweep, divided by
its rows)."""

import datetime
import re
import time

import harness
from databases import KINDS, NAMES, Bench, world
from harness import Report, Series, daemon_knows, interleaved, say, seconds_of

from testbed import Daemon, StandIn, wait_for

OWNER, OWNED = "127.9.9.8:5678", 1000
STARTED = 3600  # seconds that the owner says it is up
LARGEST = {"sqlite": 1_000_000}  # DolphinScheduler does not run on it
GOAL, GOAL_PASSES = 1.2, 1.0
OTHER_SESSIONS = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)


def query(bench, path):
    """What a person would ask."""
    final = "3, 5, 6, 7, 9, 13" if bench.unit == "process" else "3, 5, 6, 7"
    path.write_text(
        f"select id, name, state, host, start_time, restart_time, state_history from {bench.instances}"
        f" where state is null or state not in ({final}) order by id;\n"
    )
    return path


class History:
    """A database with 1,000 owned workflows beside finished ones, that grows: a fifth of the first lot is newer than the
    owned ones, for what runs long is not the newest."""

    def __init__(self, here, kind, version, finished):
        self.bench = Bench(here, kind, version, "quiet")
        early = finished * 4 // 5
        self.bench.fill(1, early, 7, OWNER, end="2026-01-01 00:01:00")
        self.bench.fill(early + 1, OWNED, 1, OWNER, start=now_wall())
        self.finished = early
        self.grow(finished)

    def grow(self, finished):
        first = self.finished + OWNED + 1
        self.bench.fill(first, finished - self.finished, 7, OWNER, start=now_wall(), end=now_wall())
        self.finished = finished
        self.bench.settle()

    def forget_index(self):
        of_table = f" on {self.bench.instances}" if self.bench.kind == "mysql" else ""
        self.bench.database.execute(f"drop index if exists ds_reconciler_unfinished{of_table}")


def now_wall():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def rows_read(bench):
    """How many rows of the instance table were read since the server began, or None where no counter tells."""
    if bench.kind == "postgresql":
        bench.database.execute("select pg_stat_force_next_flush()")
        return bench.database.value(
            "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = %s",
            bench.instances,
        )
    if bench.kind == "mysql":  # of all tables; the others are small
        status = {r["Variable_name"]: r["Value"] for r in bench.database.rows("show global status like '%rows_read'")}
        return int(status.get("Rows_read") or status["Innodb_rows_read"])  # MariaDB's name, MySQL's
    return None


def passes(bench, daemon, rows):
    """By one `sweep`. What asking the counter reads itself is taken off."""
    before = rows_read(bench)
    if before is None:
        return None
    own = rows_read(bench) - before
    before = rows_read(bench)
    daemon.sweep(timeout=1200)
    if bench.kind == "postgresql":  # counters of a session are complete once it ended
        wait_for(
            "the daemon's session to end",
            lambda: bench.database.value(OTHER_SESSIONS) == 0,
        )
    return (rows_read(bench) - before - own) / rows


def running(daemon, turns):
    """What a running daemon says that its sweeps took, in seconds."""
    daemon.configure(sweep={"interval": "1h", "watch": False})
    daemon.log.unlink(missing_ok=True)
    daemon.launch()
    try:
        wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 1200, daemon.log_tail)
        for turn in range(turns + 1):
            daemon.sweep_now()
            wait_for("a sweep", lambda turn=turn: daemon.sweeps() >= turn + 2, 1200, daemon.log_tail, interval=0.02)
    finally:
        daemon.stop()
    line = re.compile(r" sweep done: .*; ([\d smh]+)(?: sweep=|$)", re.MULTILINE)
    said = [seconds(text) for text in line.findall(daemon.log_text())]
    return Series(said[-turns:])


# By what stands in a statement, the first that fits; what none fits is what safety reads beside the rows.
PURPOSES = (
    ("rows", r"from t_ds_\w+_instance i\s+(join \(|where i\.id >|where i\.state is null)|min\(i\.id\)"),
    ("the queues", r"t_ds_serial_command|from t_ds_command c\s+order by"),
    ("their commands and definitions", r"from (t_ds_command c|t_ds_\w+_definition_log d)\b(?!.*\blimit\b)"),
    ("the journal", r"ds_reconciler_"),
    ("the schema", r"pg_catalog|information_schema|t_ds_version|pragma_"),
    ("session and transactions", r"^\s*(set|begin|start|commit|rollback|select 1\s*$|select set_config|show)\b"),
)
SAFETY = "what safety reads beside the rows"


def purpose(statement):
    return next((name for name, form in PURPOSES if re.search(form, statement, re.IGNORECASE | re.DOTALL)), SAFETY)


def asked(bench, daemon):
    """[(statement, milliseconds)] of one `sweep`, by the server; None where it keeps no log."""
    if bench.kind == "postgresql":
        bench.database.execute(f"alter database {bench.database.name} set log_min_duration_statement = 0")
        log = bench.database.server.log
        begin = log.stat().st_size
        daemon.sweep(timeout=1200)
        bench.database.execute(f"alter database {bench.database.name} reset log_min_duration_statement")
        with open(log, "rb") as file:
            file.seek(begin)
            text = file.read().decode(errors="replace")
        line = re.compile(r"duration: ([\d.]+) ms  (?:statement|execute|bind|parse)[^:]*: (.*(?:\n\t.*)*)")
        return [(what, float(ms)) for ms, what in line.findall(text)]
    if bench.kind == "mysql":
        for setting in ("log_output = 'TABLE'", "long_query_time = 0", "slow_query_log = 1"):
            bench.database.execute(f"set global {setting}")
        bench.database.execute("truncate table mysql.slow_log")
        daemon.sweep(timeout=1200)
        for setting in ("slow_query_log = 0", "long_query_time = 10", "log_output = 'FILE'"):
            bench.database.execute(f"set global {setting}")
        return [
            (str(row["sql_text"]), float(row["ms"]))
            for row in bench.database.rows(
                "select convert(sql_text using utf8mb4) as sql_text, time_to_sec(query_time) * 1000 as ms"
                " from mysql.slow_log where db = %s",
                bench.database.name,
            )
        ]
    return None


def tell_asked(table, kind, version, finished, index, statements):
    sums = {}
    for statement, ms in statements:
        count, total = sums.get(purpose(statement), (0, 0.0))
        sums[purpose(statement)] = count + 1, total + ms
    for name in [*(name for name, _ in PURPOSES), SAFETY]:
        count, total = sums.get(name, (0, 0.0))
        table.add(NAMES[kind], version, f"{finished:,}", "yes" if index else "no", name, count, f"{total:.1f}")
    for statement, _ in statements:
        if purpose(statement) == SAFETY:
            say("safety reads: " + " ".join(statement.split())[:200])


def seconds(text):
    """Of what the daemon writes for people: `12 ms`, `3 s`, `1 m 05 s`."""
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(int(number) * unit[name] for number, name in re.findall(r"(\d+) (ms|s|m|h)", text))


def one(here, report, table, asks, kind, version, sizes, turns):
    history = History(here, kind, version, sizes[0])
    bench = history.bench
    namespace = f"{kind}-{version}"
    daemon = Daemon(
        here.scratch / namespace,
        here.zookeeper,
        bench.of_daemon(),
        namespace,
        as_owner=True,
        database={"statement_timeout": "10m"},
        failover={"batch": None, "lock_hold": "10m"},
    )
    init_db(daemon)
    bare = query(bench, here.scratch / f"{namespace}.sql")
    indexes = [False]
    if daemon_knows(daemon.binary, "init-db", "--with-index"):
        indexes.append(True)
    else:
        report.miss(f"the sweep with the optional index on {NAMES[kind]}", "this build has no init-db --with-index")

    def sweep():
        result = []
        taken = seconds_of(lambda: result.append(daemon.sweep(timeout=1200)))
        if result[0].code != 0 or result[0].report["verdicts"]["owned"] != OWNED:
            raise RuntimeError(str(result[0])[:4000])
        return taken

    with StandIn(
        here.zookeeper,
        OWNER,
        version=version,
        namespace=namespace,
        startup_ms=int((time.time() - STARTED) * 1000),
        session=30.0,
    ):
        for finished in sizes:
            if finished > history.finished:
                say(f"filling up to {finished} on {NAMES[kind]}")
                history.forget_index()
                history.grow(finished)
            for index in indexes:
                if index:
                    took = seconds_of(lambda: init_db(daemon, "--with-index"))
                    bench.settle()
                    report.notes.append(f"{NAMES[kind]}, {finished:,} finished: the index was made in {took:.1f} s.")
                say(f"{finished} finished on {NAMES[kind]}, {version}, {'with' if index else 'without'} the index")
                taken = interleaved(turns, {"client": lambda: bench.client(bare), "daemon": sweep})
                alone = running(daemon, turns)
                read = passes(bench, daemon, finished + OWNED)
                if statements := asked(bench, daemon):
                    tell_asked(asks, kind, version, finished, index, statements)
                ratio = taken["daemon"].over(taken["client"])
                table.add(
                    NAMES[kind],
                    version,
                    f"{finished:,}",
                    "yes" if index else "no",
                    taken["client"].show(),
                    taken["daemon"].show(),
                    alone.show(),
                    ratio.show("{:.2f}"),
                    f"{alone.median / taken['client'].median:.2f}",
                    "–" if read is None else f"{read:.3f}",
                )
                if not index:
                    by_client = alone.median / taken["client"].median
                    report.bar(f"quiet sweep / bare query: {NAMES[kind]}, {finished:,}", by_client, GOAL)


def init_db(daemon, *options):
    made = daemon.call("init-db", *options, "--config", daemon.config, timeout=3600)
    if made.code != 0:
        raise RuntimeError(str(made))


def measure(found):
    report = Report("Quiet sweep")
    table = report.table(
        f"Seconds to see that {OWNED:,} owned workflows are well",
        "database",
        "schema",
        "finished",
        "index",
        "client",
        "daemon",
        "sweep, running",
        "daemon / client",
        "running / client",
        "passes",
    )
    asks = report.table(
        "What one `sweep` asks, by the server's log of statements",
        "database",
        "schema",
        "finished",
        "index",
        "for",
        "statements",
        "ms",
    )
    with world(found.kinds) as here:
        for kind in found.kinds:
            sizes = sorted(n for n in found.finished if n <= LARGEST.get(kind, n))
            for version in found.versions:
                if sizes:
                    one(here, report, table, asks, kind, version, sizes, found.turns)
    report.notes.append(
        f"Goals: without the index at most {GOAL} times the bare query and {GOAL_PASSES:.0f} pass over the table; with"
        " it a time that does not grow with the history. The goal is for a running daemon; the client's and the daemon's"
        " own figure are whole processes, on a small table mostly their start and ZooKeeper's session."
    )
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            finished=((1_000_000, 10_000_000), (5000,), "how many finished workflows, several separated by commas"),
            kinds=(KINDS, KINDS, "which databases"),
            versions=(("3.4.3",), ("3.4.3",), "which schemas"),
            turns=(3, 1, "turns that count"),
        ),
    )
