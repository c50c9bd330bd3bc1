# SPDX-License-Identifier: Apache-2.0
"""Real DolphinScheduler 3.1.1 servers, run from the jars that `fetch` brings."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

from servers import Server, free_port
from servers.process import port_is_open

HERE = pathlib.Path(__file__).resolve().parent


def interface_to_others():
    """That of the default route; empty without one. A server otherwise registers with the address of any interface, also
    of one that another test has for some seconds, and then nobody reaches it."""
    for line in pathlib.Path("/proc/net/route").read_text().splitlines()[1:]:
        name, destination = line.split()[:2]
        if int(destination, 16) == 0:
            return name
    return ""


class NotFetched(Exception):
    """No real DolphinScheduler here: Maven, a JDK or the way to Maven Central is missing."""


def fetch():
    """The folder with the jars; fetched when it is not complete yet (330 MB, once). `DSR_TESTBED` names another one."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    directory = pathlib.Path(os.environ.get("DSR_TESTBED") or pathlib.Path(cache) / "ds-reconciler" / "testbed")
    done = subprocess.run(
        [HERE / "fetch", directory],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise NotFetched(f"{HERE}/fetch {directory} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return directory


class DolphinScheduler(Server):
    """A real 3.1.1 server against one ZooKeeper and one database. `address` is the name it registers under."""

    kind = None  # "master" or "worker"
    main_class = None
    stop_signal = signal.SIGTERM
    ready_timeout = 180.0  # two slow cores, several JVMs

    def __init__(
        self, directory, zookeeper, database, namespace="dolphinscheduler", heap="512m", session="10s", **environment
    ):
        """`environment`: further placeholders of conf-master/application.yaml or conf-worker/application.yaml. A
        master with RESERVED_MEMORY="1000000" (GB) calls itself overloaded: it fails orphans over but takes no command
        up."""
        super().__init__(directory)
        self.name = self.kind
        self.zookeeper, self.database, self.namespace, self.heap = zookeeper, database, namespace, heap
        self.extra = {"ZK_SESSION": session, **environment}
        self.http_port = None

    def begin(self):
        jars = fetch()
        conf = self.directory / "conf"
        shutil.copytree(HERE / f"conf-{self.kind}", conf, dirs_exist_ok=True)
        common = conf / "common.properties"
        common.write_text(common.read_text().replace("@DATA@", str(self.directory / "data")))
        for name in ("data", "tmp"):
            (self.directory / name).mkdir(exist_ok=True)
        self.class_path = f"{conf}:{jars}/{self.kind}/*"
        # 3.1.1 ends when another server makes these in the same moment as it does ("Failed to put registry key").
        for kind in ("master", "worker"):
            self.zookeeper.shared_client().ensure_path(f"/{self.namespace}/nodes/{kind}")

    def environment(self):
        return {
            **os.environ,
            **self.database.jdbc(),
            "ZK": self.zookeeper.address,
            "ZK_NAMESPACE": self.namespace,
            f"{self.kind.upper()}_PORT": str(self.port),
            "HTTP_PORT": str(self.http_port),
            **self.extra,
        }

    def command(self):
        self.http_port = self.http_port or free_port()
        # One workflow that cannot start is resent in a tight loop: a log of 10 GB within minutes. Writing stops at
        # this size.
        return [
            "prlimit",
            f"--fsize={200 << 20}",
            "java",
            "-Duser.timezone=UTC",
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            f"-Djava.io.tmpdir={self.directory}/tmp",
            f"-Ddolphin.scheduler.network.interface.preferred={interface_to_others()}",
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "-cp",
            self.class_path,
            self.main_class,
        ]

    @property
    def path(self):
        """Its node, without the namespace."""
        return f"/nodes/{self.kind}/{self.address}"

    @property
    def address(self):
        """As DolphinScheduler names itself, the host being this machine's own choice: taken from its node."""
        return self._address

    def is_ready(self):
        """Registered with a heartbeat, and listening."""
        client = self.zookeeper.shared_client()
        parent = f"/{self.namespace}/nodes/{self.kind}"
        names = client.get_children(parent) if client.exists(parent) else []
        for name in names:
            if name.rpartition(":")[2] == str(self.port) and client.get(f"{parent}/{name}")[0]:
                self._address = name
                return port_is_open(self.port)
        return False

    def registered(self):
        return self.zookeeper.shared_client().exists(f"/{self.namespace}{self.path}") is not None

    def logged(self, pattern):
        """Whether a line of its log matches."""
        return re.search(pattern, self.log_text()) is not None


class Master(DolphinScheduler):
    """A real master. It fails orphans over by itself: 10 s after its start, and whenever a master's node goes."""

    kind = "master"
    main_class = "org.apache.dolphinscheduler.server.master.MasterServer"


class Worker(DolphinScheduler):
    """A real worker. It runs shell tasks as the tenant, without sudo."""

    kind = "worker"
    main_class = "org.apache.dolphinscheduler.server.worker.WorkerServer"


class EtcdMaster(Master):
    """A real master that registers in an etcd. Its jars hold two releases of protobuf; jetcd needs the newer one, so
    that stands first in the class path."""

    PROTOBUF = "protobuf-java-3.17.2.jar"

    def __init__(self, directory, etcd, database, **environment):
        super().__init__(directory, None, database, **environment)
        self.etcd = etcd

    def begin(self):
        jars = fetch()
        self.zookeeper = NoZooKeeper()
        super().begin()
        newer = next(iter(sorted(jars.glob(f"*/{self.PROTOBUF}"))), None)
        if newer is None:
            raise NotFetched(f"{jars} holds no {self.PROTOBUF}")
        self.class_path = f"{newer}:{self.class_path}"
        for kind in ("master", "worker"):
            if self.etcd.get(f"{self.namespace}/nodes/{kind}") is None:
                self.etcd.put(f"{self.namespace}/nodes/{kind}", "")

    def environment(self):
        return super().environment() | {
            "REGISTRY_TYPE": "etcd",
            "ETCD_ENDPOINTS": self.etcd.endpoint,
            "ETCD_NAMESPACE": self.namespace,
        }

    def is_ready(self):
        prefix = f"{self.namespace}/nodes/master/"
        for key in self.etcd.keys(prefix):
            if key.rpartition(":")[2] == str(self.port) and self.etcd.get(key):
                self._address = key[len(prefix) :]
                return port_is_open(self.port)
        return False

    def registered(self):
        return self.etcd.get(f"{self.namespace}{self.path}") is not None


class NoZooKeeper:
    """In the place of a ZooKeeper where there is none."""

    address = ""

    def shared_client(self):
        return self

    def ensure_path(self, path):
        pass
