# SPDX-License-Identifier: Apache-2.0
"""A registration without a server behind it: an ephemeral node with the heartbeat that a server of some version would
write."""

import json
import os
import time


def heartbeat(version, startup_ms, process_id, address, kind="master"):
    """The heartbeat text of a server of that version, as it leaves a real one."""
    now = int(time.time() * 1000)
    if version.startswith(("2.", "3.0")):  # a line; 2.0.6 and later have one field more
        disk = ["100.0"] if version >= "2.0.6" and version.startswith("2.") else []
        return ",".join(
            [
                "0.1",
                "0.4",
                *disk,
                "0.7",
                "5.9",
                "16.0",
                "0.3",
                str(startup_ms),
                str(now),
                "0",
                str(process_id),
                "0",
                "0",
                "0",
            ]
        )
    if version.startswith("3.1"):
        beat = {
            "startupTime": startup_ms,
            "reportTime": now,
            "cpuUsage": 0.1,
            "memoryUsage": 0.4,
            "loadAverage": 0.7,
            "availablePhysicalMemorySize": 5.9,
            "maxCpuloadAvg": 16.0,
            "reservedMemory": 0.3,
            "diskAvailable": 80.2,
            "processId": process_id,
        }
        if kind == "worker":
            beat |= {
                "serverStatus": 0,
                "workerHostWeight": 100,
                "workerExecThreadCount": 10,
                "workerWaitingTaskCount": 0,
            }
        return json.dumps(beat)
    host, _, port = address.rpartition(":")
    beat = {
        "processId": process_id,
        "startupTime": startup_ms,
        "reportTime": now,
        "jvmCpuUsage": 0.02,
        "cpuUsage": 0.11,
        "jvmMemoryUsage": 0.21,
        "memoryUsage": 0.43,
        "diskUsage": 0.5,
        "serverStatus": "NORMAL",
        "host": host,
        "port": int(port),
    }
    if version.startswith("3.4"):
        beat |= {"jvmHeapUsed": 0.1, "jvmNonHeapUsed": 0.1, "jvmHeapMax": 0.5, "jvmNonHeapMax": 0.5}
        if kind == "master":
            beat["coordinator"] = True
    return json.dumps(beat)


class StandIn:
    """An ephemeral node under /nodes/master or /nodes/worker, of its own session."""

    def __init__(
        self,
        zookeeper,
        address,
        kind="master",
        version="3.1.1",
        namespace="dolphinscheduler",
        startup_ms=None,
        process_id=None,
        session=10.0,
    ):
        self.address, self.kind, self.version, self.namespace = address, kind, version, namespace
        self.startup_ms = startup_ms if startup_ms is not None else int(time.time() * 1000)
        self.process_id = process_id or os.getpid()
        self.client = zookeeper.client(timeout=session)
        for sibling in ("master", "worker"):  # every server makes both parents at its start
            self.client.ensure_path(f"/{namespace}/nodes/{sibling}")
        self.client.create(self.path, self.text().encode(), ephemeral=True)

    @property
    def path(self):
        return f"/{self.namespace}/nodes/{self.kind}/{self.address}"

    def text(self):
        return heartbeat(self.version, self.startup_ms, self.process_id, self.address, self.kind)

    def write(self, data):
        """Any bytes in place of the heartbeat."""
        self.client.set(self.path, data)

    def leave(self):
        """Ends its session: the node goes at once."""
        if self.client is not None:
            self.client.stop()
            self.client.close()
            self.client = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.leave()
