# SPDX-License-Identifier: Apache-2.0
"""The orphans of testbed/orphans.py, given to a real 3.1.1 master or to one sweep of the daemon: what did each
write?"""

import collections
import json
import pathlib
import time

from testbed import Daemon, Master, StandIn, define_tenant, orphans, published_schema, wait_for

RESTARTED = "127.9.9.30:5678"
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "testbed" / "golden" / "master-3.1.1-differential.json"
NOTE = (
    "What a real 3.1.1 master wrote for the orphans of testbed/orphans.py, on PostgreSQL; made by "
    "e2e/differential_g1.py --record. The master called itself overloaded (RESERVED_MEMORY) and so took none of its "
    "own commands up. Changed columns only, by row triggers; NULL columns and ids are left out, of command times only "
    "that they are set. `differs`: where the daemon is meant to do otherwise, and why."
)


def by_real_master(world, kind):
    """{case name: what a real master wrote}"""
    database = world.database("real", kind=kind, schema=published_schema("3.1.1", kind))
    define_tenant(database)
    orphans.define(database, "sleep 1")
    master = Master(
        world.scratch / f"master-{kind}", world.zookeeper, database, namespace=f"real-{kind}", RESERVED_MEMORY="1000000"
    )
    world.start(master)
    # Its first failover comes 10 s after its start. Only now its address is known, which some of the rows bear.
    seeded = orphans.seed(database, master.address)
    database.log_changes()
    assert not master.logged("begin to failover hosts"), "seeded too late: this machine is too slow for this test"
    hosts = {case.host or master.address for case in seeded.values() if case.verdict not in (None, "pending", "parked")}
    wait_for(
        "the master's failover of " + ", ".join(sorted(hosts)),
        timeout=180,
        seen=master.log_tail,
        condition=lambda: all(
            master.logged(rf"Master\[{host}\] failover finished|failover failed, host:{host}") for host in hosts
        ),
    )
    found = orphans.writes(database.changes(), seeded)
    master.kill_if_running()
    return found


def by_daemon(test, world, kind):
    """The same of one `sweep`, with a stand-in for the living master that it needs. The verdicts are checked on the
    way."""
    database = world.database("ours", kind=kind)
    orphans.define(database)
    namespace = f"ours-{kind}"
    startup = int((time.time() - orphans.OWN_SINCE) * 1000)
    with StandIn(world.zookeeper, RESTARTED, namespace=namespace, startup_ms=startup):
        seeded = orphans.seed(database, RESTARTED)
        database.log_changes()
        daemon = Daemon(world.scratch / f"daemon-{kind}", world.zookeeper, database, namespace=namespace)
        result = daemon.sweep()
        test.assertEqual(result.code, 0, result)
        test.assertEqual((result.report["outcome"], result.report["holds"]), ("done", []), result)
        expected = collections.Counter(case.verdict for case in seeded.values() if case.verdict)
        test.assertEqual({k: n for k, n in result.report["verdicts"].items() if n}, dict(expected), result)
        test.assertEqual(
            result.actions(), {i: (case.verdict, "recovered") for i, case in seeded.items() if moves(case)}, result
        )
        found = orphans.writes(database.changes(), seeded)
        again = daemon.sweep()
        test.assertEqual(again.report["actions_total"], 0, f"a second sweep acts again: {again}")
        test.assertEqual(orphans.writes(database.changes(), seeded), found, "a second sweep wrote again")
    test.assertEqual(database.value("select count(*) from t_ds_error_command"), 0)
    return found


def moves(case):
    """Whether the daemon is to hand it over."""
    return case.verdict in ("orphan", "orphan_earlier_incarnation")


def compare(test, real, ours):
    """Each case as the real master, or, where it is meant to differ, one hand-over or nothing at all."""
    for case in orphans.cases():
        with test.subTest(case.name):
            if not case.differs:
                test.assertEqual(
                    text(ours[case.name]), text(real[case.name]), "the daemon's (first) against the real master's"
                )
            elif moves(case):
                test.assertEqual(
                    (ours[case.name]["instance"], len(ours[case.name]["commands"])), ({"host": "NULL"}, 1), case.differs
                )
            else:
                test.assertEqual(
                    text(ours[case.name]), text({"instance": {}, "tasks": {}, "commands": []}), case.differs
                )


def text(writes):
    return json.dumps(writes, indent=1, sort_keys=True)


def recorded():
    """{case name: what the real master wrote when the golden file was made}"""
    return {entry["case"]: entry["writes"] for entry in json.loads(GOLDEN.read_text())["cases"]}


def record(real):
    """Writes the golden file: one case a line."""
    lines = []
    for number, case in enumerate(orphans.cases(), start=orphans.FIRST_ID):
        entry = {
            "case": case.name,
            "instance_id": number,
            "host": case.host or "(the master's own)",
            "instance": {
                k: v if isinstance(v, (int, str, type(None))) else "<a time>" for k, v in case.instance.items()
            },
            "tasks": case.tasks,
            "differs": case.differs,
            "writes": real[case.name],
        }
        if "state_history" in case.instance and case.instance["state_history"].startswith("["):
            entry["instance"]["state_history"] = "<entries with times>"
        lines.append(json.dumps(entry))
    GOLDEN.write_text('{"note": ' + json.dumps(NOTE) + ',\n"cases": [\n' + ",\n".join(lines) + "\n]}\n")
