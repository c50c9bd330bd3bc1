#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An attacker at each door of the running daemon. REQUESTS is a table: what is sent, over TCP and over the Unix socket,
and which statuses must come back. The other attempts stand in their own tests. Each is listed at the end with what came
back and the resident memory of the daemon before and after it."""

import contextlib
import http.server
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import http_api  # noqa: E402
from http_client import UnixConnection, ask, rest_of  # noqa: E402
from mysql_impostor import MysqlImpostor  # noqa: E402
from testbed import Namespace, NotFetched, free_port, main, now, wait_for  # noqa: E402

TOKEN, READ_TOKEN = http_api.TOKEN, http_api.READ_TOKEN
NOBODY = 65534
HOST = "Host: localhost\r\n"
SMUGGLED = f"POST /api/v1/sweep HTTP/1.1\r\n{HOST}\r\n"
TCP, SOCKET = "TCP", "socket"
MOST_GROWTH = 16 * 1024  # KiB of resident memory, in one test
attempts = []  # (what, where, what came back, KiB before, KiB after)


def get(target, headers=HOST):
    return f"GET {target} HTTP/1.1\r\n{headers}\r\n"


def post(headers, body=""):
    return f"POST /api/v1/pause HTTP/1.1\r\n{HOST}{headers}\r\n{body}"


# What is sent, and the statuses that must come back: over both, or {TCP: ..., SOCKET: ...}. After a refusal that leaves
# the end of the request uncertain the connection ends; a second request hidden in the first one gets no answer.
REQUESTS = {
    # Where does the request end?
    "a coding that nobody knows": (post(f"Transfer-Encoding: xchunked\r\nContent-Length: {len(SMUGGLED)}\r\n", SMUGGLED), [400]),
    "chunked, then another coding": (post(f"Transfer-Encoding: chunked, identity\r\nContent-Length: {len(SMUGGLED)}\r\n", SMUGGLED), [400]),
    "another coding, then chunked": (post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + SMUGGLED), [400]),
    "identity": (post("Transfer-Encoding: identity\r\n", SMUGGLED), [400]),
    "chunked with a length": (post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + SMUGGLED), [400]),
    "two codings in two lines": (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + SMUGGLED), [400]),
    "chunked in HTTP/1.0": (post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED).replace("1.1", "1.0", 1), [400]),
    "two lengths": (post(f"Content-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n", SMUGGLED), [400]),
    "a negative length": (post("Content-Length: -1\r\n", SMUGGLED), [400]),
    "a length beyond 64 bits": (post("Content-Length: 99999999999999999999\r\n", SMUGGLED), [400]),
    "a chunk size beyond 64 bits": (post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"), [400]),
    "a blank before a colon": (post("Content-Length : 5\r\n", SMUGGLED), [400]),
    # How much of it?
    "a header of 9000 bytes": (get("/healthz", f"{HOST}X: {'x' * 9000}\r\n"), [431]),
    "a target of 9000 bytes": (get("/" + "x" * 9000), [431]),
    "a body of 17000 bytes": (post("Content-Length: 17000\r\n", "x" * 17000), [413]),
    "a body that claims 90 GB": (post("Content-Length: 99999999999\r\n"), [413]),
    "chunks of 20 KiB": (post("Transfer-Encoding: chunked\r\n", ("1000\r\n" + "x" * 4096 + "\r\n") * 5), [413]),
    # To which path?
    "the folder above": (get("/../../etc/passwd"), [404]),
    "the same, escaped": (get("/%2e%2e/%2e%2e/etc/passwd"), [404]),
    "an escaped slash": (get("/api%2fv1%2fstatus"), [404]),
    "another host's path": (get("//localhost/api/v1/status"), [404]),
    "a proxy's target": (get("http://localhost/api/v1/status"), [400]),
    "a NUL in the path": (get("/healthz%00"), [400]),
    "a line break in the path": (get("/healthz%0d%0aX:%20y"), [400]),
    "bytes that are no UTF-8": (get("/%ff%fe"), [400]),
    "half an escape": (get("/%4"), [400]),
    "SQL in an id": (get("/api/v1/explain/1;drop%20table%20t_ds_command"), [400]),
    # In whose name?
    "another name for this address": (get("/api/v1/status", "Host: evil.example\r\n"), {TCP: [400], SOCKET: [200]}),
    "no Host": (get("/api/v1/status", ""), {TCP: [400], SOCKET: [200]}),
    "two Hosts": (get("/healthz", HOST + "Host: evil.example\r\n"), [400]),
    "an image of a foreign page": (get("/api/v1/impact", HOST + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"), {TCP: [403], SOCKET: [200]}),
    "a frame in a foreign page": (get("/", HOST + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n"), {TCP: [403], SOCKET: [200]}),
    "a fetch by a page of another port": (get("/api/v1/events", HOST + "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"), {TCP: [403], SOCKET: None}),
    "a link that somebody follows": (get("/", HOST + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"), [200]),
    # With which right?
    "a change without a token": (post("Content-Type: application/json\r\nContent-Length: 14\r\n", '{"reason":"x"}'), [401]),
    "a change with half a token": (post(f"Authorization: Bearer {TOKEN[:-1]}\r\nContent-Length: 0\r\n"), [401]),
    "a change with the token's letters in upper case": (post(f"Authorization: Bearer {TOKEN.upper()}\r\nContent-Length: 0\r\n"), [401]),
    "a change by GET": (get("/api/v1/pause"), [405]),
    "a preflight": (f"OPTIONS /api/v1/pause HTTP/1.1\r\n{HOST}Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n", [405]),
    "TLS": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 64, [400]),
    "noise": ("hello\r\n\r\n", [400]),
}  # fmt: skip


def resident(daemon):
    """KiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()).group(1))


