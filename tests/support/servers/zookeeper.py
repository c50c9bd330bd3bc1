# SPDX-License-Identifier: Apache-2.0
"""A ZooKeeper of Debian's packages (zookeeper, with its jars named one by one: a wide glob pulls in a second slf4j)."""

import pathlib
import socket

from .process import MissingPackage, Server, find_program

JAVA = pathlib.Path("/usr/share/java")
JARS = [
    "zookeeper",
    "zookeeper-jute",
    "slf4j-api",
    "slf4j-simple",
    "metrics-core",
    "snappy-java",
    "commons-io",
    "netty-buffer",
    "netty-codec",
    "netty-common",
    "netty-handler",
    "netty-resolver",
    "netty-transport",
    "netty-transport-native-epoll",
    "netty-transport-native-unix-common",
]


class ZooKeeper(Server):
    """One ZooKeeper; sessions of 1 s to 60 s are accepted. Memory only in effect: nothing is forced to disk."""

    name = "zookeeper"
    _shared = None

    def __init__(self, directory, settings=None, digest=None):
        """`settings`: further lines of zoo.cfg. `digest`: "user:password" of our own clients, to whom all that they
        create belongs, as DolphinScheduler's masters do with a digest."""
        super().__init__(directory)
        self.settings, self.digest = settings or {}, digest

    def command(self):
        missing = [j for j in JARS[:4] if not (JAVA / f"{j}.jar").exists()]
        if missing:
            raise MissingPackage(f"{JAVA}/{missing[0]}.jar is not installed: apt-get install zookeeper libslf4j-java")
        config = self.directory / "zoo.cfg"
        config.write_text(
            f"dataDir={self.directory}/data\nclientPort={self.port}\nclientPortAddress=127.0.0.1\ntickTime=500\n"
            "minSessionTimeout=1000\nmaxSessionTimeout=60000\nmaxClientCnxns=0\nadmin.enableServer=false\n"
            "4lw.commands.whitelist=*\n" + "".join(f"{k}={v}\n" for k, v in self.settings.items())
        )
        return [
            find_program(["java"], "default-jre-headless"),
            "-Xms32m",
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dzookeeper.forceSync=no",
            "-Dzookeeper.preAllocSize=1024",
            "-Dznode.container.checkIntervalMs=5000",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
            "-cp",
            ":".join(str(JAVA / f"{j}.jar") for j in JARS),
            "org.apache.zookeeper.server.ZooKeeperServerMain",
            config,
        ]

    def is_ready(self):
        return self.four_letters("ruok") == "imok"

    def four_letters(self, word):
        """The answer to a four-letter word, or an empty text when nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as s:
                s.sendall(word.encode())
                return b"".join(iter(lambda: s.recv(65536), b"")).decode(errors="replace")
        except OSError:
            return ""

    def client(self, timeout=10.0, **options):
        """A started kazoo client; the caller stops it."""
        from kazoo.client import KazooClient
        from kazoo.security import make_digest_acl

        if self.digest:
            user, password = self.digest.split(":")
            acl = [make_digest_acl(user, password, all=True)]
            options = {"auth_data": [("digest", self.digest)], "default_acl": acl} | options
        client = KazooClient(hosts=self.address, timeout=timeout, **options)
        client.start(timeout=20)
        return client

    def shared_client(self):
        """One client for all that only look; `stop` ends it."""
        if self._shared is None:
            self._shared = self.client()
        return self._shared

    def stop(self, timeout=20.0):
        if self._shared is not None:
            self._shared.stop()
            self._shared.close()
            self._shared = None
        super().stop(timeout)
