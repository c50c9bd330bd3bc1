#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of a running daemon: what it answers, what it refuses, and that nothing of it stops the sweeps."""

import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from http_client import Events, ask, raw  # noqa: E402
from testbed import Daemon, StandIn, World, define_workflow, free_port, insert_running, main, wait_for  # noqa: E402

DEAD = "127.9.9.9:5678"
ALIVE = "127.9.9.1:5678"
TOKEN = "a-token-for-this-test-0123456789"
READ_TOKEN = "a-token-that-only-reads-0123456789"
NOBODY = 65534


class Served(unittest.TestCase):
    """A daemon for each test: one row that is owned, one that is lost and held back by a pause or a grace."""

    sweep = {"interval": "1s"}

    @classmethod
    def setUpClass(cls):
        cls.world = World(["postgresql"])
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.number = 0

    def setUp(self):
        type(self).number += 1
        self.database = self.world.database(f"ds{self.number}")
        define_workflow(self.database, 9001)
        for number, host in ((1, DEAD), (2, ALIVE)):
            insert_running(self.database, number, host, age=60, name=f"wf {number}")
        self.namespace = f"ds{self.number}"
        master = StandIn(self.world.zookeeper, ALIVE, namespace=self.namespace, startup_ms=0)
        self.addCleanup(master.leave)
        self.port = free_port()
        self.directory = self.world.scratch / f"daemon{self.number}"
        self.socket = self.directory / "http.sock"

    def daemon(self, token=TOKEN, **http):
        self.directory.mkdir(exist_ok=True)
        section = {"enabled": True, "listen": f"127.0.0.1:{self.port}", "socket": str(self.socket)}
        if token:
            secret = self.directory / "token"
            secret.touch(mode=0o600)
            secret.write_text(token + "\n")
            section["token_file"] = str(secret)
        section.update(http)
        daemon = Daemon(
            self.directory,
            self.world.zookeeper,
            self.database,
            namespace=self.namespace,
            sweep=self.sweep,
            failover={"grace": "1h"},
            http=section,
        )
        self.addCleanup(daemon.kill_if_running)
        return daemon

    def start(self, daemon, listening=True):
        self.world.start(daemon)
        if listening:
            wait_for("the port", lambda: daemon.logged(re.escape(f"listening on 127.0.0.1:{self.port}")),
                     seen=daemon.log_tail)
        return daemon

    def swept(self):
        daemon = self.start(self.daemon())
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        return daemon

    def assert_error(self, answer, status, code, *said):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json["error"]["code"], code, answer)
        for text in said:
            self.assertIn(text, answer.json["error"]["message"], answer)


class Neighbours(Served):
    """The daemons of other clusters, by their sockets and by the folder of configurations."""

    def named(self, name):
        """A daemon as its unit would start it: /run/ds-reconciler-NAME, and the configuration beside the others."""
        folder = self.world.scratch / f"run{self.number}" / f"ds-reconciler-{name}"
        folder.mkdir(parents=True)
        self.directory = self.world.scratch / f"etc{self.number}" / name
        self.directory.mkdir(parents=True)
        self.port = free_port()
        daemon = self.daemon(socket=str(folder / "http.sock"), external_url=f"https://{name}.example")
        daemon.configure(alerts={"cluster": f"the {name} one"})
        self.start(daemon)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        (self.directory.parent / f"{name}.yaml").symlink_to(daemon.config)
        return daemon, folder / "http.sock"

    def test_each_answers_or_says_why_not(self):
        blue, at_blue = self.named("blue")
        green, at_green = self.named("green")
        run = at_blue.parent.parent
        for other in ("gone", "stranger"):
            (run / f"ds-reconciler-{other}").mkdir()
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as closed:
            closed.bind(str(run / "ds-reconciler-gone" / "http.sock"))
        shutil.chown(run / "ds-reconciler-stranger", NOBODY)
        for folder in (self.world.scratch, run):
            folder.chmod(folder.stat().st_mode | 0o005)
        listening = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True);"
                     "c = s.accept()[0]; c.settimeout(20); print(c.recv(100), flush=True)")
        stranger = subprocess.Popen([sys.executable, "-c", listening, run / "ds-reconciler-stranger" / "http.sock"],
                                    user=NOBODY, stdout=subprocess.PIPE, text=True)
        self.addCleanup(stranger.communicate)
        self.addCleanup(stranger.kill)
        stranger.stdout.readline()

        answer = ask(at_blue, "/api/v1/clusters").json["clusters"]
        self.assertEqual([c["name"] for c in answer], ["gone", "green", "stranger"], answer)
        gone, of_green, strange = answer
        self.assertIn("no daemon answers at", gone["error"])
        self.assertIn("belongs to user id 65534", strange["error"])
        self.assertEqual(stranger.stdout.readline(), "b''\n")  # nothing was sent to it
        self.assertEqual(of_green["status"]["cluster"]["page_url"], "https://green.example")
        self.assertEqual({m["address"] for m in of_green["status"]["masters"]}, {ALIVE, DEAD})

        green.process.send_signal(signal.SIGSTOP)
        self.addCleanup(green.process.send_signal, signal.SIGCONT)
        started = time.monotonic()
        silent = ask(at_blue, "/api/v1/clusters").json["clusters"][1]
        self.assertIn("did not answer within 2 s", silent["error"])
        self.assertLess(time.monotonic() - started, 5)
        green.process.send_signal(signal.SIGCONT)

        etc = blue.directory.parent
        (etc / "broken.yaml").write_text("registry: 7\n")
        blue.stop()
        told = green.call("status", "--all", "-c", etc / "green.yaml")
        self.assertEqual(told.code, 0, told)
        self.assertRegex(told.out, r"\n  blue +no answer ")
        self.assertRegex(told.out, r"\n  the green one +\w+ +1/2 registered +1 +0 ")
        self.assertRegex(told.out, r"\nblue: no daemon answers at ")
        self.assertRegex(told.out, r"\nbroken: .*broken\.yaml")
        several = json.loads(green.call("status", "--all", "-c", etc / "green.yaml", "-o", "json").out)
        self.assertEqual([c["name"] for c in several["clusters"]], ["blue", "broken", "green"])


