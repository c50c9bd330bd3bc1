# SPDX-License-Identifier: Apache-2.0
"""A cluster whose registry is its database: masters of jdbc_masters.py, the daemon beside them, and the ledger."""

import contextlib
import itertools
import re
import time

from .cluster import Cluster
from .daemon import Daemon
from . import jdbc_masters_3_2
from .jdbc_masters import JdbcMaster, JdbcServer
from .jdbc_masters_3_2 import Master32, Release32, Server32
from .jdbc_registry import V342, Times, create_tables
from .ledger import OWN_COMMANDS
from .waiting import wait_for

SHORT = {  # times of a daemon under test
    "sweep": {"interval": "1s"},
    "failover": {"grace": "2s", "confirmations": 1, "lock_hold": "4s", "lock_wait": "2s", "max_attempts": 1000},
}


class JdbcCluster(Cluster):
    """`release` and `times` of all its servers, unless join() or serve() say otherwise. `server`: where its database
    is."""

    def __init__(self, world, kind="postgresql", masters=(), name="ds", server=None, release=V342, times=Times()):
        self.release, self.times = release, times
        net = next(self.nets)
        self.addresses = (f"127.9.{net}.{n}:5678" for n in itertools.count(1))
        self.servers = []  # other than masters
        self.of_3_2 = isinstance(release, Release32)
        database = world.database_on(server or world.servers[kind], name, "3.2.2" if self.of_3_2 else "3.4.3")
        (jdbc_masters_3_2.create_tables if self.of_3_2 else create_tables)(database)
        database.execute(f"create table {OWN_COMMANDS} (id bigint primary key, master varchar(100))")
        super().__init__(world, kind, masters, name, database)

    nets = itertools.count(20)  # worlds beside each other share the loopback's addresses

    def end(self):
        for server in [*self.servers, *self.masters.values()]:
            with contextlib.suppress(Exception):
                server.kill()

    def address(self):
        """One that no other cluster of this process uses."""
        return next(self.addresses)

    def join(self, address=None, takes_up=True, age=1.6, **options):
        """A new incarnation registers, and fails over what it finds."""
        name = f"{address or (address := self.address())} #{next(self.names)}"
        options = dict(release=self.release, times=self.times, on_stop=self.stopped) | options
        earliest = self.ended.get(address, float("-inf"))  # one runs at an address at a time
        master = (Master32 if self.of_3_2 else JdbcMaster)(
            self.database, address, name, takes_up, age=min(age, time.monotonic() - earliest), **options
        )
        self.masters[address] = master.start()
        self.database.start_workflow(address)
        return master

    def serve(self, **options):
        """A worker or API server."""
        server = (Server32 if self.of_3_2 else JdbcServer)(self.database, **dict(release=self.release, times=self.times) | options)
        self.servers.append(server.start())
        return server

    def lose(self, *masters):
        """They are killed (-9); their rows stay in the registry until somebody purges."""
        for master in masters:
            self.masters.pop(master.address, None)
        for master in masters:
            master.kill()
            self.stopped(master)

    def stopped(self, master):
        """Its threads have ended."""
        if self.masters.get(master.address) is master:
            del self.masters[master.address]
        self.ledger.lost(master.name)
        self.ended[master.address] = time.monotonic()

    def registered(self, address):
        sql = "select count(*) from t_ds_jdbc_registry_data where data_key = %s"
        return self.database.value(sql, f"/nodes/master/{address}") == 1

    def daemon(self, kind=Daemon, /, **changes):
        settings = {section: dict(values) for section, values in SHORT.items()}
        for section, values in changes.items():
            settings.setdefault(section, {}).update(values)
        directory = self.world.scratch / f"{self.namespace}-daemon-{len(self.daemons)}"
        daemon = kind(directory, None, self.database, **settings)
        self.daemons.append(daemon)
        return daemon

    def leader(self):
        """The daemon whose ticket is the lowest that lives; None when none of ours is."""
        clock = "unix_timestamp(sysdate(6))" if self.kind == "mysql" else "extract(epoch from clock_timestamp())"
        rows = self.database.rows(
            f"select identity from ds_reconciler_replicas where expires > {clock} * 1000000 order by ticket limit 1"
        )
        found = re.search(r"pid (\d+)", rows[0]["identity"]) if rows else None
        return found and next((d for d in self.daemons if d.running and d.process.pid == int(found.group(1))), None)

    def account(self, test, least=1):
        """What the ledger finds when no daemon ran: there is no journal."""
        account = self.ledger.account(self.database.changes(), [], self.ledger.by_masters(self.database))
        self.judge(test, account, least)
        return account

    def check(self, test, least=1, taken_up=True):
        account = super().check(test, least)
        if taken_up:
            test.assertEqual(account.taken_up, account.losses, "each is taken up, once")
        return account

    def judge(self, test, account, least):
        print(f"{self.kind}: {account}", flush=True)
        test.assertEqual((account.lost, account.doubled, account.wrong[:20]), (0, 0, []), self.logs())
        test.assertGreaterEqual(account.losses, least)

    def taken_up(self, timeout=30):
        """Waits until no command is left and no lost owner is named."""
        wait_for(
            f"{self.kind}: each lost workflow taken up",
            lambda: not self.ledger.outstanding(self.database)
            and self.database.value("select count(*) from t_ds_command") == 0,
            timeout,
            self.logs,
        )

    def logs(self):
        lines = [f"--- {m.name}\n" + "\n".join(m.log[-10:]) for m in self.masters.values()]
        return "\n".join([self.log_tails(), *lines])
