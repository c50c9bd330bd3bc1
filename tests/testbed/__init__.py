# SPDX-License-Identifier: Apache-2.0
"""A world to test the daemon in: real DolphinScheduler servers, stand-in registrations, databases.

from testbed import World, Daemon, StandIn, World
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from servers import free_port  # noqa: E402

from .cluster import Cluster, TakingMaster  # noqa: E402
from .curator_peer import CuratorPeer  # noqa: E402
from .daemon import Daemon, SweepResult  # noqa: E402
from .database import MariaDatabase, PostgresDatabase  # noqa: E402
from .dolphinscheduler import EtcdMaster, Master, NotFetched, Worker, fetch  # noqa: E402
from .jdbc_cluster import JdbcCluster  # noqa: E402
from .jdbc_registry import Release, Times  # noqa: E402
from .ledger import Ledger  # noqa: E402
from .network import Namespace  # noqa: E402
from .published import published_schema  # noqa: E402
from .stand_in import StandIn  # noqa: E402
from .through import Through  # noqa: E402
from .toxiproxy import Link, Toxiproxy  # noqa: E402
from .waiting import now, wait_for  # noqa: E402
from .workflow import define_schedule, define_tenant, define_workflow, insert_running, start_workflow  # noqa: E402
from .world import World, main  # noqa: E402

__all__ = [
    "CuratorPeer",
    "Cluster",
    "Daemon",
    "EtcdMaster",
    "JdbcCluster",
    "Ledger",
    "MariaDatabase",
    "Master",
    "Namespace",
    "NotFetched",
    "PostgresDatabase",
    "Release",
    "StandIn",
    "Link",
    "SweepResult",
    "TakingMaster",
    "Through",
    "Times",
    "Toxiproxy",
    "Worker",
    "World",
    "define_schedule",
    "define_tenant",
    "define_workflow",
    "insert_running",
    "fetch",
    "free_port",
    "main",
    "now",
    "published_schema",
    "start_workflow",
    "wait_for",
]