class Answers(Served):
    def test_reading(self):
        daemon = self.swept()
        for where in (self.port, self.socket):
            status = ask(where, "/api/v1/status")
            self.assertEqual(status.status, 200, status)
            self.assertEqual(status.json["answered_by"], "daemon")
            self.assertEqual(
                {m["address"]: m["state"] for m in status.json["masters"]}, {ALIVE: "live", DEAD: "absent"}, status
            )
            self.assertEqual(status.json["cluster"]["lock_layout"], "failover_masters")
            self.assertEqual(ask(where, "/healthz").json["status"], "ok")
            self.assertEqual(ask(where, "/readyz").status, 200)
            self.assertIn("ds_reconciler_build_info", ask(where, "/metrics").text)
            verdicts = ask(where, "/api/v1/verdicts").json
            self.assertEqual({r["workflow_instance_id"]: r["verdict"] for r in verdicts["rows"]},
                             {1: "waiting", 2: "owned"})
            self.assertEqual(len(ask(where, "/api/v1/verdicts?verdict=waiting&limit=1").json["rows"]), 1)
            self.assertEqual(ask(where, "/api/v1/explain/1").json["verdict"], "waiting")
            self.assertEqual(ask(where, "/api/v1/impact").json["waiting"], 1)
            self.assertEqual(ask(where, "/api/v1/history?instance=1").json["entries"], [])
            self.assertEqual(ask(where, "/api/v1/openapi.json").json["info"]["title"], "ds-reconcilerd")
        self.assertTrue(daemon.logged(r"cluster \S+: registry zookeeper .*; database postgresql .*; configuration /"))
        self.assertTrue(daemon.logged(r"DolphinScheduler \S+: tables process, failover lock failover_masters"))
        self.assert_error(ask(self.port, "/api/v1/explain/77"), 404, "not_found", "77")
        self.assertGreaterEqual(len(ask(self.port, "/api/v1/sweeps?limit=3").json["sweeps"]), 1)
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o660)
        daemon.stop()
        self.assertFalse(self.socket.exists(), "the socket file is left behind")

    def test_head_and_methods(self):
        self.swept()
        whole = ask(self.port, "/api/v1/openapi.json")
        head = ask(self.port, "/api/v1/openapi.json", "HEAD")
        self.assertEqual((head.status, head.text), (200, ""))
        self.assertEqual(int(head.headers["Content-Length"]), len(whole.text.encode()))
        self.assertEqual(ask(self.port, "/api/v1/events", "HEAD").headers["Content-Type"], "text/event-stream")
        for method, path, allow in (("DELETE", "/api/v1/status", "GET, HEAD"), ("GET", "/api/v1/pause", "POST"),
                                    ("OPTIONS", "/api/v1/pause", "POST"), ("TRACE", "/healthz", "GET, HEAD")):
            answer = ask(self.port, path, method)
            self.assert_error(answer, 405, "method_not_allowed")
            self.assertEqual(answer.headers["Allow"], allow, answer)

    def test_steering(self):
        daemon = self.swept()
        paused = ask(self.port, "/api/v1/pause", "POST", {"reason": "an upgrade", "for": "2h"}, TOKEN)
        self.assertEqual(paused.status, 200, paused)
        self.assertEqual((paused.json["action"], paused.json["by"]), ("pause", "api"))
        self.assertGreater(paused.json["number"], 0)
        wait_for("the pause", lambda: (ask(self.port, "/api/v1/status").json["pause"] or {}).get("reason") == "an upgrade",
                 seen=daemon.log_tail)
        self.assertIn("paused", [h["guard"] for h in ask(self.port, "/api/v1/status").json["holds"]])
        self.assertEqual(ask(self.port, "/api/v1/resume", "POST", {"reason": "done"}, TOKEN).status, 200)
        wait_for("the end of the pause", lambda: ask(self.port, "/api/v1/status").json["pause"] is None)
        self.assert_error(ask(self.port, "/api/v1/release", "POST", {"reason": "x", "instance": 1}, TOKEN), 409,
                          "conflict", "it is waiting: ")
        self.assert_error(ask(self.port, "/api/v1/release", "POST", {"reason": "x", "instance": 77}, TOKEN), 404,
                          "not_found", "77")
        notes = ask(self.port, "/api/v1/history").json["notes"]
        self.assertEqual([n["action"] for n in notes], ["resume", "pause", "release_cluster"])

    def test_events(self):
        daemon = self.swept()
        events = Events(self.port)
        self.addCleanup(events.close)
        seen = []
        for _ in range(3):
            name, status = events.next()
            self.assertEqual(name, "status")
            seen.append(status["last_sweep"]["started_at"])
        self.assertEqual(len(set(seen)), 3, seen)
        self.assertEqual(events.response.headers["Cache-Control"], "no-store")
        daemon.stop()
        with self.assertRaises((EOFError, ConnectionError)):
            while True:
                events.next()

    def test_keep_alive_and_pipelining(self):
        self.swept()
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        answers = raw(self.port, request * 3 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertEqual(answers.count(b"HTTP/1.1 200 OK"), 4, answers)


class CommandLine(Served):
    def test_it_asks_the_daemon(self):
        daemon = self.swept()

        def call(*arguments):
            return daemon.call(*arguments, "--config", daemon.config)

        url = f"http://127.0.0.1:{self.port}"
        for told in ((), ("--url", url)):  # over the socket, then over the port
            self.assertEqual(call("health").code, 0)
            self.assertIn('"answered_by":"daemon"', call("status", "--json").out.replace(" ", ""))
            self.assertEqual(call("verdicts").code, 0)
            explained = call("explain", "1")
            self.assertEqual(explained.code, 0, explained)
            self.assertIn("waiting", explained.out)
            self.assertEqual(call("explain", "77").code, 2)
            self.assertEqual(call("impact").code, 0)
            paused = call("pause", "--reason", "why not", *told)
            self.assertEqual(paused.code, 0, paused)
            self.assertIn("the daemon recorded it", paused.out)
            self.assertEqual(call("resume", "--reason", "enough", *told).code, 0)
            released = call("release", "1", "--reason", "x", *told)
            self.assertEqual(released.code, 2, released)
            self.assertIn("workflow instance 1 is not released: it is waiting", released.err)
            swept = call("sweep", "--remote", *told)
            self.assertEqual(swept.code, 0, swept)
            self.assertEqual(call("history").code, 0)
            self.assertEqual(call("history", "--timeline").code, 0)
            daemon.configure(http={"socket": str(self.directory / "none.sock")})
        # Over the port only where it is asked for.
        paused = call("pause", "--reason", "why not")
        self.assertEqual(paused.code, 0, paused)
        self.assertNotIn("the daemon recorded it", paused.out)
        self.assertEqual(call("sweep", "--remote").code, 4)
        self.assertEqual(call("pause", "--reason", "x", "--url", "http://127.0.0.1").code, 2)
        self.assertEqual(call("pause", "--reason", "x", "--url", f"http://127.0.0.1:{free_port()}").code, 4)
        daemon.stop()
        self.assertEqual(call("health").code, 1)
        self.assertEqual(call("sweep", "--remote").code, 4)
        self.assertIn('"answered_by":"journal"', call("status", "--json").out.replace(" ", ""))

    def test_what_cannot_be_is_refused_without_a_daemon_too(self):
        """2 is owned by a living master, 1 waits; no daemon answers, or none is asked."""
        daemon = self.swept()

        def call(*arguments):
            return daemon.call(*arguments, "--config", daemon.config)

        def notes():
            return self.database.value("select count(*) from ds_reconciler_control")

        before = notes()
        for running in (True, False):
            for arguments, said in (
                (("release", "2", "--reason", "x"), "workflow instance 2 is not released: it is owned"),
                (("release", "1", "--reason", "x"), "workflow instance 1 is not released: it is waiting"),
                (("release", "77", "--reason", "x"), "there is no workflow instance 77"),
                (("pause", "--reason", ""), "reason is empty"),
                (("resume", "--reason", "  "), "reason is empty"),
                (("release", "mass-loss", "--reason", "two\nlines"), "reason contains a control character"),
            ):
                for direct in ((), ("--direct",)):
                    with self.subTest(arguments, running=running, direct=direct):
                        result = call(*arguments, *direct)
                        self.assertEqual((result.code, result.out), (2, ""), result)
                        self.assertIn(said, result.err)
            if running:
                daemon.stop()
        self.assertEqual(notes(), before)

    def test_on_a_terminal_it_asks_first(self):
        daemon = self.swept()

        def on_terminal(answer, *arguments):
            ours, theirs = pty.openpty()
            process = subprocess.Popen([daemon.binary, *arguments, "--config", daemon.config], stdin=theirs, stdout=subprocess.PIPE,
                                       stderr=theirs, text=True, env=daemon.environment())
            os.close(theirs)
            with os.fdopen(ours, "wb", buffering=0) as terminal:
                if answer is not None:
                    terminal.write(answer)
                out = process.communicate(timeout=60)[0]
            return process.returncode, out

        for direct in ((), ("--direct",)):
            self.assertEqual(on_terminal(b"n\n", "pause", "--reason", "x", *direct), (2, "nothing was written\n"))
            self.assertEqual(on_terminal(b"\n", "release", "mass-loss", "--reason", "x", *direct), (2, "nothing was written\n"))
            for answer, yes in ((b"y\n", ()), (None, ("--yes",))):
                code, out = on_terminal(answer, "pause", "--reason", "x", *direct, *yes)
                self.assertEqual(code, 0, out)
                self.assertIn("paused until `resume`", out)
            code, out = on_terminal(None, "resume", "--reason", "x", *direct)  # is not asked about
            self.assertEqual(code, 0, out)

    def test_watch_asks_again_until_it_is_interrupted(self):
        daemon = self.swept()
        for question, number in (("status", signal.SIGINT), ("verdicts", signal.SIGTERM)):
            with self.subTest(question):
                watch = subprocess.Popen([daemon.binary, question, "--watch", "0.2", "-c", daemon.config], stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=daemon.environment())
                self.addCleanup(watch.kill)
                frames = 0
                while frames < 3:
                    line = watch.stdout.readline()
                    self.assertTrue(line, "it ended by itself")
                    frames += ALIVE in line
                watch.send_signal(number)
                _, err = watch.communicate(timeout=60)
                self.assertEqual((watch.returncode, err), (0, ""))
        self.assertEqual(daemon.call("status", "--watch", "--json", "-c", daemon.config).code, 2)
        self.assertEqual(daemon.call("status", "--watch", "0", "-c", daemon.config).code, 2)
        self.assertEqual(daemon.call("history", "--watch", "-c", daemon.config).code, 2)

    def test_the_daemon_of_another_cluster_does_not_answer_for_ours(self):
        daemon = self.swept()
        daemon.configure(registry={"namespace": "elsewhere"})
        self.assertEqual(daemon.call("health", "--config", daemon.config).code, 1)

    def test_without_a_token_a_pause_goes_to_the_journal(self):
        daemon = self.start(self.daemon(token=None))
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        paused = daemon.call("pause", "--reason", "why not", "--config", daemon.config)
        self.assertEqual(paused.code, 0, paused)
        wait_for("the pause", lambda: ask(self.port, "/api/v1/status").json["pause"], seen=daemon.log_tail)


class Colleague(Served):
    """A user who may use the socket, and may read no secret; the same user without the configuration."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to run the command line as another user")
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dsr-colleague-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        self.config = self.folder / "reconciler.yaml"

    def running(self, **http):
        self.running_daemon = daemon = self.start(self.daemon(socket=str(self.folder / "http.sock"), **http), listening=False)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        wait_for("the socket", (self.folder / "http.sock").exists, seen=daemon.log_tail)
        self.config.write_text(daemon.config.read_text())
        self.config.chmod(0o644)
        return daemon

    def call(self, *arguments, group=0):
        """`group`: 0 is that of the socket here."""
        return subprocess.run([self.running_daemon.binary, *arguments], user=NOBODY, group=group, extra_groups=[], env={},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def token_file(self, token):
        file = self.folder / "own-token"
        file.touch(mode=0o600)
        file.write_text(token)
        os.chown(file, NOBODY, NOBODY)
        return file

    def assert_said(self, done, code, *said):
        self.assertEqual(done.returncode, code, done)
        for text in said:
            self.assertIn(text, done.stdout + done.stderr, done)

    def test_asks_without_secrets(self):
        daemon = self.running()
        for group in (0, NOBODY):  # over the socket, and over the port because the socket refuses
            for question in (("status",), ("verdicts",), ("explain", "1"), ("history",), ("impact",), ("health",)):
                with self.subTest(question, group=group):
                    done = self.call(*question, "-c", self.config, group=group)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        token = str(self.directory / "token")
        self.assert_said(self.call("pause", "--reason", "x", "-c", self.config), 2, "http.token_file", token, "Permission denied")
        daemon.stop()
        self.assert_said(self.call("status", "-c", self.config), 2, "database.password_file", "Permission denied",
                         "no daemon answers at", "Start the daemon")
        self.assert_said(self.call("status", "--direct", "-c", self.config), 2, "database.password_file", "--direct is given")

    def test_asks_without_the_configuration(self):
        self.running()
        self.config.chmod(0o600)
        self.assert_said(self.call("status", "-c", self.config), 2, f"{self.config}: cannot be opened: Permission denied", "--url unix:")
        for url in (f"unix:{self.folder}/http.sock", f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}/"):
            with self.subTest(url):
                self.assert_said(self.call("status", "--url", url), 0, ALIVE)
                self.assert_said(self.call("health", "--url", url), 0, "ok")
                self.assert_said(self.call("explain", "1", "--json", "--url", url), 0, '"verdict":"waiting"')
        url = f"unix:{self.folder}/http.sock"
        own = self.token_file(TOKEN)
        self.assert_said(self.call("pause", "--reason", "x", "--url", url, "--token-file", own), 0, "the daemon recorded it")
        self.assert_said(self.call("sweep", "--remote", "--url", url, "--token-file", own), 0, "the daemon sweeps")
        self.assert_said(self.call("pause", "--reason", "x", "--url", url, "--token-file", self.folder / "none"), 2, "cannot be opened")
        self.assert_said(self.call("pause", "--reason", "x", "--url", url, "--token-file", self.token_file("short")), 2, "--token-file: the content of")

    def test_a_daemon_that_requires_a_token_for_reading(self):
        read = self.world.scratch / f"read-token-{self.number}"
        read.touch(mode=0o600)
        read.write_text(READ_TOKEN)
        self.running(listen=f"0.0.0.0:{self.port}", read_token_file=str(read))
        url = f"http://127.0.0.1:{self.port}"
        self.assert_said(self.call("status", "--url", url), 2, "the daemon answers:")
        self.assert_said(self.call("status", "--url", url, "--token-file", self.token_file(READ_TOKEN)), 0, ALIVE)
        self.assert_said(self.call("pause", "--reason", "x", "--url", url, "--token-file", self.folder / "own-token"), 2, "the daemon answers:")


class Refuses(Served):
    def test_tokens(self):
        daemon = self.swept()
        body = {"reason": "x"}
        self.assert_error(ask(self.port, "/api/v1/pause", "POST", body), 401, "unauthorized")
        for wrong in (TOKEN[:-1], TOKEN + "0", TOKEN.upper()):
            answer = ask(self.port, "/api/v1/pause", "POST", body, wrong)
            self.assert_error(answer, 401, "unauthorized")
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
            self.assertNotIn(wrong, answer.text)
        self.assert_error(ask(self.socket, "/api/v1/sweep", "POST"), 401, "unauthorized")
        self.assertEqual(ask(self.port, "/api/v1/sweep", "POST", token=TOKEN).status, 202)
        self.assertEqual([n["action"] for n in ask(self.port, "/api/v1/history").json["notes"]], ["release_cluster"])
        self.assertNotIn(TOKEN, daemon.log_text())

    def test_no_token_in_the_configuration(self):
        self.start(self.daemon(token=None))
        for token in (None, TOKEN):
            self.assert_error(ask(self.port, "/api/v1/sweep", "POST", token=token), 403, "forbidden", "http.token_file")

    def test_a_new_token_and_port_by_sighup(self):
        daemon = self.swept()
        new_port = free_port()
        (self.directory / "token").write_text("another-token-for-this-test\n")
        daemon.configure(http={"listen": f"127.0.0.1:{new_port}"})
        daemon.hangup()
        wait_for("the new port", lambda: daemon.logged(f"listening on 127.0.0.1:{new_port}"), seen=daemon.log_tail)
        self.assertEqual(ask(new_port, "/api/v1/sweep", "POST", token="another-token-for-this-test").status, 202)
        self.assert_error(ask(new_port, "/api/v1/sweep", "POST", token=TOKEN), 401, "unauthorized")
        with self.assertRaises(ConnectionRefusedError):
            ask(self.port, "/healthz")

    def test_a_refused_reload_shows_everywhere(self):
        daemon = self.daemon()
        daemon.configure(log={"format": "json"})
        self.start(daemon)

        def metric(name):
            return float(re.search(rf"^ds_reconciler_config_{name} (\S+)$", ask(self.port, "/metrics").text, re.MULTILINE)[1])

        def refused():
            return ask(self.port, "/api/v1/status").json["config_error"]

        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        self.assertIsNone(refused())
        self.assertEqual(metric("last_reload_successful"), 1)
        loaded = metric("last_reload_success_timestamp_seconds")
        self.assertAlmostEqual(loaded, time.time(), delta=60)
        good = daemon.config.read_text()
        daemon.config.write_text(good.replace('grace: "1h"', "grace: soon\n  surprise: 1"))
        daemon.hangup()
        wait_for("the refusal", refused, seen=daemon.log_tail)
        self.assertRegex(refused(), r"reconciler\.yaml:\d+: .*grace.*; .*surprise")
        self.assertEqual((metric("last_reload_successful"), metric("last_reload_success_timestamp_seconds")), (0, loaded))
        self.assertIn("Configuration refused", daemon.call("status", "--config", self.written(good)).out)
        daemon.config.write_text(good)
        daemon.hangup()
        wait_for("the good reload", lambda: not refused(), seen=daemon.log_tail)
        self.assertEqual(metric("last_reload_successful"), 1)
        self.assertGreater(metric("last_reload_success_timestamp_seconds"), loaded)
        lines = [json.loads(line) for line in daemon.log.read_text().splitlines()]  # not one plain line among them
        self.assertTrue([line for line in lines if line["level"] == "error" and "surprise" in line["message"]], lines)

    def test_a_reload_that_cannot_be_applied(self):
        """A valid configuration, but Debian's ZooKeeper client has no TLS: the old engine goes on in mode act, and so it is told."""
        daemon = self.daemon()
        self.start(daemon)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        daemon.configure(failover={"mode": "shadow"}, registry={"tls": {"enabled": True} | dict.fromkeys(("ca_file", "cert_file", "key_file"), str(daemon.config))})
        daemon.hangup()
        status = wait_for("the refusal", lambda: (s := ask(self.port, "/api/v1/status").json)["config_error"] and s, seen=daemon.log_tail)
        self.assertIn("has no TLS", status["config_error"])
        daemon.after_sweeps(1)
        status = ask(self.port, "/api/v1/status").json
        self.assertEqual((status["mode"], status["grace_ms"]), ("act", 3_600_000), status)
        self.assertRegex(ask(self.port, "/metrics").text, r'(?m)^ds_reconciler_mode\{mode="act"\} 1$')
        self.assertFalse(daemon.logged("is in force|failover.mode is shadow"), daemon.log_tail())
        self.assertTrue(daemon.logged("SIGHUP: the old configuration stays in force"), daemon.log_tail())

    def written(self, configuration):
        file = self.directory / "other.yaml"
        file.write_text(configuration)
        return file

    def test_everywhere_reading_needs_the_token(self):
        daemon = self.daemon(listen=f"0.0.0.0:{self.port}")
        self.world.start(daemon)
        wait_for("the port", lambda: daemon.logged("listening on 0.0.0.0"), seen=daemon.log_tail)
        self.assert_error(ask(self.port, "/api/v1/status"), 401, "unauthorized")
        self.assert_error(ask(self.port, "/metrics"), 401, "unauthorized")
        self.assertEqual(ask(self.port, "/api/v1/status", token=TOKEN).status, 200)
        self.assertIn(ask(self.port, "/healthz").status, (200, 503))
        self.assertEqual(ask(self.socket, "/api/v1/status").status, 200)

    def test_the_token_for_reading_changes_nothing(self):
        secret = self.world.scratch / f"read-token{self.number}"
        secret.touch(mode=0o600)
        secret.write_text(READ_TOKEN + "\n")
        daemon = self.daemon(listen=f"0.0.0.0:{self.port}", read_token_file=str(secret))
        self.world.start(daemon)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        for target in ("/api/v1/status", "/api/v1/history", "/metrics"):
            self.assertEqual(ask(self.port, target, token=READ_TOKEN).status, 200, target)
        for target, body in (("pause", {"reason": "x"}), ("resume", {"reason": "x"}), ("sweep", None),
                             ("release", {"reason": "x", "instance": 1})):  # fmt: skip
            for where in (self.port, self.socket):
                answer = ask(where, f"/api/v1/{target}", "POST", body, READ_TOKEN)
                self.assert_error(answer, 403, "forbidden", "only allows reading", "http.token_file")
        self.assertEqual([n["action"] for n in ask(self.port, "/api/v1/history", token=READ_TOKEN).json["notes"]], ["release_cluster"])
        self.assertEqual(ask(self.port, "/api/v1/sweep", "POST", token=TOKEN).status, 202)
        self.assertNotIn(READ_TOKEN, daemon.log_text())

    def test_dns_rebinding(self):
        self.swept()
        self.assert_error(ask(self.port, "/api/v1/status", Host="evil.example:9530"), 400, "bad_request", "Host")
        twice = raw(self.port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n")
        self.assertTrue(twice.startswith(b"HTTP/1.1 400"), twice)
        self.assertNotIn("Access-Control-Allow-Origin", ask(self.port, "/healthz", Origin="http://evil").headers)

    def test_bad_requests(self):
        daemon = self.swept()
        before = daemon.sweeps()
        for target in ("/api/v1/explain/x", "/api/v1/explain/0", "/api/v1/verdicts?limit=0", "/api/v1/status?x=1", "/%zz"):
            self.assert_error(ask(self.port, target), 400, "bad_request")
        for path in ("/", "/api", "/api/v2/status", "/api/v1/status/"):
            answer = ask(self.port, path)
            self.assertIn(answer.status, (200, 404) if path == "/" else (404,), answer)
        for body in ("{", "[]", "null", "{}", '{"reason": 1}', '{"reason": "x", "reason": "y"}', '{"reason": "x", "z": 1}'):
            self.assert_error(ask(self.port, "/api/v1/pause", "POST", body, TOKEN), 400, "bad_request")
        self.assert_error(ask(self.port, "/api/v1/pause", "POST", '{"reason": "x"}', TOKEN, Content_Type="text/plain"), 415,
                          "unsupported_media_type")
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, b"GET\r\n\r\n", b"hello\r\n\r\n",
                        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                        b"POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"):
            answer = raw(self.port, garbage)
            self.assertTrue(answer.startswith(b"HTTP/1.1 400"), (garbage, answer))
        self.assertEqual([n["action"] for n in ask(self.port, "/api/v1/history").json["notes"]], ["release_cluster"])
        wait_for("more sweeps", lambda: daemon.sweeps() > before + 1, seen=daemon.log_tail)

    def test_too_large(self):
        self.swept()
        self.assert_error(ask(self.port, "/healthz", X_Long="x" * 9000), 431, "headers_too_large")
        self.assert_error(ask(self.port, "/" + "x" * 9000), 431, "headers_too_large")
        self.assert_error(ask(self.port, "/api/v1/pause", "POST", '{"reason": "' + "x" * 17000 + '"}', TOKEN), 413,
                          "too_large")
        chunks = b"POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + (
            b"1000\r\n" + b"x" * 4096 + b"\r\n") * 5
        self.assertTrue(raw(self.port, chunks).startswith(b"HTTP/1.1 413"))
        claimed = b"POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
        self.assertTrue(raw(self.port, claimed).startswith(b"HTTP/1.1 413"))

    def test_slow(self):
        """Slowloris: a byte now and then does not keep a connection."""
        daemon = self.swept()
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as slow:
            begun = time.monotonic()
            slow.sendall(b"GET /healthz HTTP/1.1\r\n")
            slow.settimeout(1)
            received = b""
            while time.monotonic() - begun < 20 and not received:
                with contextlib.suppress(TimeoutError):
                    received = slow.recv(65536)
                if not received:
                    slow.sendall(b"X: y\r\n")
            took = time.monotonic() - begun
            self.assertTrue(received.startswith(b"HTTP/1.1 408"), received)
            self.assertGreater(took, 8)
            self.assertLess(took, 14)
        self.assertEqual(ask(self.port, "/healthz").status, 200)
        self.assertTrue(daemon.running)

    def test_too_many_connections(self):
        daemon = self.swept()
        with contextlib.ExitStack() as all_of_them:
            def connect():
                return all_of_them.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=20))

            idle = [connect() for _ in range(64)]
            self.assertEqual(ask(self.port, "/healthz").status, 200, "an idle connection makes room")
            wait_for("the end of the oldest", lambda: idle[0].recv(1) == b"")

            for _ in range(80):  # these replace the idle ones, and the last of them each other
                connect().sendall(b"GET /healthz HTTP/1.1\r\nX: ")
            self.assertEqual(ask(self.port, "/healthz").status, 200, "a request that does not end makes room")
            before = daemon.sweeps()
            wait_for("sweeps", lambda: daemon.sweeps() > before, seen=daemon.log_tail)
        wait_for("room again", lambda: ask(self.port, "/healthz").status == 200)

    def test_too_many_followers(self):
        self.swept()
        events = [Events(self.port) for _ in range(24)]
        for one in events:
            self.addCleanup(one.close)
            self.assertEqual(one.response.status, 200)
        self.assert_error(ask(self.port, "/api/v1/events"), 503, "unavailable")
        self.assertEqual(ask(self.port, "/api/v1/status").status, 200)


