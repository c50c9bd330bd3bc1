# SPDX-License-Identifier: Apache-2.0
"""A machine of its own for a daemon: a network namespace with one wire to ours, which can lose every packet."""

import os
import random
import re
import shutil
import subprocess

from servers import MissingPackage

from .dolphinscheduler import NotFetched

NOBODY = "02:00:00:00:00:01"  # an Ethernet address that neither end has


def ip(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, text=True)


def remove_leftovers():
    """Those of tests that were killed; their names tell the process."""
    for name in re.findall(r"^dsr-(\d+)", ip("netns", "list").stdout, re.MULTILINE):
        if not os.path.exists(f"/proc/{name}"):
            ip("netns", "del", f"dsr-{name}")  # the wire goes with it


class Namespace:
    """A network namespace and a veth pair into it. `outside` and `inside` are the addresses of its ends. Needs root and
    CAP_NET_ADMIN; without them the file that asks for it is skipped loudly."""

    def __init__(self):
        if not shutil.which("ip"):
            raise MissingPackage("ip is not installed: apt-get install iproute2")
        remove_leftovers()
        self.name = f"dsr-{os.getpid()}"
        self.wire = f"dsr{os.getpid() % 10**8}"
        net = f"10.{random.randint(200, 254)}.{random.randint(0, 254)}"
        self.outside, self.inside = f"{net}.1", f"{net}.2"
        for step in (
            ("netns", "add", self.name),
            ("link", "add", self.wire, "type", "veth", "peer", "name", "wire", "netns", self.name),
            ("address", "add", f"{self.outside}/30", "dev", self.wire),
            ("link", "set", self.wire, "up"),
            ("-n", self.name, "address", "add", f"{self.inside}/30", "dev", "wire"),
            ("-n", self.name, "link", "set", "wire", "up"),
            ("-n", self.name, "link", "set", "lo", "up"),
        ):
            done = ip(*step)
            if done.returncode != 0:
                self.leave()
                raise NotFetched(f"no network namespace (root and CAP_NET_ADMIN?): ip {' '.join(step)}: {done.stderr}")

    def command(self, command):
        """That command, run inside."""
        return ["ip", "netns", "exec", self.name, *command]

    def must(self, *arguments):
        done = ip(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr}")

    def part(self):
        """From now on packets are lost, both ways, and nobody is told: each end sends to an address that is not the
        other's. (A link set down, or a firewall's refusal, would be noticed.)"""
        self.must("neighbour", "replace", self.inside, "lladdr", NOBODY, "nud", "permanent", "dev", self.wire)
        self.must("-n", self.name, "neighbour", "replace", self.outside, "lladdr", NOBODY, "nud", "permanent",
                  "dev", "wire")

    def heal(self):
        ip("neighbour", "del", self.inside, "dev", self.wire)
        ip("-n", self.name, "neighbour", "del", self.outside, "dev", "wire")

    def leave(self):
        """Removes both; what still runs inside loses its wire."""
        ip("link", "del", self.wire)
        ip("netns", "del", self.name)
