#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a 3.3 master was seen to write (golden/master-3.3-dev*.json), against one sweep over the same rows in the
3.4.3 schema.

Compared are the columns that both have: 3.3.1 dropped test_flag. A whole master of that line is not published.
"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, main  # noqa: E402

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "testbed" / "golden"
MARKERS = "nodes/failover-finish-nodes"


def seeds_and_writes(changes):
    """The rows that were there before, and the failover's own changes: claims and commands, not what the take-up did
    then."""
    seeds, writes = [], []
    for change in changes:
        if change["op"] == "INSERT" and change["tab"] != "t_ds_command" and not writes:
            seeds.append((change["tab"], change["new"]))
        elif change["tab"] == "t_ds_workflow_instance" and change["op"] == "UPDATE":
            if change["new"]["state"] == 18:
                writes.append(change)
        elif change["tab"] == "t_ds_command" and change["op"] == "INSERT":
            writes.append(change)
    return seeds, writes


def canonical(writes, columns):
    """{instance id: [changed columns, command row]} without ids and values of times, of the named columns."""
    found = {}
    for change in writes:
        old, new = change["old"] or {}, change["new"]
        if change["tab"] == "t_ds_command":
            row = {
                k: "<a time>" if k in ("start_time", "update_time") else v
                for k, v in new.items()
                if k in columns and k != "id"
            }
            row["command_param"] = json.loads(row["command_param"])  # the order of its keys is nobody's business
            found.setdefault(new["workflow_instance_id"], []).append(row)
        else:
            changed = {k: new.get(k) for k in {*old, *new} if old.get(k) != new.get(k) and k != "update_time"}
            found.setdefault(new["id"], []).append(changed)
    return found


class DifferentialG2(unittest.TestCase):
    maxDiff = None

    def differential(self, kind, golden, with_markers):
        seeds, expected = seeds_and_writes(json.loads((GOLDEN / golden).read_text()))
        self.assertEqual((len(seeds), len(expected)), (6, 6), "the golden file is another one")
        dead = seeds[0][1]["host"]
        with World([kind]) as world:
            database = world.database("ds", version="3.4.3", kind=kind)
            code, version = seeds[0][1]["workflow_definition_code"], seeds[0][1]["workflow_definition_version"]
            define_workflow(database, code, version=version)
            for table, row in seeds:
                known = database.columns(table)
                database.insert(table, **{k: v for k, v in row.items() if k in known})
            database.log_changes()
            if with_markers:
                world.zookeeper.shared_client().ensure_path(f"/dolphinscheduler/{MARKERS}")
            with StandIn(world.zookeeper, "127.9.9.1:5678", version="3.4.3"):
                daemon = Daemon(world.scratch / "daemon", world.zookeeper, database)
                result = daemon.sweep()
                self.assertEqual(result.code, 0, result)
                changes = database.changes()
                again = daemon.sweep()
            self.assertEqual(
                {k: n for k, n in result.report["verdicts"].items() if n},
                {"orphan": 3, "parked": 2, "stranded": 1},
                result,
            )
            self.assertEqual(
                {i for i, (_, outcome) in result.actions().items() if outcome == "recovered"},
                {c["new"]["id"] for c in expected if c["tab"] == "t_ds_workflow_instance"},
                result,
            )
            self.assertEqual(
                [c for c in database.changes()[len(changes) :] if c["tab"] != "t_ds_alert"],
                [],
                f"a second sweep wrote again: {again}",
            )
            ours = [c for c in changes if c["tab"] != "t_ds_alert"]
            self.assertEqual(len(ours), len(expected), ours)
            columns = {*database.columns("t_ds_command")}
            self.assertEqual(
                canonical(ours, columns),
                canonical(expected, columns),
                f"the daemon's (first) against the master's, host {dead}",
            )

    def test_postgresql_without_markers(self):
        self.differential("postgresql", "master-3.3-dev.json", with_markers=False)

    def test_postgresql_with_markers(self):
        self.differential("postgresql", "master-3.3-dev-markers.json", with_markers=True)

    def test_mariadb_with_markers(self):
        self.differential("mysql", "master-3.3-dev-markers.json", with_markers=True)


if __name__ == "__main__":
    main()