class InTheWay(Served):
    def test_port_taken(self):
        with socket.create_server(("127.0.0.1", self.port)):
            daemon = self.start(self.daemon(), listening=False)
            wait_for("a word about the port", lambda: daemon.logged(f"127.0.0.1:{self.port}.*another process"),
                     seen=daemon.log_tail)
            daemon.after_sweeps(2)
            self.assertEqual(ask(self.socket, "/healthz").status, 200)
        wait_for("the port", lambda: daemon.logged(f"listening on 127.0.0.1:{self.port}"), timeout=60, seen=daemon.log_tail)
        self.assertEqual(ask(self.port, "/healthz").status, 200)
        self.assertEqual(daemon.logged("another process"), 1, "said once\n" + daemon.log_tail())

    def test_socket_not_writable(self):
        for path, word in (("/proc/none/http.sock", "No such file"), (f"{self.directory}/{'x' * 120}", "107 bytes"),
                           (f"{self.directory}/file", "not a socket")):
            with self.subTest(path):
                self.directory.mkdir(exist_ok=True)
                (self.directory / "file").write_text("mine")
                daemon = self.start(self.daemon(socket=path))
                wait_for("a word about the socket", lambda: daemon.logged(f"{re.escape(path)}.*{word}"),
                         seen=daemon.log_tail)
                daemon.after_sweeps(1)
                self.assertEqual(ask(self.port, "/healthz").status, 200)
                self.assertEqual((self.directory / "file").read_text(), "mine")
                daemon.stop()
                daemon.kill_if_running()

    def test_stale_and_living_socket(self):
        self.directory.mkdir(exist_ok=True)
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(self.socket))
        left.close()  # its file stays, as of a process that was killed
        self.assertTrue(self.socket.exists())
        first = self.start(self.daemon())
        wait_for("the socket", lambda: first.logged("listening on .*http.sock"), seen=first.log_tail)
        self.assertEqual(ask(self.socket, "/healthz").status, 200)

        self.port, self.directory, mine = free_port(), self.directory / "second", self.socket
        second = self.start(self.daemon(socket=str(mine)))
        wait_for("a word about the socket", lambda: second.logged("http.sock.*another process"), seen=second.log_tail)
        self.assertEqual(ask(mine, "/api/v1/status").json["replica"].split()[-1], str(first.process.pid))
        second.stop()
        self.assertTrue(mine.exists(), "it removed the socket of another")
        first.process.kill()
        first.process.wait()

    def test_socket_path_default_is_passed_over_without_its_folder(self):
        if os.path.isdir("/run/ds-reconciler"):
            self.fail("/run/ds-reconciler is there: a daemon is installed on this machine; run this test elsewhere")
        daemon = self.start(self.daemon(socket=None))
        self.assertEqual(daemon.logged("/run/ds-reconciler"), 1, daemon.log_tail())
        self.assertEqual(daemon.logged(r"\[error\].*sock"), 0, daemon.log_tail())


