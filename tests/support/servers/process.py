# SPDX-License-Identifier: Apache-2.0
"""One server process: started, waited for, suspended, killed and stopped by its own pid, never by name."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class ServerFailed(Exception):
    """The server did not start or stop as it should; the text carries the end of its log."""


class MissingPackage(ServerFailed):
    """A program that the server needs is not installed; the text names its Debian package."""


def free_port():
    """A loopback port that nothing listens on now. Another process may take it before it is used: a start is
    retried."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def port_is_open(port):
    """Whether something accepts connections on that loopback port."""
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def find_program(names, package):
    """The first of the paths or names that can be run; else MissingPackage."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise MissingPackage(f"{names[0]} is not installed: apt-get install {package}")


def descendants(pid):
    """The process and all below it, parents first."""
    found = [pid]
    for p in found:
        for children in pathlib.Path(f"/proc/{p}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(c) for c in children.read_text().split()]
    return found


def signal_all(pids, sig):
    """Sends the signal to each of them that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)


def unprivileged_user():
    """Whom to run as a server that refuses root: (name, uid, gid), or None when we are not root anyway."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return (name, entry.pw_uid, entry.pw_gid)
    raise ServerFailed("running as root, and neither the user postgres nor nobody exists")


def others_can_reach(path):
    """Whether another user may walk to this folder: every folder above it lets others through."""
    path = pathlib.Path(path).resolve()
    return all(p.stat().st_mode & 0o001 for p in [*path.parents] if p.exists())


class Server:
    """A server in its own folder. Subclasses say how to prepare (`begin`), run (`command`) and ask (`is_ready`) it."""

    name = "server"
    death_signal = signal.SIGKILL  # what the kernel sends when we die
    stop_signal = signal.SIGTERM  # what `stop` sends
    ready_timeout = 60.0  # seconds

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.port = None
        self.process = None
        self.run_as = None  # (name, uid, gid)
        self._moved = None  # a folder elsewhere, when the wanted one is closed to run_as

    # What a subclass defines -----------------------------------------------------------------------------------------

    def begin(self):
        """Starts to prepare the folder, without waiting for it."""

    def finish(self):
        """Waits for what `begin` started."""

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        return port_is_open(self.port)

    def environment(self):
        return dict(os.environ)

    # What a test uses ------------------------------------------------------------------------------------------------

    def __enter__(self):
        start_all([self])
        return self

    def __exit__(self, *exc):
        self.stop()
        self.remove()

    def launch(self):
        """Runs the prepared server, without waiting until it answers. The port stays the same over restarts."""
        self.finish()
        if self.port is None:
            self.port = free_port()
        self.process = self.spawn(self.command(), self.log)

    def wait_ready(self):
        deadline = time.monotonic() + self.ready_timeout
        while not self.is_ready():
            if self.process.poll() is not None:
                raise ServerFailed(
                    f"{self.name} ended with {self.process.returncode}; its log ends:\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"{self.name} did not answer within {self.ready_timeout} s; its log ends:\n{self.log_tail()}"
                )
            time.sleep(0.05)

    def restart(self):
        """Starts it again on the same port with the same data, after `stop` or `kill`."""
        self.launch()
        self.wait_ready()

    def stop(self, timeout=20.0):
        """Ends it in order; kills it when it takes longer than that."""
        self._end(self.stop_signal, timeout)

    def kill(self):
        """kill -9, as a crash."""
        self._end(signal.SIGKILL, 20.0)

    def kill_if_running(self):
        """kill -9 to it and all below it, for the end of a test."""
        if self.running:
            self.kill_tree()

    def suspend(self):
        """SIGSTOP to it and all its children: it keeps its connections and answers nothing."""
        signal_all(descendants(self.process.pid), signal.SIGSTOP)

    def resume(self):
        signal_all(descendants(self.process.pid), signal.SIGCONT)

    def kill_tree(self):
        """kill -9 to it and all its children at once, as when their machine is lost."""
        pids = descendants(self.process.pid)
        signal_all(pids, signal.SIGSTOP)  # none makes another one while we go through them
        signal_all(descendants(self.process.pid), signal.SIGKILL)
        self.process.wait(20)

    def remove(self):
        """Removes its folder."""
        for path in (self._moved, self.directory):
            if path:
                shutil.rmtree(path, ignore_errors=True)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.directory / "log"

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines=40):
        """The last lines; without what a daemon says of each workflow in each sweep, which would hide the rest."""
        told = [line for line in self.log_text().splitlines() if " debug workflow instance " not in line]
        return "\n".join(told[-lines:])

    # For the subclasses ----------------------------------------------------------------------------------------------

    def make_directory(self):
        self.directory.mkdir(parents=True, exist_ok=True)

    def home(self):
        """A folder that belongs to the user it runs as; under /tmp when our own folder is closed to that user."""
        if not self.run_as:
            return self.directory
        if others_can_reach(self.directory / "home"):
            home = self.directory / "home"
            home.mkdir(exist_ok=True)
        else:
            home = self._moved = self._moved or pathlib.Path(tempfile.mkdtemp(prefix=f"dsr-{self.name}-"))
        os.chown(home, self.run_as[1], self.run_as[2])
        return home

    def spawn(self, command, log):
        """Runs a program in a session of its own; it dies with us, however we go; its output goes to the log file."""
        who = dict(user=self.run_as[1], group=self.run_as[2], extra_groups=[]) if self.run_as else {}
        with open(log, "ab") as out:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", self.death_signal.name.removeprefix("SIG"), *(str(c) for c in command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=self.environment(),
                start_new_session=True,
                **who,
            )

    def _end(self, sig, timeout):
        if not self.running:
            return
        self.resume()  # a suspended one would not hear it
        self.process.send_signal(sig)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def start_all(servers, attempts=3):
    """Starts several side by side and waits for all; another port is tried when the first one was taken meanwhile."""
    for server in servers:
        server.make_directory()
        server.begin()
    for server in servers:
        server.launch()
    for server in servers:
        for attempt in range(attempts):
            try:
                server.wait_ready()
                break
            except ServerFailed:
                server.kill()
                if attempt + 1 == attempts or "ddress already in use" not in server.log_text():
                    raise
                server.port = None
                server.launch()
