# SPDX-License-Identifier: Apache-2.0
"""Servers of 3.2 whose registry is the database, without a JVM each: no clients and no events, but a term in every row,
which its owner refreshes and everybody purges by; and masters that know only tables of processes. Written after the
source that docs/dolphinscheduler-protocol.md names: no 3.2 with this registry was ever run."""

import contextlib
import dataclasses
import threading
import time

from .jdbc_masters import EPOCH, JdbcMaster, JdbcServer
from .jdbc_registry import DATA, LOCK, MASTERS, PARENTS, PERSISTENT, Duplicate, RegistryClient, Release, text
from .ledger import OWN_COMMANDS

KINDS = {"EPHEMERAL": 1, PERSISTENT: 2}
TERMS = 3  # refreshes that may be missing: registry.term-expire-times
UNFINISHED = "(0, 1, 2, 4, 12)"


@dataclasses.dataclass(frozen=True)
class Release32(Release):
    markers: bool = False
    waits_for_locks: bool = True  # else a lock that another holds is an error: its failover is given up
    refreshes_locks: bool = False  # the statement of 3.2.2 fails each time (upstream issue 16253)


V321 = Release32("3.2.1", waits_for_locks=False, refreshes_locks=True)
V322 = Release32("3.2.2")


def create_tables(database):
    """The two tables, where the schema has none."""
    if DATA in database.tables():
        return
    mysql = database.kind == "mysql"
    key = "bigint auto_increment primary key" if mysql else "serial primary key"
    rest = (
        "last_term bigint not null, last_update_time timestamp not null default current_timestamp,"
        " create_time timestamp not null default current_timestamp"
    )
    options = " engine = InnoDB default character set utf8" if mysql else ""
    kind = "tinyint" if mysql else "int4"
    database.execute(
        f"create table {DATA} (id {key}, data_key varchar(256) not null unique, data_value text not null,"
        f" data_type {kind} not null, {rest}){options}"
    )
    database.execute(
        f"create table {LOCK} (id {key}, lock_key varchar(256) not null unique, lock_owner varchar(256) not null,"
        f" {rest}){options}"
    )