class Hangs(Served):
    def test_while_the_database_is_silent(self):
        """A sweep hangs: what is known without it is answered, what needs its session is refused, soon."""
        daemon = self.swept()
        self.database.server.suspend()
        try:
            wait_for("a sweep that hangs", lambda: ask(self.port, "/api/v1/status").json["sweep_running_since"], timeout=30)
            for target in ("/api/v1/status", "/api/v1/sweeps", "/metrics", "/healthz", "/api/v1/openapi.json"):
                begun = time.monotonic()
                self.assertIn(ask(self.port, target).status, (200, 503), target)
                self.assertLess(time.monotonic() - begun, 1.5, target)
            begun = time.monotonic()
            answer = ask(self.port, "/api/v1/explain/1", timeout=30)
            self.assert_error(answer, 503, "unavailable")
            self.assertIn("Retry-After", answer.headers)
            self.assertLess(time.monotonic() - begun, 13)
            begun = time.monotonic()
            self.assert_error(ask(self.port, "/api/v1/pause", "POST", {"reason": "x"}, TOKEN, timeout=30), 503, "unavailable")
            wait_for("healthz to fail", lambda: ask(self.port, "/healthz").status == 503, timeout=40)
        finally:
            self.database.server.resume()
        wait_for("healthz to be well", lambda: ask(self.port, "/healthz").status == 200, timeout=60, seen=daemon.log_tail)
        wait_for("an answer", lambda: ask(self.port, "/api/v1/explain/1").status == 200, timeout=60, seen=daemon.log_tail)
        before = daemon.sweeps()
        wait_for("sweeps", lambda: daemon.sweeps() > before + 1, timeout=60, seen=daemon.log_tail)


if __name__ == "__main__":
    main()
