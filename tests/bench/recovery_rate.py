#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast one dead master's workflows are handed over (each with an unfinished task in 3.1.1, none in 3.4.3), beside

a) the bare set-based statements typed into psql, mysql or sqlite3 on the same rows (sql/hand_over_*.sql): no lock, no
   second look, no journal, all in one transaction. The limit of what can be reached;
   and the same with what makes it safe and explainable, typed in too: the rows locked and read first, an entry of the
   journal for each. What the daemon takes beyond that is its own: a second look, a recording, ids instead of a range;
b) the failover of a real 3.1.1 master, in the same run, on the same rows.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/recovery_rate.py [--quick] [--orphans 5000,100000] ...

(a) and the daemon are whole processes, start and connections included; the daemon writes its journal and a recording.
The master's rate is from its first recovery command to its last: neither its start nor its waiting counts."""

import re
import time

import harness
from databases import KINDS, NAMES, VERSIONS, Bench, unit, world
from harness import HERE, Report, Series, interleaved, say, seconds_of

from testbed import Daemon, Master, NotFetched, StandIn, fetch, published_schema, wait_for

DEAD, ALIVE = "127.9.9.9:5678", "127.9.9.8:5678"
FIRST = 1001
LONG = 50_000  # from so many on a turn takes long enough to need none before it that warms up
# At 100,000. SQLite is for trying out and has none.
GOAL_OVER_CLIENT = {"postgresql": 2.2, "mysql": 4.0}
GOAL_OVER_SAFE = {"postgresql": 1.5, "mysql": 2.0}
GOAL_OVER_MASTER = 100.0
NO_MASTER = "none"


def filled(world, kind, version, orphans, name, schema=None):
    """A database with that many orphans of a dead master."""
    bench = Bench(world, kind, version, name, schema)
    bench.fill(FIRST, orphans, 1, DEAD)
    if version == "3.1.1":
        bench.fill_tasks(FIRST, orphans)
    bench.settle()
    return bench


def check(bench, orphans, who):
    found = bench.handed_over()
    if found != orphans:
        raise RuntimeError(f"{who} on {bench.kind} {bench.version}: {found} commands for {orphans} orphans")


JOURNALLED = """
insert into ds_reconciler_journal (sweep, recorded_at, kind, instance_id, from_host, old_state, owned_since, releases,
                                   command_id, verdict, reason, version, replica, receipt, message)
select 'by hand', 0, 'failover', c.{unit}_instance_id, '127.9.9.9:5678', 1, 0, 0,
       c.id, 'orphan', 'its owner is not registered, for longer than the grace period, and no command for it waits', '0',
       'by hand', 'awaited', ''
  from t_ds_command c
 where c.command_type = 2
 order by c.id;
"""


def safely(world, kind, version):
    """The file of (a) with locks and journal."""
    sql = (HERE / "sql" / f"hand_over_{kind}_{version}.sql").read_text()
    u = unit(version)
    locked = (
        f"select id, name, state, host, start_time, restart_time, state_history, {u}_definition_code"
        f" from t_ds_{u}_instance where host = '{DEAD}' and state in (0, 1, 2, 4, 12) order by id"
    )
    locked += ";\n" if kind == "sqlite" else " for update;\n"
    begun = re.search(r"^(begin|start transaction).*;\n", sql, re.MULTILINE).end()
    committed = sql.rindex("commit;")
    file = world.scratch / f"safely_{kind}_{version}.sql"
    file.write_text(sql[:begun] + locked + sql[begun:committed] + JOURNALLED.format(unit=u) + sql[committed:])
    return file


def beside_client(world, kind, version, orphans, turns, batch):
    """{"client": Series, "safe": Series, "daemon": Series, "sweep": Series}, in seconds; `safe`: the client with locks
    and journal, `sweep`: what the daemon says it took."""
    bench = filled(world, kind, version, orphans, f"rate{orphans}")
    namespace = f"{kind}-{version}-{orphans}"
    daemon = Daemon(
        world.scratch / namespace,
        world.zookeeper,
        bench.of_daemon(),
        namespace,
        as_owner=True,
        failover={"batch": batch or None},
        log={"level": "info"},
    )
    made = daemon.call("init-db", "--config", daemon.config)
    if made.code != 0:
        raise RuntimeError(str(made))
    daemon.confirm_cluster()
    bench.keep()
    said = []
    state = {"ran": None}

    def prepare(_):
        if state["ran"]:
            check(bench, orphans, state["ran"])
        bench.put_back()

    def client():
        state["ran"] = "the client"
        return bench.client(HERE / "sql" / f"hand_over_{kind}_{version}.sql")

    with_journal = safely(world, kind, version)

    def safe():
        state["ran"] = "the client with locks and journal"
        return bench.client(with_journal)

    def sweep():
        state["ran"] = "the daemon"
        result = []
        seconds = seconds_of(lambda: result.append(daemon.sweep(timeout=1200)))
        if result[0].code != 0 or result[0].report["actions_total"] != orphans:
            raise RuntimeError(str(result[0])[:4000])
        said.append(result[0].report["duration_ms"] / 1000)
        return seconds

    with StandIn(world.zookeeper, ALIVE, version=version, namespace=namespace):
        taken = interleaved(turns, {"client": client, "safe": safe, "daemon": sweep}, prepare, warm_up=1 if orphans < LONG else 0)
    check(bench, orphans, state["ran"])
    taken["sweep"] = Series(said[-turns:])
    return taken


