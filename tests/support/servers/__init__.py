# SPDX-License-Identifier: Apache-2.0
"""Real servers for tests: ZooKeeper, etcd, PostgreSQL, MariaDB and Prometheus from Debian's packages, on free loopback ports, in a
scratch folder. With DSR_TEST_MYSQLD set, a MySQL takes MariaDB's place everywhere; tests/mysql/run brings one and sets it.

Each one is stopped by its own pid and dies with the process that started it. Start them from the main thread: Linux
ties a child's death signal to the *thread* that made it.

    from servers import ZooKeeper, PostgreSQL, start_all
    with ZooKeeper(scratch / "zk") as zk, PostgreSQL(scratch / "pg") as pg:
        pg.create_database("ds"); pg.load("ds", "dolphinscheduler_postgresql.sql")
"""

import os

from .certificates import Authority
from .etcd import Etcd, EtcdCluster
from .mariadb import MariaDB
from .mysql import MYSQLD, MySQL
from .postgresql import PostgreSQL
from .process import MissingPackage, Server, ServerFailed, free_port, start_all
from .prometheus import Prometheus
from .zookeeper import ZooKeeper

MySQLOrMariaDB = MySQL if os.environ.get(MYSQLD) else MariaDB  # what this run tests as `mysql`

DURABLE = {  # by kind: what the test servers leave out for speed, so that a kill loses no commit
    "postgresql": {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    "mysql": {"innodb-flush-log-at-trx-commit": 1, "innodb-flush-method": "fsync", "innodb-doublewrite": 1},
}

__all__ = ["Authority", "DURABLE", "Etcd", "EtcdCluster", "MariaDB", "MissingPackage", "MySQL", "MySQLOrMariaDB", "PostgreSQL", "Prometheus", "Server", "ServerFailed", "ZooKeeper", "free_port", "start_all"]
