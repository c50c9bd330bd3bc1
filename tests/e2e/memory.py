#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The most memory that the daemon ever held (VmHWM) where rows are wide or many, on each database, and a sweep over a
table whose scan takes longer than failover.lock_hold.

    DSR_BINARY=build/release/ds-reconcilerd tests/e2e/memory.py [--full] [unittest's options]

`--full` takes a million running instances; docs/scale.md has the figures. Otherwise there are fewer, and the test
takes a minute. The bound holds for the full size with a release build."""

import datetime
import http.client
import json
import pathlib
import re
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "bench")]

from databases import KINDS, NAMES, Bench, world  # noqa: E402
from http_client import UnixConnection  # noqa: E402
from servers.process import free_port  # noqa: E402

from testbed import Daemon, StandIn, main, wait_for  # noqa: E402

ALIVE, DEAD = "127.9.9.8:5678", "127.9.9.9:5678"
MOST, AFTERWARDS = 64.0, 32.0  # MiB
WIDE, WIDTH = 600, 64_000
LINKS = 500
ORPHANS = 50_000
FULL = "--full" in sys.argv
RUNNING = 1_000_000 if FULL else 100_000


def held(daemon, key):
    """Of /proc/PID/status, MiB."""
    with open(f"/proc/{daemon.process.pid}/status") as status:
        return int(re.search(rf"^{key}:\s+(\d+) kB", status.read(), re.MULTILINE)[1]) / 1024


def peak(daemon):
    return held(daemon, "VmHWM")


def wall(seconds=0):
    """Seconds from now, as a text in UTC."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def repeated(kind, text, times):
    """An SQL expression for that text, repeated."""
    if kind == "sqlite":
        return f"replace(printf('%.{times}c', 'x'), 'x', '{text}')"
    return f"repeat('{text}', {times})"


def joined(kind, *parts):
    return f"concat({', '.join(parts)})" if kind == "mysql" else " || ".join(parts)


class Memory(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = world(KINDS).__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def bench(self, kind, name, version="3.1.1"):
        bench = Bench(self.world, kind, version, name)
        bench.fill(1, 10, 1, ALIVE, start=wall())
        bench.fill(1_900_000_000, 1, 7, ALIVE, start=wall())  # what is filled in later is not new
        return bench

    def launched(self, bench, name, **changes):
        """A daemon that has swept once, beside one registered master."""
        namespace = f"{name}-{bench.kind}"
        daemon = Daemon(
            self.world.scratch / namespace, self.world.zookeeper, bench.of_daemon(), namespace, as_owner=True,
            **{"sweep": {"interval": "1h", "watch": False}, **changes},
        )  # fmt: skip
        made = daemon.call("init-db", "--config", daemon.config)
        self.assertEqual(made.code, 0, made)
        master = StandIn(
            self.world.zookeeper, ALIVE, namespace=namespace, version=bench.version,
            startup_ms=int((time.time() - 3600) * 1000), session=30.0,
        )  # fmt: skip
        self.addCleanup(master.leave)
        self.world.start(daemon)
        self.addCleanup(daemon.kill_if_running)
        wait_for("the first sweep", lambda: daemon.sweeps() >= 1, 120, daemon.log_tail)
        return daemon

    def swept(self, daemon, timeout=600):
        before = daemon.sweeps()
        daemon.sweep_now()
        wait_for("a sweep", lambda: daemon.sweeps() > before, timeout, daemon.log_tail, interval=0.05)

    def check_peak(self, what, bench, daemon, before):
        most = peak(daemon)
        print(f"\n{what}, {NAMES[bench.kind]}: {before:.1f} MiB before, {most:.1f} MiB at most", flush=True)
        self.assertLessEqual(most, MOST, f"{what}, {NAMES[bench.kind]}\n{daemon.log_tail()}")

    def fill_tasks(self, bench, first, count, at=60, link="null"):
        """One running task for each of these instances. A minute from now is after every loss so far."""
        columns = {
            "name": "'t1'",
            "task_type": "'SHELL'",
            "task_code": 9101,
            "task_definition_version": 1,
            f"{bench.unit}_instance_id": "n.id",
            "state": 1,
            "submit_time": f"'{wall(at)}'",
            "start_time": f"'{wall(at)}'",
            "host": "''",
            "flag": 1,
            "max_retry_times": 0,
            "task_params": "'{}'",
            "executor_id": 5,
            "app_link": link,
        }
        bench.series("t_ds_task_instance", columns, first, count)

    def widen(self, bench):
        """Parameters of 64 KB for every row of the lost master, which masters of 3.1.9 hand on."""
        param = joined(
            bench.kind, "'{\"StartParams\":\"{\\\"k\\\":\\\"'", repeated(bench.kind, "p", WIDTH), "'\\\"}\"}'"
        )
        if bench.kind == "mysql":  # there a backslash in a literal is one only when it is doubled
            param = param.replace("\\", "\\\\")
        bench.database.execute(f"update {bench.instances} set command_param = {param} where host = %s", DEAD)
        bench.database.execute("update t_ds_version set version = '3.1.9'")

    def test_wide_parameters(self):
        for kind in KINDS:
            with self.subTest(kind):
                bench = self.bench(kind, "wide")
                daemon = self.launched(bench, "wide")
                before = peak(daemon)
                bench.fill(100, WIDE, 1, DEAD)
                self.widen(bench)
                self.swept(daemon)
                self.assertEqual(bench.handed_over(), WIDE, daemon.log_tail())
                narrow = bench.database.value(
                    f"select count(*) from t_ds_command where length(command_param) < {WIDTH}"
                )
                self.assertEqual(narrow, 0, "every command carries its instance's parameters")
                self.check_peak(f"{WIDE} rows with {WIDTH:,} bytes of parameters", bench, daemon, before)
                daemon.stop()

    def test_recovery_goes_back(self):
        for kind in ("postgresql", "mysql"):  # SQLite keeps pages of its file in memory
            with self.subTest(kind):
                bench = self.bench(kind, "back")
                daemon = self.launched(bench, "back", failover={"max_per_sweep": ORPHANS})
                before = peak(daemon)
                bench.fill(100, ORPHANS, 1, DEAD)
                self.swept(daemon)
                self.assertEqual(bench.handed_over(), ORPHANS, daemon.log_tail())
                most = f"{before:.1f} MiB before, {peak(daemon):.1f} at most"
                wait_for(
                    f"{NAMES[kind]}: {most}; less than {AFTERWARDS} afterwards",
                    lambda: held(daemon, "VmRSS") <= AFTERWARDS,
                    10,
                    lambda: f"{held(daemon, 'VmRSS'):.1f} MiB",
                )
                print(f"\n{ORPHANS:,} orphans handed over, {NAMES[kind]}: {most}", flush=True)
                daemon.stop()

    def test_many_running(self):
        for kind in KINDS:
            with self.subTest(kind):
                bench = self.bench(kind, "running")
                bench.fill(20, 1, 1, DEAD, start="2026-01-01 00:00:00")
                daemon = self.launched(bench, "running", failover={"grace": "1h", "confirmations": 2})
                bench.fill(100, RUNNING, 1, ALIVE, start=wall())
                self.swept(daemon)
                before = peak(daemon)
                self.fill_tasks(bench, 100, RUNNING)
                self.fill_tasks(bench, 20, 1)
                bench.settle()
                self.swept(daemon)
                self.assertGreaterEqual(daemon.logged("zombie"), 1, daemon.log_tail())
                what = f"{RUNNING:,} running instances beside a row of an absent host"
                self.assertLessEqual(peak(daemon) - before, 2.0, f"{what}: memory that their tasks take")
                self.check_peak(what, bench, daemon, before)
                daemon.stop()

    def test_wide_links(self):
        for kind in KINDS:
            with self.subTest(kind):
                bench = self.bench(kind, "links")
                bench.fill(100, LINKS, 1, DEAD, start="2026-01-01 00:00:00")
                times = WIDTH // len("application_1700000000000_000001,")
                links = repeated(kind, "application_1700000000000_000001,", times)
                self.fill_tasks(bench, 100, LINKS, -7200, links)
                socket = self.world.scratch / f"links-{kind}.sock"
                daemon = self.launched(
                    bench, "links", http={"enabled": True, "listen": f"127.0.0.1:{free_port()}", "socket": str(socket)},
                    failover={"grace": "1h", "confirmations": 2},
                )  # fmt: skip
                before = peak(daemon)
                connection = UnixConnection(socket, 60)
                connection.request("GET", "/api/v1/impact")
                answer = json.loads(connection.getresponse().read())
                connection.close()
                self.assertEqual(answer["running_tasks"], LINKS)
                self.assertTrue(all(t["application_links"] for w in answer["workflows"] for t in w["tasks"]))
                self.check_peak(f"impact over {LINKS} tasks with {WIDTH:,} bytes of links", bench, daemon, before)
                daemon.stop()


if __name__ == "__main__":
    sys.argv = [argument for argument in sys.argv if argument != "--full"]
    main()
