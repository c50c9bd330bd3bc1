#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`run`: its signals, and that it waits for ever for what it needs."""

import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import StandIn, main, wait_for  # noqa: E402

from bad_input import DEAD, WithWorld  # noqa: E402


class Running(WithWorld):
    def start(self, daemon):
        self.world.start(daemon)
        return daemon

    def recovered(self):
        return self.database.value("select count(*) from t_ds_command") == 1

    def assert_goes_by_itself(self, daemon):
        """On SIGTERM, though a server does not answer."""
        begun = time.monotonic()
        daemon.stop(timeout=30)
        self.assertNotEqual(
            daemon.process.returncode, -signal.SIGKILL, "it did not go by itself\n" + daemon.log_tail()
        )
        self.assertLess(time.monotonic() - begun, 25.5, daemon.log_tail())

    def test_sigterm(self):
        daemon = self.start(self.daemon())
        wait_for("the hand-over", self.recovered, seen=daemon.log_tail)
        begun = time.monotonic()
        daemon.stop(timeout=12)
        self.assertEqual(daemon.process.returncode, 0, daemon.log_tail())
        self.assertLess(time.monotonic() - begun, 10, daemon.log_tail())
        self.assertTrue(daemon.logged(r"info workflow instance 1 of \S+: handed over \(orphan\)"), daemon.log_tail())
        pending = r"info 1 workflow\(s\) were handed over and are pending until a master takes them up; what is not taken up by 20"
        self.assertEqual(daemon.logged(pending), 1, daemon.log_tail())

    def test_sigterm_while_zookeeper_is_silent(self):
        daemon = self.start(self.daemon(registry={"session_timeout": "10s"}, sweep={"interval": "1s"}))
        daemon.after_sweeps(1)
        self.world.zookeeper.suspend()
        try:
            time.sleep(2)  # it is in the middle of a sweep that gets no answer
            self.assert_goes_by_itself(daemon)
        finally:
            self.world.zookeeper.resume()

    def test_sigterm_while_the_database_is_silent(self):
        daemon = self.start(self.daemon(sweep={"interval": "1s"}))
        daemon.after_sweeps(1)
        self.database.server.suspend()
        try:
            time.sleep(2)
            self.assert_goes_by_itself(daemon)
        finally:
            self.database.server.resume()

    def test_sighup(self):
        daemon = self.start(self.daemon(failover={"enabled": False}, sweep={"interval": "1s"}))
        daemon.after_sweeps(2)
        self.assertFalse(self.recovered())

        good = daemon.config.read_text()
        daemon.config.write_text(good.replace("enabled: false", "enabled: perhaps"))
        daemon.hangup()
        wait_for(
            "a word about the wrong configuration", lambda: daemon.logged("SIGHUP.*old one stays"), seen=daemon.log_tail
        )
        self.assertTrue(daemon.logged("enabled"), daemon.log_tail())
        daemon.after_sweeps(2)
        self.assertFalse(self.recovered(), "the old configuration is to stay in force\n" + daemon.log_tail())

        daemon.config.write_text(good.replace("enabled: false", "enabled: true"))
        daemon.hangup()
        wait_for("the hand-over by the new configuration", self.recovered, seen=daemon.log_tail)

    def test_sigusr1(self):
        daemon = self.start(self.daemon(with_master=False, sweep={"interval": "1h", "watch": False}))
        wait_for("the first sweep", lambda: daemon.sweeps() == 1, seen=daemon.log_tail)
        self.master_registers()
        self.assertFalse(self.recovered())
        daemon.sweep_now()
        wait_for("the hand-over by the sweep that was asked for", self.recovered, seen=daemon.log_tail)

    def test_a_change_of_masters_brings_the_sweep_forward(self):
        owner = StandIn(self.world.zookeeper, DEAD, namespace=self.namespace, startup_ms=0)
        daemon = self.start(self.daemon(sweep={"interval": "1h"}))
        wait_for("the first sweep", lambda: daemon.sweeps() == 1, seen=daemon.log_tail)
        self.assertFalse(self.recovered())
        owner.leave()
        wait_for("the hand-over, an hour before its time", self.recovered, seen=daemon.log_tail)

    def test_database_comes_later(self):
        server = self.database.server
        server.stop()
        try:
            daemon = self.start(self.daemon(sweep={"interval": "1s"}))
            wait_for("a failed sweep", lambda: daemon.logged("sweep failed"), seen=daemon.log_tail)
            self.assertTrue(daemon.running, daemon.log_tail())
        finally:
            server.restart()
            self.database.connection = server.connect(self.database.name)
        wait_for("the hand-over", self.recovered, seen=daemon.log_tail)

    def test_zookeeper_comes_later(self):
        daemon = self.daemon(with_master=False, sweep={"interval": "1s"})
        self.world.zookeeper.suspend()
        try:
            self.start(daemon)
            wait_for("a failed or held sweep", lambda: daemon.logged("sweep (failed|held)"), seen=daemon.log_tail)
            self.assertFalse(self.recovered())
        finally:
            self.world.zookeeper.resume()
        self.master_registers()
        wait_for("the hand-over", self.recovered, seen=daemon.log_tail)


if __name__ == "__main__":
    main()