def of_master(world, kind, orphans):
    """Rows a second of a real 3.1.1 master, from its first recovery command to its last. It calls itself overloaded, so
    that it takes none of them up meanwhile."""
    bench = filled(world, kind, "3.1.1", orphans, "master", published_schema("3.1.1", kind))
    master = Master(
        world.scratch / f"master-{kind}",
        world.zookeeper,
        bench.database,
        namespace=f"master-{kind}",
        RESERVED_MEMORY="1000000",
    )
    world.start(master)
    wait_for("the master's first command", lambda: bench.handed_over() > 0, 120, master.log_tail, interval=0.01)
    begun, before = time.perf_counter(), bench.handed_over()
    wait_for("all commands", lambda: bench.handed_over() >= orphans, 60 + orphans / 10, master.log_tail, interval=0.05)
    rate = (orphans - before) / (time.perf_counter() - begun)
    master.kill_if_running()
    check(bench, orphans, "the master")
    return rate


def masters(found, world, report):
    """{kind: rows a second of a real master}"""
    rates = {}
    wanted = [kind for kind in found.masters if kind != NO_MASTER]
    if not wanted:
        report.miss("the rate of a real 3.1.1 master", "left out by --masters none or --quick")
        return rates
    try:
        fetch()
        for kind in wanted:
            published_schema("3.1.1", kind)
    except NotFetched as missing:
        report.miss("the rate of a real 3.1.1 master", str(missing).splitlines()[0])
        return rates
    for kind in wanted:
        say(f"a real master fails {found.master_orphans} over on {NAMES[kind]}")
        rates[kind] = of_master(world, kind, found.master_orphans)
    return rates


def goals():
    """The goals of time, in words."""
    return "; ".join(
        f"on {NAMES[kind]} at most {most} times the bare SQL and {GOAL_OVER_SAFE[kind]} times the same with locks and"
        " journal"
        for kind, most in GOAL_OVER_CLIENT.items()
    )


def measure(found):
    report = Report("Recovery rate")
    table = report.table(
        "Seconds to hand one master's workflows over",
        "database",
        "schema",
        "workflows",
        "client",
        "client, locks and journal",
        "daemon",
        "its sweep alone",
        "daemon / client",
        "daemon / client, locks and journal",
        "workflows/s",
        "real master/s",
        "times the master",
    )
    with world(set(found.kinds) | {k for k in found.masters if k != NO_MASTER}) as here:
        rates = masters(found, here, report)
        limits = []
        for kind in found.kinds:
            for version in found.versions:
                for orphans in found.orphans:
                    say(f"{orphans} on {NAMES[kind]}, {version}")
                    taken = beside_client(here, kind, version, orphans, found.turns, found.batch)
                    over_client = taken["daemon"].over(taken["client"])
                    over_safe = taken["daemon"].over(taken["safe"])
                    rate = orphans / taken["daemon"].median
                    real = rates.get(kind) if version == "3.1.1" else None
                    table.add(
                        NAMES[kind],
                        version,
                        f"{orphans:,}",
                        taken["client"].show(),
                        taken["safe"].show(),
                        taken["daemon"].show(),
                        taken["sweep"].show(),
                        over_client.show("{:.2f}"),
                        over_safe.show("{:.2f}"),
                        f"{rate:,.0f}",
                        f"{real:,.0f}" if real else "–",
                        f"{rate / real:,.0f}" if real else "–",
                    )
                    name = f"{NAMES[kind]} {version}, {orphans:,}"
                    report.bar(f"time of the bare SQL: {name}", over_client.median, GOAL_OVER_CLIENT.get(kind))
                    report.bar(f"time of it with locks and journal: {name}", over_safe.median, GOAL_OVER_SAFE.get(kind))
                    if real:
                        report.bar(f"rate of a real master: {name}", rate / real, GOAL_OVER_MASTER, at_least=True)
                        bare = orphans / taken["client"].median / real
                        limits.append(f"{name} {bare:,.0f}")
    report.notes.append(
        f"The real master handed {found.master_orphans:,} over, once. Goals at 100,000: {goals()}; at least"
        f" {GOAL_OVER_MASTER:.0f} times the real master's rate."
    )
    if limits:
        report.notes.append(f"Times the real master's rate that the bare SQL itself reaches: {'; '.join(limits)}.")
    return report


if __name__ == "__main__":
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            orphans=((5000, 100_000), (200,), "how many workflows, several separated by commas"),
            kinds=(KINDS, KINDS, "which databases"),
            versions=(VERSIONS, VERSIONS, "which schemas"),
            turns=(3, 1, "turns that count"),
            batch=(0, 0, "failover.batch; 0 is its default"),
            masters=(("postgresql", "mysql"), (NO_MASTER,), "on which databases a real master runs, or none"),
            master_orphans=(2000, 50, "how many the real master fails over"),
        ),
    )