class TermsClient(RegistryClient):
    """One JVM's part in the registry."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.ids = set()  # of its ephemeral rows, also of those that were purged
        self.known = {}  # key: value

    def expired(self):
        return self.milliseconds() - int(TERMS * self.times.refresh * 1000)

    def open(self, session):
        session.execute(f"delete from {LOCK} where last_term < %s", self.expired())
        self.purge(session)
        for parent in PARENTS[:-1]:
            with contextlib.suppress(Duplicate):  # another server starts, too
                self.put(session, parent, "", PERSISTENT)

    def close(self, session):
        """What it registered beside its own key stays until it is purged."""

    def refresh(self, session):
        """It does not look whether there still is such a row."""
        for table, ids in ((DATA, self.ids), (LOCK, self.held.values())):
            if ids and (table == DATA or self.release.refreshes_locks):
                places = ", ".join(["%s"] * len(ids))
                session.execute(
                    f"update {table} set last_term = %s where id in ({places})", self.milliseconds(), *list(ids)
                )
        self.purge(session)
        if self.held and self.release.refreshes_locks:
            session.execute(f"delete from {LOCK} where last_term < %s", self.expired())

    def put(self, session, key, value, kind="EPHEMERAL"):
        """Whoever owns the row."""
        row, at = self.get(session, key), self.time()
        if row is None:
            columns = dict(data_key=key, data_value=value, data_type=KINDS[kind], last_term=self.milliseconds())
            row = {"id": session.insert(DATA, **columns, create_time=at, last_update_time=at)}
        else:
            sql = f"update {DATA} set data_value = %s, last_term = %s, last_update_time = %s where id = %s"
            session.execute(sql, value, self.milliseconds(), at, row["id"])
        if kind != PERSISTENT:
            self.ids.add(row["id"])

    def remove(self, session, key):
        session.execute(f"delete from {DATA} where data_key = %s", key)

    def purge(self, session):
        session.execute(f"delete from {DATA} where last_term < %s and data_type = 1", self.expired())

    def events(self, session):
        """The difference between two whole reads."""
        found = {r["data_key"]: r["data_value"] for r in session.rows(f"select data_key, data_value from {DATA}")}
        before, self.known = self.known, found
        changed = [("UPDATE", k, v) for k, v in found.items() if before.get(k) != v]
        gone = [("DELETE", k, v) for k, v in before.items() if k not in found]
        return [(kind, {"dataKey": key, "dataValue": value}) for kind, key, value in changed + gone]

    @contextlib.contextmanager
    def lock(self, session, path):
        began = time.monotonic()
        while path not in self.held:
            asked = time.monotonic()
            try:
                at = self.time()
                columns = dict(lock_key=path, lock_owner=f"{self.host}_{self.process_id}", last_update_time=at)
                self.held[path] = session.insert(LOCK, **columns, last_term=self.milliseconds(), create_time=at)
            except Duplicate:
                self.spins += 1
                if not self.release.waits_for_locks:
                    raise RuntimeError(f"{path} is held") from None
                session.gate.sleep(self.times.repeat)
            finally:
                self.longest_wait = max(self.longest_wait, time.monotonic() - asked)
        self.locked.append((path, time.monotonic() - began))
        try:
            yield
        finally:
            session.execute(f"delete from {LOCK} where id = %s", self.held.pop(path))


class ByTerms:
    """What masters and workers of 3.2 have in common."""

    client_class = TermsClient

    def use_registry(self):
        self.every("refresh", self.times.refresh, self.refresh)
        self.every("poll", self.times.refresh, self.poll)

    def not_refreshed(self):
        self.stop_itself("disconnected from the registry")  # by its first failed refresh


class Server32(ByTerms, JdbcServer):
    """A worker."""

    def start(self):
        super().start()
        self.every("heartbeat", self.times.heartbeat, self.report)
        return self

    def report(self, session):
        beat = {"startupTime": 1, "processId": self.client.process_id}
        self.client.put(session, f"/nodes/worker/{self.client.host}:{self.client.process_id}", text(beat))


class Master32(ByTerms, JdbcMaster):
    """As JdbcMaster, with the lock, the rows and the commands of 3.2. No marker stops it."""

    unit = "process"

    def fail_over_all(self, session, started):
        """Some seconds after the start; then every ten minutes, which is not waited for here."""
        self.gate.sleep(self.times.repeat)
        hosts = session.rows(f"select distinct host from t_ds_process_instance where state in {UNFINISHED}")
        for host in sorted(row["host"] for row in hosts if row["host"] not in (None, "NULL")):
            if host == self.address or not self.client.get(session, f"{MASTERS}/{host}"):
                self.fail_over(session, host, self.members.get(host, started), None)

    def fail_over(self, session, host, deadline, marker):
        with self.client.lock(session, f"/lock/master-failover/{host}"):
            rows = session.rows(
                f"select * from t_ds_process_instance where host = %s and state in {UNFINISHED}", host
            )
            for row in rows:
                at = row["restart_time"] or row["start_time"]
                if (at - EPOCH).total_seconds() * 1000 < deadline:
                    self.fail_over_one(session, row)

    def fail_over_one(self, session, row):
        """By id, whatever the row is by now: only the lock keeps others out."""
        with session.transaction():
            session.execute("update t_ds_process_instance set host = 'NULL' where id = %s", row["id"])
            command = session.insert(
                "t_ds_command",
                command_type=2,
                process_definition_code=row["process_definition_code"],
                process_definition_version=row["process_definition_version"],
                process_instance_id=row["id"],
                command_param=text({"ProcessInstanceId": row["id"]}),
                executor_id=0,
                task_depend_type=2,
                failure_strategy=1,
                update_time=self.client.time(),
                dry_run=0,
            )
            session.insert(OWN_COMMANDS, id=command, master=self.name)
        self.failed_over += 1

    def take_up(self, session, command):
        with session.transaction():
            if session.execute("delete from t_ds_command where id = %s", command["id"]) != 1:
                return  # another one was faster
            session.execute(
                "update t_ds_process_instance set host = %s, restart_time = %s, var_pool = %s where id = %s",
                *(self.address, self.client.time(), self.name, command["instance"]),
            )
        self.taken_up += 1
