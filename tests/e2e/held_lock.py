#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Another master holds the failover lock of a lost host, by Curator's own recipe: rightly, while it stalls on the
database; until it dies; or as the builds that never release it, with and without the marker that proves it."""

import concurrent.futures
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import CuratorPeer, Daemon, StandIn, World, define_workflow, insert_running, main, now, wait_for  # noqa: E402

LOST = "127.9.9.9:5678"
ALIVE = "127.9.9.1:5678"
IDS = [1, 2]


class HeldLock(unittest.TestCase):
    maxDiff = None

    def process_rows(self, database):
        define_workflow(database, 9001)
        for number in IDS:
            insert_running(database, number, LOST)
        database.log_changes()

    def workflow_rows(self, database):
        define_workflow(database, 9001)
        for number in IDS:
            database.insert(
                "t_ds_workflow_instance",
                id=number,
                name=f"wf-{number}",
                workflow_definition_code=9001,
                workflow_definition_version=1,
                state=1,
                start_time=now(600),
                run_times=1,
                host=LOST,
                command_type=0,
                command_param='{"commandType":"START_PROCESS","startNodes":[],"commandParams":[]}',
                executor_id=1,
            )
        database.log_changes()

    def masters_writes(self, cursor, number):
        """What a 3.1.1 master writes of one workflow, as far as it matters here."""
        cursor.execute("update t_ds_process_instance set host = 'NULL' where id = %s and host = %s", (number, LOST))
        cursor.execute(
            "insert into t_ds_command (command_type, process_definition_code, process_definition_version, "
            "command_param, process_instance_id, executor_id) values (2, 9001, 1, '{}', %s, 1)",
            (number,),
        )

    def written(self, database):
        return [(c["tab"], c["op"]) for c in database.changes() if c["tab"] != "t_ds_alert"]

    def check_left_alone(self, daemon, database):
        before = self.written(database)
        result = daemon.sweep()
        self.assertEqual(result.code, 3, result)
        self.assertEqual([h["guard"] for h in result.report["holds"]], ["lock_stuck"], result)
        self.assertEqual(self.written(database), before, result)
        self.assertGreater(database.value("select count(*) from t_ds_alert where content like '%%lock_stuck%%'"), 0)
        return result

    def commands(self, database, column="process_instance_id"):
        return sorted(r["id"] for r in database.rows(f"select {column} as id from t_ds_command"))

    def stalled(self, world):
        """A peer with the lock in its hand and half of its writes in an open transaction, and a daemon beside it."""
        database = world.database("ds")
        self.process_rows(database)
        world.end(StandIn(world.zookeeper, ALIVE))
        peer = CuratorPeer(world.scratch / "peer", world.zookeeper)
        world.start(peer)
        self.assertEqual(peer.ask("acquire", f"/lock/failover/masters/{LOST}", 20000), "acquired")
        holding = database.server.connect(database.name, autocommit=False)
        world.later.callback(holding.close)
        self.masters_writes(holding.cursor(), IDS[0])
        daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, failover={"lock_wait": "1s"})
        return database, peer, holding, daemon

    def test_held_rightly(self):
        with World() as world:
            database, peer, holding, daemon = self.stalled(world)
            self.check_left_alone(daemon, database)
            self.masters_writes(holding.cursor(), IDS[1])  # it wakes, and goes on as if nothing had been
            holding.commit()
            self.assertEqual(peer.ask("release", f"/lock/failover/masters/{LOST}"), "released")
            result = daemon.sweep()
            self.assertEqual(result.code, 0, result)
            self.assertEqual(result.report["verdicts"]["pending"], len(IDS), result)
            self.assertEqual(self.commands(database), IDS, "the master's, and no other")

    def test_holder_dies(self):
        with World() as world:
            database, peer, holding, daemon = self.stalled(world)
            self.check_left_alone(daemon, database)
            peer.kill()
            holding.rollback()
            daemon.configure(failover={"lock_wait": "10s"})  # its session ends after 4 s
            result = daemon.sweep()
            self.assertEqual(result.code, 0, result)
            self.assertEqual(self.commands(database), IDS, result)

    def test_commit_outlives_its_client(self):
        """The server takes longer for our COMMIT than we wait, as without its synchronous standby. A master of 3.2 and older reads the rows
        without a lock and writes them without a condition: it gets the failover lock only once they are claimed."""
        with World() as world:
            database = world.database("ds")
            self.process_rows(database)
            world.end(StandIn(world.zookeeper, ALIVE))
            database.execute("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(9); return null; end $$")
            database.execute("create constraint trigger slow after insert on t_ds_command deferrable initially deferred "
                             "for each row when (new.process_instance_id = 1) execute function slow()")  # fmt: skip
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, database={"statement_timeout": "2s"})
            peer = CuratorPeer(world.scratch / "peer", world.zookeeper)
            world.start(peer)
            with concurrent.futures.ThreadPoolExecutor() as beside:
                sweep = beside.submit(daemon.sweep)
                wait_for("our COMMIT", lambda: database.value("select count(*) from pg_stat_activity where query = 'commit' and state = 'active'"), 30)
                self.assertEqual(peer.ask("acquire", f"/lock/failover/masters/{LOST}", 30000), "acquired")
                read = [row["host"] for row in database.rows("select host from t_ds_process_instance where id in (1, 2)")]
                self.assertEqual(peer.ask("release", f"/lock/failover/masters/{LOST}"), "released")
                result = sweep.result()
            self.assertEqual(read, ["NULL"] * len(IDS), result)
            self.assertEqual(result.code, 0, result)
            self.assertEqual(self.commands(database), IDS, result)

    def test_leaked(self):
        """As 3.3.1 to 3.4.1 leave it: rows handed over, marker written, lock never released. One row came late."""
        with World() as world:
            database = world.database("ds", version="3.4.3")
            self.workflow_rows(database)
            client = world.zookeeper.shared_client()
            client.ensure_path("/dolphinscheduler/nodes/failover-finish-nodes")
            world.end(StandIn(world.zookeeper, ALIVE, version="3.4.3"))
            daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, failover={"lock_wait": "1s"})
            owner = StandIn(
                world.zookeeper, LOST, version="3.4.3", startup_ms=int((time.time() - 3600) * 1000), process_id=77
            )
            self.assertEqual(daemon.sweep().code, 0)  # which incarnation it is stays in the journal
            owner.leave()

            peer = CuratorPeer(world.scratch / "peer", world.zookeeper)
            world.start(peer)
            self.assertEqual(peer.ask("acquire", f"/lock/master-failover/{LOST}", 20000), "acquired")
            database.execute("update t_ds_workflow_instance set state = 18 where id = %s", IDS[0])
            database.insert(
                "t_ds_command",
                command_type=2,
                workflow_definition_code=9001,
                workflow_definition_version=1,
                command_param="{}",
                workflow_instance_id=IDS[0],
                executor_id=1,
            )
            self.check_left_alone(daemon, database)  # it may just be slow

            marker = f"/dolphinscheduler/nodes/failover-finish-nodes/{LOST}-{owner.startup_ms}-77"
            client.create(marker, str(int(time.time() * 1000)).encode())
            result = daemon.sweep()
            self.assertEqual(result.code, 0, result)
            self.assertEqual(self.commands(database, "workflow_instance_id"), IDS, result)
            lock = client.get_children(f"/dolphinscheduler/lock/master-failover/{LOST}")
            self.assertEqual(len(lock), 1, "what the peer leaked is the peer's")


if __name__ == "__main__":
    main()
