#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a running daemon tells systemd (Type=notify), read from a notify socket: when it is ready, how sweeps go, that
it is alive and when it stops saying so, a reload, the end."""

import pathlib
import re
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, free_port, main, wait_for  # noqa: E402

WATCHDOG = 1.0  # seconds
QUIET = 3 * WATCHDOG  # no feeding for this long is none any more
STUCK = 12.0  # by ops::stuck, at an interval of 1 s
PATIENT = {"statement_timeout": "5m", "connect_timeout": "5m"}  # a database that hangs is waited for


class Notices:
    """A notify socket, and what came: [(when, message)]."""

    def __init__(self, path):
        self.path, self.came = path, []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                message = self.socket.recv(65536).decode()
            except OSError:
                return
            self.came.append((time.monotonic(), message))

    def all(self, pattern, since=0):
        """Those that match from the start, from the given index on."""
        return [message for _, message in self.came[since:] if re.match(pattern, message)]

    def last(self, pattern):
        """When the last one that matches came."""
        return max((at for at, message in self.came if re.match(pattern, message)), default=0.0)

    def await_one(self, pattern, since=0, timeout=60):
        return wait_for(f"a notice {pattern}", lambda: self.all(pattern, since), timeout, self.text)[0]

    def place(self, pattern, since=0):
        return next(i for i, (_, m) in enumerate(self.came) if i >= since and re.match(pattern, m))

    def text(self):
        return "\n".join(message for _, message in self.came)


class Service(Daemon):
    """A daemon that systemd started, as far as it can see."""

    def __init__(self, directory, *arguments, **changes):
        self.notices = None  # what only prepares the database is no service yet
        super().__init__(directory, *arguments, **changes)
        self.notices = Notices(self.directory / "notify")

    def environment(self):
        if self.notices is None:
            return super().environment()
        return super().environment() | {
            "NOTIFY_SOCKET": str(self.notices.path),
            "WATCHDOG_USEC": str(int(WATCHDOG * 1e6)),
        }


class ServiceManager(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.database = cls.world.database("ds")
        cls.world.end(StandIn(cls.world.zookeeper, "127.9.9.1:5678"))
        cls.postgresql = cls.world.servers["postgresql"]
        Daemon(cls.world.scratch / "prepared", cls.world.zookeeper, cls.database)  # its user, while the database answers

    def service(self, zookeeper=None, **changes):
        """Launched, not waited for."""
        changes.setdefault("sweep", {"interval": "1s"})
        directory = self.world.scratch / self.id().rpartition(".")[2]
        service = Service(directory, zookeeper or self.world.zookeeper, self.database, **changes)
        service.launch()
        self.addCleanup(service.kill_if_running)
        return service

    def assert_fed(self, service):
        """Twice in a row within the time that systemd would wait."""
        seen = len(service.notices.came)
        wait_for("two signs of life", lambda: len(service.notices.all("WATCHDOG=1", seen)) >= 2, 20, service.log_tail)
        times = [at for at, message in service.notices.came[seen:] if message == "WATCHDOG=1"]
        self.assertLess(times[1] - times[0], WATCHDOG)

    def test_ready_once_the_first_sweep_was_tried(self):
        service = self.service()
        service.notices.await_one("READY=1$")
        ready = service.notices.place("READY=1$")
        status = service.notices.place("STATUS=sweep done: 1 master")
        self.assertLess(status, ready, service.notices.text())
        line = service.notices.came[status][1].removeprefix("STATUS=")
        self.assertIn(line, service.log_text())
        service.notices.await_one("STATUS=sweep done", ready)
        service.after_sweeps(2)
        self.assertEqual(len(service.notices.all("READY=1$")), 1)
        self.assert_fed(service)

    def test_ready_also_when_the_first_sweep_failed(self):
        service = self.service(zookeeper=f"127.0.0.1:{free_port()}")
        service.notices.await_one("READY=1$")
        self.assertLess(
            service.notices.place("STATUS=sweep (failed|held)"), service.notices.place("READY=1$"), service.notices.text()
        )
        self.assertEqual(service.notices.all("STATUS=sweep done"), [])
        self.assert_fed(service)  # it tries again and again: that is getting on

    def test_ready_at_once_where_nothing_is_tried_at_start(self):
        service = self.service(sweep={"interval": "1h", "on_start": False})
        service.notices.await_one("READY=1$")
        self.assertEqual(service.sweeps(), 0)

    def test_a_long_first_sweep_asks_for_time(self):
        self.postgresql.suspend()
        self.addCleanup(self.postgresql.resume)
        service = self.service(database=PATIENT)
        wait_for("it asks thrice", lambda: len(service.notices.all("EXTEND_TIMEOUT_USEC=2000000$")) >= 3, 20, service.log_tail)
        self.assertEqual(service.notices.all("READY|WATCHDOG"), [])
        self.postgresql.resume()
        service.notices.await_one("READY=1$")

    def test_the_watchdog_starves_while_sweeps_do_not_get_on(self):
        service = self.service(database=PATIENT)
        service.notices.await_one("READY=1$")
        service.after_sweeps(1)
        self.assert_fed(service)
        self.postgresql.suspend()
        self.addCleanup(self.postgresql.resume)
        begun = time.monotonic()
        wait_for(
            "no sign of life",
            lambda: time.monotonic() - service.notices.last("WATCHDOG=1$") > QUIET,
            STUCK + 30,
            service.notices.text,
        )
        fed_for = service.notices.last("WATCHDOG=1$") - begun
        print(f"fed for {fed_for:.1f} s after the database hung", flush=True)
        self.assertTrue(service.running)
        self.assertGreater(fed_for, STUCK / 2, "a sweep of a few seconds is no reason for a restart")
        service.notices.await_one("STATUS=no sweep ended or progressed for")
        self.assertEqual(service.logged("the service manager is no longer notified"), 1)
        self.postgresql.resume()
        service.notices.await_one("STATUS=sweep done", len(service.notices.came))
        self.assert_fed(service)

    def test_reload(self):
        service = self.service()
        service.notices.await_one("READY=1$")
        seen, before = len(service.notices.came), time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        service.configure(sweep={"interval": "2s"})
        service.hangup()
        message = service.notices.await_one("RELOADING=1\n", seen)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        said = int(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", message).group(1))
        self.assertTrue(before <= said <= after, (before, said, after))
        service.notices.await_one("READY=1$", service.notices.place("RELOADING", seen))

        seen = len(service.notices.came)
        service.config.write_text("sweep: {interval: never}\n")
        service.hangup()
        service.notices.await_one("RELOADING=1\n", seen)
        reloading = service.notices.place("RELOADING", seen)
        service.notices.await_one("STATUS=.*the old one stays in force", reloading)
        service.notices.await_one("READY=1$", reloading)
        service.after_sweeps(1)
        self.assert_fed(service)

    def test_the_end(self):
        service = self.service()
        service.notices.await_one("READY=1$")
        service.process.send_signal(signal.SIGTERM)
        self.assertEqual(service.process.wait(15), 0)
        service.notices.await_one("STOPPING=1$")
        stopping = service.notices.place("STOPPING=1$")
        self.assertEqual(service.notices.all("READY|RELOADING", stopping), [])


if __name__ == "__main__":
    main()
