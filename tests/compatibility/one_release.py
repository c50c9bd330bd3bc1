# SPDX-License-Identifier: Apache-2.0
"""One release on one database: its schema is made, seeded, swept by the real daemon, and compared."""

import json
import time

import schemas
from seeds import ALIVE, DEAD, RESTARTED, STRANDED, Rows
from testbed import Daemon, StandIn
from worker import KilledWorker

LOCKS = ("lock/failover/masters", "lock/master-failover")
MARKERS = "nodes/failover-finish-nodes"


class Different(Exception):
    """What was seen is not what a master of that release makes of it; the message says both."""


def same(what, seen, expected):
    if seen != expected:
        raise Different(f"{what}: seen {seen!r}, expected {expected!r}")


def same_rows(seen, expected):
    for number in sorted({*seen, *expected}, key=str):
        same(f"what was written for {number}", seen.get(number), expected.get(number))


def try_release(world, library, release, kind, number):
    """How many workflows were handed over, of how many that were lost; raises Different."""
    name = f"c{number}_{kind}"
    database = schemas.make(world, library, release, kind, name)
    try:
        if release.known:
            same("what tables.txt says otherwise", schemas.undescribed(world, database, release), [])
        daemon = Daemon(
            *(world.scratch / name, world.zookeeper, database),
            **dict(namespace=name, as_owner=not release.known, journal={"create": False}),
            failover={"stopped_rows": "recover"},
        )
        return (swept if release.known else refused)(daemon, database, world, release, name)
    finally:
        database.close()
        database.server.drop_database(name)


def register(world, release, namespace, address, age, kind="master"):
    startup = int((time.time() - age) * 1000)
    client = world.zookeeper.shared_client()
    client.ensure_path(f"/{namespace}/nodes/{kind}" + ("/default" if "/" in address else ""))
    version = release.name.partition("-")[0]
    return StandIn(
        world.zookeeper, address, kind=kind, version=version, namespace=namespace, startup_ms=startup, process_id=4711
    )


def refused(daemon, _database, world, release, namespace):
    with register(world, release, namespace, ALIVE, 7200):
        init, sweep = daemon.call("init-db", "--config", daemon.config), daemon.sweep()
    if init.code == 0:
        raise Different(f"init-db was not refused: {init}")
    same("exit code of sweep", sweep.code, 3)
    same("holds", [hold["guard"] for hold in sweep.report["holds"]], ["unknown_schema"])
    return 0, 0


def swept(daemon, database, world, release, namespace):
    client = world.zookeeper.shared_client()
    worker = KilledWorker()
    standing = [
        register(world, release, namespace, ALIVE, 7200),
        register(world, release, namespace, RESTARTED, 60),
        register(
            world, release, namespace, ("default/" if release.worker_groups else "") + worker.address, 7200, "worker"
        ),
    ]
    try:
        if release.markers:
            client.ensure_path(f"/{namespace}/{MARKERS}")
        dead = register(world, release, namespace, DEAD, 7200)
        rows = Rows(database, release, worker.address)
        rows.define()
        same("exit code of the sweep while all live", daemon.sweep().code, 0)
        dead.leave()
        rows.seed()
        database.log_changes()
        if release.in_place:  # another master may have taken them over: that none did is for a person to say
            same_verdicts(daemon, rows.unproven())
            for number in sorted(rows.taken() - {STRANDED}):
                told = daemon.call("release", str(number), "--config", daemon.config, "--reason", "looked myself")
                same(f"exit code of release {number}", told.code, 0)
        same_verdicts(daemon, rows.verdicts())
        before = mutexes(client, namespace)
        result = daemon.sweep()
        locks = [place for place, made in mutexes(client, namespace).items() if made != before[place]]
        same("outcomes", outcomes(result), {n: "recovered" for n in rows.taken()})
        same("exit code of sweep", result.code, 0)
        changes = [c for c in database.changes() if c["tab"] != "t_ds_alert"]
        same_rows(rows.found(changes), rows.writes())
        same("locks taken", set(locks), {release.lock(DEAD), release.lock(DEAD if release.in_place else RESTARTED)})
        task = next(t["id"] for t in rows.tasks.values() if t["host"] == worker.address)
        killed = ([release.kill_request], [task]) if release.kill_request else ([], [])
        same("messages to the living worker", (worker.types, worker.tasks), killed)
        if release.markers:
            same("markers", sorted(client.get_children(f"/{namespace}/{MARKERS}")), markers(dead))
        same("alerts were told", database.value("select count(*) from t_ds_alert") > 0, True)
        journal = {r["instance_id"] for r in database.rows("select instance_id from ds_reconciler_journal")}
        same("the journal's entries", journal, rows.taken())
        again = daemon.sweep()
        same("what a second sweep does", outcomes(again), {})
        same("what a second sweep writes", [c for c in database.changes() if c["tab"] != "t_ds_alert"], changes)
        return len(rows.taken()), sum(v.startswith("orphan") or v == "stranded" for v in rows.verdicts().values())
    finally:
        for one in (*standing, worker):
            one.leave()


def same_verdicts(daemon, expected):
    seen = daemon.call("verdicts", "--config", daemon.config, "--direct", "--json", "--limit", "1000")
    judged = {row["workflow_instance_id"]: row for row in json.loads(seen.out)["rows"]}
    for number in sorted({*judged, *expected}):
        row = judged.get(number, {})
        same(f"the verdict of {number} ({row.get('reason')})", row.get("verdict"), expected.get(number))


def mutexes(client, namespace):
    """How often a child came or went, for every place where masters of some release lock. The places are made to stay:
    a container vanishes with its last child."""
    places = [*(f"{base}/{address}" for base in LOCKS for address in (DEAD, RESTARTED)), LOCKS[1]]
    for place in places:
        client.ensure_path(f"/{namespace}/{place}")
    return {place: client.exists(f"/{namespace}/{place}").cversion for place in places}


def outcomes(result):
    return {a["workflow_instance_id"]: a["outcome"] for a in result.report["actions"]}


def markers(dead):
    return [f"{dead.address}-{dead.startup_ms}-{dead.process_id}"]
