# SPDX-License-Identifier: Apache-2.0
"""Runs an image of image.py as a container is run, without an engine: a mount and a process namespace of its own, the root
read-only, no privilege to win, the image's user. The network is this machine's, as the network of a pod is its containers'."""

import os
import pathlib
import re
import signal
import subprocess
import time

from servers import Server
from testbed import wait_for

# $1 is the root, $2 whether it is read-only, then triples (what, where, options) up to --, then user, group, the command.
# `what` is a folder or file of this machine to mount, or tmpfs. The last exec is of the daemon: it is process 1.
ENTER = """set -eu
root=$1 read_only=$2; shift 2
mount --bind "$root" "$root"
[ "$read_only" = no ] || mount -o remount,bind,ro,nosuid "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o size=64k,mode=755,nosuid,noexec dev "$root/dev"
for device in null zero full random urandom; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,ro "$root/dev"
for file in resolv.conf hosts; do mount --bind "/etc/$file" "$root/etc/$file"; done
while [ "$1" != -- ]; do
    if [ "$1" = tmpfs ]; then mount -t tmpfs -o "nosuid,nodev,noexec,$3" tmpfs "$root$2"
    else mount --bind "$1" "$root$2"; mount -o "remount,bind,nosuid,nodev,$3" "$root$2"; fi
    shift 3
done
shift
exec setpriv --no-new-privs chroot --userspec="$1:$2" --groups= "$root" "${@:3}"
"""


class Container(Server):
    """One container. `mounts`: [(folder or file of this machine, or "tmpfs", where, mount options)]; `environment`: over the
    image's own. It runs the image's entrypoint with `cmd`, by default the image's."""

    name = "container"
    ready_timeout = 90.0

    def __init__(self, directory, image, environment, mounts=(), cmd=None, read_only=True):
        super().__init__(directory)
        self.image, self.given, self.mounts, self.read_only = image, environment, list(mounts), read_only
        self.cmd = image.cmd if cmd is None else cmd
        self.user, self.group = re.fullmatch(r"(\d+):(\d+)", image.user).groups()

    def begin(self):
        """An engine makes what is mounted upon, before the root is closed."""
        folders = {where for what, where, _ in self.mounts if what == "tmpfs" or pathlib.Path(what).is_dir()}
        for where in [*(where for _, where, _ in self.mounts), "/etc/resolv.conf", "/etc/hosts"]:
            place = self.image.inside(where)
            if where in folders:
                place.mkdir(parents=True, exist_ok=True)
            elif not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
        self.before = self.files_of_the_image()

    def files_of_the_image(self):
        """Path and time of change of each, without what is mounted over."""
        return {str(p): p.lstat().st_mtime_ns for p in self.image.root.rglob("*") if not p.is_dir()}

    def changed(self):
        """Files of the image that it made, changed or removed."""
        after = self.files_of_the_image()
        return {path for path in {*self.before, *after} if self.before.get(path) != after.get(path)}

    def environment(self):
        return {**self.image.env, **self.given, "HOME": "/var/lib/ds-reconciler"}

    def command(self):
        mounts = [str(part) for mount in self.mounts for part in mount]
        return ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                "bash", "-c", ENTER, "bash", str(self.image.root), "yes" if self.read_only else "no",
                *mounts, "--", self.user, self.group, *self.image.entrypoint, *self.cmd]

    def launch(self):
        self.port = 0  # it listens on what its configuration says
        super().launch()

    def is_ready(self):
        return self.health().returncode == 0

    def first(self):
        """The pid, on this machine, of its process 1; None while it is being set up."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children and pathlib.Path(f"/proc/{children[0]}/comm").read_text().strip() == self.image.entrypoint[0][:15]:
            return int(children[0])
        return None

    def run_inside(self, command):
        """As `docker exec`: in its namespaces, as its user."""
        first = wait_for("process 1", self.first, 20, self.log_tail)
        return subprocess.run(
            ["setpriv", "--no-new-privs", "nsenter", "-t", str(first), "-m", "-p", "-r", "-S", self.user, "-G", self.group,
             *command], env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def health(self):
        return self.run_inside(self.image.healthcheck)

    def sweeps(self):
        """How many sweeps ended so far; told at log level debug."""
        return len(re.findall(r"\bsweep (?:done|held|failed)\b", self.log_text()))

    def status(self):
        """/proc/PID/status of its process 1, as a dict."""
        lines = pathlib.Path(f"/proc/{self.first()}/status").read_text().splitlines()
        return {k: v.strip() for k, _, v in (line.partition(":") for line in lines)}

    def ask_to_stop(self, grace):
        """The image's stop signal to process 1, as an engine does. (exit code, seconds); fails when the grace is not
        enough."""
        begun = time.monotonic()
        os.kill(self.first(), signal.Signals[self.image.stop_signal])
        try:
            return self.process.wait(grace), time.monotonic() - begun
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {grace} s\n{self.log_tail()}") from None

    def stop(self, timeout=20.0):
        self.kill_if_running()

    def run_to_its_end(self, timeout=60):
        """For a command that ends by itself: (exit code, what it printed)."""
        self.make_directory()
        self.begin()
        self.launch()
        return self.process.wait(timeout), self.log_text()
