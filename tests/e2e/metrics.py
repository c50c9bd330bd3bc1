#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes the running daemon through a loss, its recovery, a pause and a ZooKeeper that goes: the
numbers are right, the dashboard's queries find them, and the rules are evaluated over them."""

import pathlib
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from http_client import ask  # noqa: E402
from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now, wait_for  # noqa: E402
from testbed.dashboard import RULES, check_names, check_queries  # noqa: E402
from servers import Prometheus  # noqa: E402

GRACE = 2
ROWS = 3
ALIVE, LOST = "127.9.9.8:5678", "127.9.9.9:5678"


class Metrics(unittest.TestCase):
    def seeded(self, world):
        database = world.database("ds")
        define_workflow(database, 9001)
        for number in range(1, ROWS + 1):
            database.insert("t_ds_process_instance", id=number, name=f"wf-{number}", process_definition_code=9001,
                            process_definition_version=1, state=1, start_time=now(), run_times=1, host=LOST,
                            command_type=0, command_param="{}", executor_id=1)
        return database

    def awaits(self, name, holds, labels=""):
        """Waits until Prometheus has one series of that name and its value holds."""
        query = f"ds_reconciler_{name}{{{labels}}}"

        def seen():
            found = self.prometheus.query(query)
            return len(found) == 1 and holds(found[0][1])

        wait_for(query, seen, 60, lambda: f"{self.prometheus.query(query)}\n{self.daemon.log_tail()}")

    def value(self, name):
        ((_, value),) = self.prometheus.query(f"ds_reconciler_{name}")
        return value

    def test_scraped(self):
        with World() as world:
            world.end(StandIn(world.zookeeper, ALIVE))
            lost = StandIn(world.zookeeper, LOST)
            database = self.seeded(world)
            port = free_port()
            listen = f"127.0.0.1:{port}"
            self.daemon = Daemon(world.scratch / "daemon", world.zookeeper, database, http={"enabled": True, "listen": listen},
                                 failover={"grace": f"{GRACE}s"}, sweep={"interval": "1s"})
            self.prometheus = Prometheus(world.scratch / "prometheus", listen, [RULES])
            world.start(self.daemon, self.prometheus)

            self.awaits("leader", lambda n: n == 1)
            self.awaits("live_masters", lambda n: n == 2)
            self.awaits("absent_masters", lambda n: n == 0)
            self.awaits("mode", lambda n: n == 1, 'mode="act"')
            self.awaits("build_info", lambda n: n == 1, 'cluster="dolphinscheduler"')
            self.awaits("zookeeper_connected", lambda n: n == 1)
            self.awaits("journal_ready", lambda n: n == 1)
            self.awaits("workflows", lambda n: n == ROWS, 'verdict="owned"')
            self.awaits("sweep_interval_seconds", lambda n: n == 1)
            self.awaits("failovers_total", lambda n: n == 0, 'outcome="recovered"')

            lost.leave()
            self.awaits("failovers_total", lambda n: n == ROWS, 'outcome="recovered"')
            self.awaits("live_masters", lambda n: n == 1)
            self.awaits("absent_masters", lambda n: n == 1)
            self.awaits("loss_to_recovery_seconds_count", lambda n: n == ROWS)
            self.assertGreaterEqual(self.value("loss_to_recovery_seconds_sum"), ROWS * GRACE)
            self.awaits("lock_wait_seconds_count", lambda n: n == 1)
            self.awaits("unconfirmed_failovers", lambda n: n == ROWS)
            self.awaits("journal_entries", lambda n: n == ROWS)
            self.awaits("alerts_sent_total", lambda n: n >= 1, 'channel="log"')
            self.awaits("alerts_sent_total", lambda n: n >= 1, 'channel="table"')

            database.execute("delete from t_ds_command")
            database.execute("update t_ds_process_instance set state = 7")
            self.awaits("takeovers_total", lambda n: n == ROWS, 'outcome="recovered"')
            self.awaits("loss_to_takeover_seconds_count", lambda n: n == ROWS)
            self.awaits("unconfirmed_failovers", lambda n: n == 0)

            self.assertEqual(self.daemon.call("pause", "--config", self.daemon.config, "--reason", "lunch").code, 0)
            self.awaits("paused", lambda n: n == 1)
            self.awaits("hold", lambda n: n == 1, 'guard="paused"')
            self.assertEqual(self.daemon.call("resume", "--config", self.daemon.config, "--reason", "back").code, 0)
            self.awaits("paused", lambda n: n == 0)

            with urllib.request.urlopen(f"http://{listen}/metrics", timeout=10) as answer:
                self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"), answer.headers)
                check_names(self, answer.read().decode())
            check_queries(self, self.prometheus)

            world.zookeeper.stop()
            self.awaits("zookeeper_connected", lambda n: n == 0)
            self.awaits("leader", lambda n: n == 0)
            self.awaits("sweeps_total", lambda n: n >= 1, 'outcome="failed"')
            firing = 'ALERTS{alertname="DsReconcilerZookeeperLost"}'
            self.assertEqual(ask(port, "/api/v1/status").json["registry_session"], "lost")
            wait_for("the rule is pending", lambda: self.prometheus.query(firing), 30, self.prometheus.log_tail)
            world.zookeeper.restart()
            self.awaits("zookeeper_connected", lambda n: n == 1)
            self.awaits("leader", lambda n: n == 1)
            self.assertEqual(ask(port, "/api/v1/status").json["registry_session"], "connected")
            health = {r["name"]: r["health"] for g in self.prometheus.ask("rules")["groups"] for r in g["rules"]}
            self.assertEqual(set(health.values()), {"ok"}, health)


if __name__ == "__main__":
    main()
