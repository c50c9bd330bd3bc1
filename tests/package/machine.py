# SPDX-License-Identifier: Apache-2.0
"""A fresh Debian in a folder: booted by systemd-nspawn with its own systemd where this machine allows that, else a
chroot in which no service runs. It shares this machine's network. Root only."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("", "support")]

from debian import bootstrap  # noqa: E402
from testbed import wait_for  # noqa: E402
from servers.process import descendants, find_program, signal_all  # noqa: E402

RELEASES = {"12": "bookworm", "13": "trixie"}  # those that packages are made for
INCLUDED = ["systemd", "systemd-sysv", "dbus", "ca-certificates"]  # what each installed Debian has and minbase lacks
BOOT_SECONDS = 120

BINFMT = pathlib.Path("/proc/sys/fs/binfmt_misc")  # the kernel's list of interpreters of foreign programs


@contextlib.contextmanager
def emulated(architecture):
    """Programs of that architecture (as the kernel names it) run on this machine meanwhile, by qemu-user-static. Throws OSError where the kernel refuses."""
    if not (BINFMT / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT], capture_output=True)
    entry = BINFMT / f"qemu-{architecture}"
    known = entry.exists()
    if not known:
        (BINFMT / "register").write_bytes(pathlib.Path(f"/usr/lib/binfmt.d/qemu-{architecture}.conf").read_bytes().rstrip())
    try:
        yield
    finally:
        if not known:
            entry.write_text("-1")  # forgets it


class Machine:
    def __init__(self, root, release="12", architecture=None):
        """Of another architecture than this machine's only inside of `emulated`, and never booted."""
        self.root = pathlib.Path(root)
        self.release = release
        self.architecture = architecture
        self.container = None  # systemd-nspawn
        self.init = None  # the pid of its systemd, seen from here

    def make(self):
        """debootstrap, and what it needs to install packages itself."""
        bootstrap(RELEASES[self.release], self.root, INCLUDED, self.architecture)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        # As Debian's installer leaves it; a JVM asks for its machine's own name. Booted, that is the folder's.
        names = f"{self.root.name} {socket.gethostname()}"
        (self.root / "etc/hosts").write_text(f"127.0.0.1\tlocalhost\n127.0.1.1\t{names}\n::1\tlocalhost ip6-localhost ip6-loopback\n")
        own = sorted(pathlib.Path("/usr/local/share/ca-certificates").glob("*.crt"))
        for authority in own:
            shutil.copy(authority, self.path("/usr/local/share/ca-certificates"))
        done = self.run(f"{'update-ca-certificates' if own else ':'}; apt-get update -q")
        if done.returncode:
            raise RuntimeError(f"apt-get update in {self.root}: {done.stdout[-2000:]}")

    def boot(self):
        """Whether its systemd runs now."""
        log = open(self.root.with_suffix(".boot"), "wb")
        self.container = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", find_program(["systemd-nspawn"], "systemd-container")),
                *("--quiet", "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off"),
                *("--boot", f"--directory={self.root}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for("a container that booted", self.is_up, BOOT_SECONDS)
        except AssertionError:
            self.halt()
        return self.init is not None

    def is_up(self):
        if self.container.poll() is not None:
            raise AssertionError("systemd-nspawn ended")
        for pid in descendants(self.container.pid)[1:]:
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                    self.init = pid
                    said = self.run("systemctl is-system-running").stdout.strip()
                    if said in ("running", "degraded"):
                        return True
                    self.init = None
        return False

    def halt(self):
        if self.container and self.container.poll() is None:
            self.container.send_signal(signal.SIGTERM)  # an orderly shutdown
            try:
                self.container.wait(60)
            except subprocess.TimeoutExpired:
                signal_all(descendants(self.container.pid), signal.SIGKILL)
                self.container.wait(20)
        self.container = self.init = None

    def remove(self):
        self.halt()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, script, given="", timeout=600, output=subprocess.PIPE):
        """A shell script in it, as root in root's home, that ends at the first failure; its output in one text, or in the
        file `output`."""
        if self.init:
            into = ["nsenter", "--all", f"--target={self.init}", "--wdns=/root"]
        else:
            # It changes root first, then mounts: the new root's /proc.
            into = ["unshare", "--mount", "--pid", "--fork", "--mount-proc=/proc", f"--root={self.root}"]
        return subprocess.run(
            [*into, "/bin/sh", "-ec", f"cd /root\n{script}"],
            input=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                **({"TERM": os.environ["TERM"]} if "TERM" in os.environ else {}),
            },
        )

    def path(self, inside):
        return self.root / inside.lstrip("/")
