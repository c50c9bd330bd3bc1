# SPDX-License-Identifier: Apache-2.0
"""Curator's own recipes in a JVM, as DolphinScheduler's masters use them; see tests/interop/CuratorPeer.java."""

import pathlib
import select
import subprocess

from servers import MissingPackage, Server

JAVA = pathlib.Path("/usr/share/java")
JARS = [
    "curator-recipes",
    "curator-framework",
    "curator-client",
    "guava",
    "zookeeper",
    "zookeeper-jute",
    "slf4j-api",
    "slf4j-nop",
    "netty-buffer",
    "netty-codec",
    "netty-common",
    "netty-handler",
    "netty-resolver",
    "netty-transport",
    "netty-transport-native-epoll",
    "netty-transport-native-unix-common",
]
PEER = pathlib.Path(__file__).resolve().parent.parent / "interop" / "CuratorPeer.java"


class CuratorPeer(Server):
    """Told what to do line by line; what it took is kept until it gives it back or is killed. Session: 4 s."""

    name = "curator-peer"

    def __init__(self, directory, zookeeper, namespace="dolphinscheduler"):
        super().__init__(directory)
        self.make_directory()
        self.zookeeper, self.namespace = zookeeper, namespace
        self.port = 0  # it listens on none
        missing = [j for j in JARS if not (JAVA / f"{j}.jar").exists()]
        if missing:
            raise MissingPackage(f"{JAVA}/{missing[0]}.jar is not installed: apt-get install libcurator-recipes-java")

    def command(self):
        return [
            "java",
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            ":".join(str(JAVA / f"{j}.jar") for j in JARS),
            PEER,
            self.zookeeper.address,
            self.namespace,
        ]

    def spawn(self, command, log):
        """As any server, but with its input and output for us."""
        with open(log, "ab") as out:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *(str(c) for c in command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
                bufsize=1,
                start_new_session=True,
            )

    def is_ready(self):
        return bool(select.select([self.process.stdout], [], [], 0)[0]) and self.answer() == "ready"

    def _end(self, sig, timeout):
        super()._end(sig, timeout)
        self.close()

    def kill_tree(self):
        super().kill_tree()
        self.close()

    def close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.answer()