def connect(where, timeout=30):
    if isinstance(where, int):
        return socket.create_connection(("127.0.0.1", where), timeout=timeout)
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(timeout)
    made.connect(str(where))
    return made


def send(where, text):
    """The statuses of all answers, and what came."""
    with connect(where) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(text.encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
        received = rest_of(connection).decode("utf-8", "replace")
    return [int(s) for s in re.findall(r"HTTP/1\.[01] (\d{3}) ", received)], received


class Attacked(http_api.Served):
    sweep = {"interval": "1s"}

    def attempt(self, daemon, what, where, action):
        """Does it, and lists it with what it returns."""
        before = resident(daemon)
        came = action()
        attempts.append((what, where, came, before, resident(daemon)))
        return came

    def assert_small(self, daemon, before):
        if b"__asan_init" not in daemon.binary.read_bytes():
            self.assertLess(resident(daemon) - before, MOST_GROWTH, "KiB of resident memory")

    def call(self, daemon, *arguments, timeout=60):
        return daemon.call(*arguments, "--config", daemon.config, timeout=timeout)

    def notes(self):
        """What was told since the test bed confirmed the cluster."""
        return self.database.rows(
            "select action, who from ds_reconciler_control where action <> 'release_cluster' order by id"
        )


class Requests(Attacked):
    def test_the_table(self):
        daemon = self.swept()

        def each():
            for what, (text, wanted) in REQUESTS.items():
                for name, where in ((TCP, self.port), (SOCKET, self.socket)):
                    statuses = wanted[name] if isinstance(wanted, dict) else wanted
                    if statuses is not None:
                        yield what, name, where, text, statuses

        for what, name, where, text, statuses in each():
            with self.subTest(what, where=name):
                came, received = self.attempt(daemon, what, name, lambda: send(where, text))
                attempts[-1] = (what, name, came, *attempts[-1][3:])
                self.assertEqual(came, statuses, received)
                self.assertNotIn("Access-Control-Allow-Origin", received)
                self.assertNotIn("root:", received)
        first = resident(daemon)
        for _ in range(20):  # what leaks shows after some
            for _, _, where, text, _ in each():
                send(where, text)
        self.assert_small(daemon, first)
        self.assertEqual(self.notes(), [])
        self.assertTrue(daemon.running)

    def test_the_page_loads_nothing_from_elsewhere(self):
        self.swept()
        policy = ask(self.port, "/").headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
            self.assertIn(part, policy)
        self.assertNotIn("unsafe", policy)


class Floods(Attacked):
    def still_served(self, daemon):
        for where in (self.port, self.socket):
            self.assertEqual(ask(where, "/healthz").status, 200, where)
        for command in (("health",), ("status",), ("resume", "--reason", "enough")):
            answered = self.call(daemon, *command)
            self.assertEqual(answered.code, 0, answered)
            self.assertNotIn("Not asked of a daemon", answered.out)
        return "served"

    def test_connections_that_send_one_byte(self):
        daemon = self.swept()
        first = resident(daemon)
        for name, where in ((TCP, self.port), (SOCKET, self.socket)):
            with self.subTest(where=name), contextlib.ExitStack() as held:
                def flood():
                    for _ in range(100):
                        held.enter_context(connect(where)).sendall(b"G")
                    return self.still_served(daemon)

                self.attempt(daemon, "100 connections of one byte", name, flood)
        self.assert_small(daemon, first)

    def test_connections_that_do_not_read(self):
        daemon = self.swept()
        with contextlib.ExitStack() as held:
            def flood():
                for _ in range(100):
                    reader = held.enter_context(socket.socket())
                    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                    reader.connect(("127.0.0.1", self.port))
                    reader.settimeout(30)
                    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                        reader.sendall((get("/api/v1/openapi.json") * 200).encode()[:8000])
                wait_for("a place", lambda: ask(self.port, "/healthz").status == 200, timeout=20)
                return self.still_served(daemon)

            self.attempt(daemon, "100 readers that do not read", TCP, flood)

    def test_one_address_off_loopback_gets_a_part_of_the_places(self):
        try:
            network = Namespace()
        except NotFetched as without:
            self.skipTest(str(without))
        self.addCleanup(network.leave)
        daemon = self.daemon(listen=f"0.0.0.0:{self.port}")
        self.world.start(daemon)
        wait_for("the port", lambda: daemon.logged("listening on 0.0.0.0"), seen=daemon.log_tail)

        def flood():
            return subprocess.run(network.command(["/usr/bin/python3", "-c", FAR_FLOOD, network.outside, str(self.port)]),
                                  capture_output=True, text=True, timeout=60).stdout.strip()  # fmt: skip

        came = self.attempt(daemon, "60 connections of one address off loopback", TCP, flood)
        self.assertEqual(came, "28 of 60 were closed")

    def test_reads_that_take_long_do_not_keep_changes_out(self):
        daemon = self.swept()
        over = threading.Event()

        def read():
            while not over.is_set():
                with contextlib.suppress(OSError, http_api.socket.timeout):
                    ask(self.port, "/api/v1/impact")

        readers = [threading.Thread(target=read) for _ in range(40)]
        for reader in readers:
            reader.start()
        try:
            def pause():
                return [ask(self.port, "/api/v1/pause", "POST", {"reason": f"number {i}"}, TOKEN).status for i in range(10)]

            came = self.attempt(daemon, "40 parallel impacts, 10 pauses", TCP, pause)
        finally:
            over.set()
            for reader in readers:
                reader.join()
        self.assertEqual(came, [200] * 10)
        self.assertEqual(len(self.notes()), 10)


FAR_FLOOD = """
import socket, sys, time
held = []
for _ in range(60):
    held.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20))
    held[-1].sendall(b"G")
closed, until = set(), time.monotonic() + 10
while len(closed) < 28 and time.monotonic() < until:
    for one in held:
        one.settimeout(0.02)
        try:
            if one.recv(1) == b"":
                closed.add(one)
        except TimeoutError:
            pass
        except ConnectionResetError:
            closed.add(one)
print(len(closed), "of 60 were closed")
"""


class Impostor:
    """Answers as the daemon of that cluster would, and keeps what it was sent."""

    def __init__(self, cluster, port):
        impostor = self
        self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                impostor.heard.append(f"{self.requestline}\n{self.headers}")
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                body = b'{"number":7,"action":"pause","until":null,"by":"x","reason":"x","status":"ok"}'
                self.send_response(200)
                self.send_header("DS-Reconciler-Cluster", cluster)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


SOCKET_IMPOSTOR = """
import socket, sys
made = socket.socket(socket.AF_UNIX)
made.bind(sys.argv[1])
made.listen()
print("listening", flush=True)
while True:
    connection, _ = made.accept()
    connection.settimeout(3)
    try:
        heard = connection.recv(65536)
    except TimeoutError:
        heard = b""
    print(repr(heard), flush=True)
    body = b'{"number":7,"action":"pause","until":null,"by":"x","reason":"x","status":"ok"}'
    try:
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nDS-Reconciler-Cluster: %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s"
                           % (sys.argv[2].encode(), len(body), body))
    except OSError:
        pass
    connection.close()
"""


class CommandLine(Attacked):
    """The daemon is stopped, and another process listens in its place."""

    def stopped(self):
        daemon = self.swept()
        cluster = ask(self.port, "/healthz").headers["DS-Reconciler-Cluster"]
        daemon.stop()
        return daemon, cluster

    def test_another_listener_on_the_port_gets_no_token(self):
        daemon, cluster = self.stopped()
        impostor = Impostor(cluster, self.port)
        self.addCleanup(impostor.stop)
        self.call(daemon, "status")
        self.assertEqual(len(impostor.heard), 1)
        told = self.call(daemon, "pause", "--reason", "not to be lost", "--by", "ada")
        self.assertEqual(told.code, 0, told)
        self.assertEqual(len(impostor.heard), 1, "a change was sent to the port")
        for heard in impostor.heard:
            self.assertNotIn("Authorization", heard)
        self.assertEqual(self.notes(), [{"action": "pause", "who": "ada"}])
        self.assertNotIn("the daemon recorded it", told.out)
        # Where it is asked for by --url, and only there, the token goes over TCP.
        told = self.call(daemon, "pause", "--reason", "x", "--url", f"http://127.0.0.1:{self.port}")
        self.assertIn(f"Authorization: Bearer {TOKEN}", impostor.heard[-1])

    def test_another_users_listener_on_the_socket_gets_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to run a process of another user")
        daemon, cluster = self.stopped()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dsr-impostor-"))
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", str(folder)], check=True))
        folder.chmod(0o777)
        path = folder / "http.sock"
        impostor = subprocess.Popen(["/usr/bin/python3", "-c", SOCKET_IMPOSTOR, str(path), cluster],
                                    stdout=subprocess.PIPE, text=True, user=NOBODY, group=NOBODY, extra_groups=[])  # fmt: skip
        self.addCleanup(impostor.stdout.close)
        self.addCleanup(impostor.wait)
        self.addCleanup(impostor.kill)
        self.assertEqual(impostor.stdout.readline().strip(), "listening")
        daemon.configure(http={"socket": str(path)})
        for command in (("status",), ("health",), ("pause", "--reason", "x", "--by", "ada"), ("sweep", "--remote")):
            with self.subTest(command):
                said = self.call(daemon, *command)
                self.assertEqual(impostor.stdout.readline().strip(), "b''", "it was sent something")
                self.assertIn(f"user id {NOBODY}", said.err)
                self.assertEqual(said.code, {"health": 1, "sweep": 4}.get(command[0], 0), said)
        self.assertEqual(self.notes(), [{"action": "pause", "who": "ada"}])

    def test_what_is_printed_is_what_is_kept(self):
        daemon = self.swept()
        over_socket = self.call(daemon, "pause", "--reason", "first", "--by", "ada")
        self.assertIn("paused until `resume`, by ada: first; the daemon recorded it as note", over_socket.out)
        direct = self.call(daemon, "resume", "--reason", "second", "--by", "bob", "--direct")
        self.assertIn("resumed, by bob: second; daemons apply it at their next sweep; recorded as note", direct.out)
        numbers = [int(re.search(r"note (\d+)$", said.out.strip()).group(1)) for said in (over_socket, direct)]
        kept = self.database.rows(
            "select id, who from ds_reconciler_control where action <> 'release_cluster' order by id"
        )
        self.assertEqual([(row["id"], row["who"]) for row in kept], list(zip(numbers, ("ada", "bob"), strict=True)))


class Tells(Attacked):
    """What the daemon gives away."""

    def test_readiness_names_no_database_without_a_token(self):
        daemon = self.daemon(listen=f"0.0.0.0:{self.port}")
        daemon.configure(database={"port": free_port()})
        self.world.start(daemon)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        self.assertEqual(ask(self.port, "/readyz").status, 503)
        self.assertIsNone(ask(self.port, "/readyz").json["reason"])
        self.assertIn(self.database.name, ask(self.port, "/readyz", token=TOKEN).json["reason"])
        self.assertIn(self.database.name, ask(self.socket, "/readyz").json["reason"])

    def test_a_replaced_token_ends_its_streams(self):
        daemon = self.daemon(listen=f"0.0.0.0:{self.port}")
        self.world.start(daemon)
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        follower = UnixConnection(self.socket)
        follower.request("GET", "/api/v1/events")
        local = follower.getresponse()
        self.addCleanup(follower.close)
        remote = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(remote.close)
        remote.sendall(get("/api/v1/events", f"{HOST}Authorization: Bearer {TOKEN}\r\n").encode())
        self.assertIn(b"200 OK", remote.recv(65536))
        daemon.hangup()
        wait_for("the reload", lambda: daemon.logged("SIGHUP"), seen=daemon.log_tail)
        daemon.after_sweeps(1)  # the same token: it goes on
        self.assertIn(b"event: status", remote.recv(65536))
        (self.directory / "token").write_text("another-token-for-this-test\n")
        daemon.hangup()
        wait_for("the end of the stream", lambda: not remote.recv(65536), seen=daemon.log_tail)
        self.assertTrue(local.readline().startswith(b"event"), "the socket's stream needed no token")

    def test_a_row_forges_no_line_of_the_log_and_moves_no_cursor(self):
        forged = "2026-11-24T00:00:00.000Z error all is lost"
        self.database.insert("t_ds_process_instance", id=3, name="wf", process_definition_code=9001,
                             process_definition_version=1, state=1, start_time=now(60), run_times=1,
                             host=f"x\n{forged}\x1b[31m", command_type=0, command_param="{}", executor_id=1)  # fmt: skip
        daemon = self.swept()
        wait_for("a word about it", lambda: daemon.logged("workflow instance 3"), seen=daemon.log_tail)
        printed = self.call(daemon, "sweep", "--dry-run")
        self.assertIn("all is lost", printed.out)
        for text in (daemon.log_text(), printed.out, printed.err):
            self.assertNotIn("\x1b[31m", text)
            self.assertNotRegex(text, rf"(?m)^{re.escape(forged)}")

    def test_memory_keeps_no_token(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to read the memory of a process that is not dumpable")
        secret = self.directory / "read-token"
        self.directory.mkdir()
        secret.touch(mode=0o600)
        secret.write_text(READ_TOKEN + "\n")
        daemon = self.start(self.daemon(read_token_file=str(secret)))
        wait_for("a sweep", daemon.sweeps, seen=daemon.log_tail)
        found = self.in_memory(daemon)
        self.assertEqual(found, [])
        daemon.hangup()
        wait_for("the reload", lambda: daemon.logged("the new configuration is in force"), seen=daemon.log_tail)
        daemon.after_sweeps(1)
        self.assertEqual(self.in_memory(daemon), [])
        self.assertEqual(ask(self.port, "/api/v1/sweep", "POST", token=TOKEN).status, 202, "it works all the same")

    def in_memory(self, daemon):
        """The tokens that are found in the process."""
        seen = set()
        process = pathlib.Path(f"/proc/{daemon.process.pid}")
        with open(process / "mem", "rb", buffering=0) as memory:
            for line in (process / "maps").read_text().splitlines():
                begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
                if "rw" not in rights or int(end, 16) - int(begin, 16) > 1 << 30:
                    continue
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    memory.seek(int(begin, 16))
                    part = memory.read(int(end, 16) - int(begin, 16))
                    seen |= {token for token in (TOKEN, READ_TOKEN) if token.encode() in part}
        return sorted(seen)


class Database(Attacked):
    """A server that pretends to be MySQL and asks for the password in clear."""

    def ask_impostor(self, plugin, **database):
        impostor = MysqlImpostor(plugin)
        self.addCleanup(impostor.stop)
        daemon = self.daemon()
        daemon.configure(database={"type": "mysql", "port": impostor.port, "user": "ds", **database})
        self.call(daemon, "init-db")
        self.assertTrue(impostor.met.wait(20), "nobody came")
        return impostor

    def test_the_password_is_not_sent_in_clear(self):
        for plugin in ("mysql_clear_password", "dialog", "mysql_old_password", "sha256_password"):
            with self.subTest(plugin):
                impostor = self.ask_impostor(plugin)
                self.assertNotIn(self.database.server.password.encode(), impostor.heard())
                attempts.append((f"MySQL asks for {plugin}", TCP, "no password", 0, 0))

    def test_a_site_that_needs_it_can_have_it(self):
        impostor = self.ask_impostor("mysql_clear_password", login_plugins="mysql_native_password,mysql_clear_password")
        self.assertIn(self.database.server.password.encode(), impostor.heard())


def tearDownModule():
    print(f"\n{'attempt':<52} {'over':<7} {'came back':<24} {'KiB before':>10} {'after':>8}")
    for what, where, came, before, after in attempts:
        print(f"{what:<52} {where:<7} {str(came)[:24]:<24} {before:>10} {after:>8}")


if __name__ == "__main__":
    main()
