# SPDX-License-Identifier: Apache-2.0
"""What one DolphinScheduler server of 3.3 to 3.4.2 does to the JDBC registry: the tables, the rows, the events, the
purge of each release, the lock. Written after the source and the runs that docs/dolphinscheduler-protocol.md names.
jdbc_masters.py runs it in threads."""

import contextlib
import dataclasses
import itertools
import json
import socket
import threading
import time

from .waiting import now

DATA, LOCK = "t_ds_jdbc_registry_data", "t_ds_jdbc_registry_lock"
CLIENT, EVENT = "t_ds_jdbc_registry_client_heartbeat", "t_ds_jdbc_registry_data_change_event"
MASTERS, MARKERS = "/nodes/master", "/nodes/failover-finish-nodes"
PARENTS = (MASTERS, "/nodes/worker", "/nodes/alert-server", MARKERS)
EPHEMERAL, PERSISTENT = "EPHEMERAL", "PERSISTENT"


@dataclasses.dataclass(frozen=True)
class Release:
    """How the builds differ in what they do to the registry."""

    name: str
    markers: bool = True
    purges_orphans: bool = True  # rows and locks of clients that have no row
    purges_often: bool = False
    delete_events: bool = True  # of what is purged with its client
    deletes_new_events: bool = False  # where it means to delete the old ones (upstream issue 17668)
    leaks_locks: bool = False  # releases another path than it took
    sees_removals: bool = True  # else each is thrown away: its slots stay, no failover follows (upstream issue 18292)


DEV = Release("dev", False, False, True, False, True, False, False)
JAN25 = Release("2025-01", delete_events=False, deletes_new_events=True, leaks_locks=True, sees_removals=False)
V332 = dataclasses.replace(JAN25, name="3.3.2")
V341 = Release("3.4.1", leaks_locks=True, sees_removals=False)
V342 = Release("3.4.2")


@dataclasses.dataclass(frozen=True)
class Times:
    """Seconds; in the proportions of a real cluster (60, 3, 10, 60, 3, 30, 30, 10), but shorter."""

    session: float = 4.0
    refresh: float = 0.5  # and the poll of events
    heartbeat: float = 1.0
    purge: float = 4.0
    purge_often: float = 0.5
    pool: float = 2.0  # how long a statement waits for a connection
    removal: float = 3600.0  # from a master's removal to a failover by those who saw it; 30 in a real cluster
    repeat: float = 1.0  # from a failed failover to the next try


def create_tables(database):
    """The four tables, where the schema has none."""
    if DATA in database.tables():
        return
    mysql = database.kind == "mysql"
    key = "bigint auto_increment primary key" if mysql else "bigserial primary key"
    created = "create_time timestamp not null default current_timestamp"
    options = " engine = InnoDB default character set utf8" if mysql else ""
    for table, columns in (
        (DATA, f"id {key}, data_key varchar(256) not null unique, data_value text not null,"
               f" data_type varchar(64) not null, client_id bigint not null, {created},"
               " last_update_time timestamp not null default current_timestamp"),
        (LOCK, f"id {key}, lock_key varchar(256) not null unique, lock_owner varchar(256) not null,"
               f" client_id bigint not null, {created}"),
        (CLIENT, "id bigint primary key, client_name varchar(256) not null, last_heartbeat_time bigint not null,"
                 f" connection_config text not null, {created}"),
        (EVENT, f"id {key}, event_type varchar(65) not null, jdbc_registry_data text not null, {created}"),
    ):
        database.execute(f"create table {table} ({columns}){options}")


class Killed(Exception):
    """The server was killed: its threads end where they are."""


class Duplicate(Exception):
    """A unique key has that value already."""


class Gate:
    """What every statement of a server passes: it waits while the server is suspended, and raises once it is killed."""

    def __init__(self):
        self.moving, self.killed = threading.Event(), threading.Event()
        self.moving.set()

    def pass_(self):
        while not self.moving.wait(0.2) and not self.killed.is_set():
            pass
        if self.killed.is_set():
            raise Killed

    def sleep(self, seconds):
        self.killed.wait(seconds)
        self.pass_()


class Session:
    """A connection as a pool gives it: alive when it is taken, waited for up to `patience` seconds, each statement a
    transaction of its own unless there is one. For one thread."""

    def __init__(self, database, gate, patience):
        self.database, self.gate, self.patience = database, gate, patience
        self.connection = None

    def ready(self):
        """Before the first statement of a task. Raises when there is no connection in time."""
        if self.connection is not None:
            try:
                return self.execute("select 1")
            except Killed:
                raise
            except Exception:
                self.close()
        end = time.monotonic() + self.patience
        while self.connection is None:
            self.gate.pass_()
            try:
                self.connection = self.database.server.connect(self.database.name)
            except Exception:
                if time.monotonic() > end:
                    raise
                self.gate.sleep(0.1)
        return None

    def cursor(self, sql, values):
        self.gate.pass_()
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql, values or None)
        except Exception as failed:
            if type(failed).__name__ == "UniqueViolation" or failed.args[:1] == (1062,):
                raise Duplicate from None
            raise
        return cursor

    def execute(self, sql, *values):
        with contextlib.closing(self.cursor(sql, values)) as cursor:
            return cursor.rowcount

    def rows(self, sql, *values):
        with contextlib.closing(self.cursor(sql, values)) as cursor:
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def insert(self, table, **row):
        """The id that the row was given."""
        sql = f"insert into {table} ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})"
        if self.database.kind == "postgresql":
            return self.rows(sql + " returning id", *row.values())[0]["id"]
        with contextlib.closing(self.cursor(sql, tuple(row.values()))) as cursor:
            return cursor.lastrowid

    @contextlib.contextmanager
    def transaction(self):
        self.execute("start transaction")
        try:
            yield
            self.execute("commit")
        except BaseException:
            with contextlib.suppress(Exception):
                self.execute("rollback")
            raise

    def cut(self):
        """From another thread: ends what it waits for. The database notices no more of it than of a machine's loss."""
        connection = self.connection
        with contextlib.suppress(Exception):
            descriptor = connection.fileno() if hasattr(connection, "fileno") else connection._sock.fileno()
            with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as wire:
                wire.shutdown(socket.SHUT_RDWR)

    def close(self):
        connection, self.connection = self.connection, None
        with contextlib.suppress(Exception):
            connection.close()


def text(value):
    """As Java writes JSON."""
    return json.dumps(value, separators=(",", ":"))


class RegistryClient:
    """One JVM's part in the registry. Its methods take the session of the thread that calls them."""

    numbers = itertools.count()

    def __init__(self, host, process_id, release, times, skew=0.0):
        self.host, self.process_id, self.release, self.times, self.skew = host, process_id, release, times, skew
        self.id = (self.milliseconds() - 1_609_459_200_000 << 10) | next(self.numbers) % 1024
        self.stamp = self.milliseconds()
        self.last_event = 0
        self.spins = 0  # attempts at a lock that another held
        self.longest_wait = 0.0  # seconds that an attempt spent in the database
        self.held = {}  # lock path: id of its row
        self.locked = []  # (path, seconds until it was ours)

    def milliseconds(self):
        """This JVM's clock."""
        return int((time.time() + self.skew) * 1000)

    def time(self):
        return now(-self.skew)

    def open(self, session):
        """As a server does at its start, before anything else."""
        if self.release.purges_orphans:
            self.purge(session)
        self.last_event = session.rows(f"select coalesce(max(id), 0) as id from {EVENT}")[0]["id"]
        self.clean_events(session)
        session.insert(
            CLIENT,
            id=self.id,
            client_name=f"{self.host}_{self.process_id}",
            last_heartbeat_time=self.stamp,
            connection_config=text({"sessionTimeout": int(self.times.session * 1000)}),
            create_time=self.time(),
        )
        for parent in PARENTS[: None if self.release.markers else -1]:
            if not self.get(session, parent):
                with contextlib.suppress(Duplicate):  # another server starts, too
                    self.put(session, parent, "", PERSISTENT)

    def close(self, session):
        """In order. What else it registered goes at once before 3.4.0, with the next purge since."""
        if not self.release.delete_events:
            session.execute(f"delete from {DATA} where client_id = %s and data_type = %s", self.id, EPHEMERAL)
            session.execute(f"delete from {LOCK} where client_id = %s", self.id)
        session.execute(f"delete from {CLIENT} where id = %s", self.id)

    def refresh(self, session):
        """Writes the stamp of the refresh before, and does not look whether there is a row: so do all of them."""
        at = self.milliseconds()
        session.execute(f"update {CLIENT} set last_heartbeat_time = %s where id = %s", self.stamp, self.id)
        self.stamp = at

    # Data ------------------------------------------------------------------------------------------------------------

    def get(self, session, key):
        return next(iter(session.rows(f"select * from {DATA} where data_key = %s", key)), None)

    def put(self, session, key, value, kind=EPHEMERAL):
        row, at = self.get(session, key), self.time()
        with session.transaction():
            if row is None:
                row = dict(data_key=key, data_value=value, data_type=kind, client_id=self.id)
                row |= dict(create_time=at, last_update_time=at)
                row["id"] = session.insert(DATA, **row)
                return self.event(session, "ADD", row)
            if row["data_type"] != kind or kind == EPHEMERAL and row["client_id"] != self.id:
                raise RuntimeError(f"{key} can only be updated by its owner {row['client_id']}")
            session.execute(
                f"update {DATA} set data_value = %s, last_update_time = %s where id = %s", value, at, row["id"]
            )
            return self.event(session, "UPDATE", row | {"data_value": value, "last_update_time": at})

    def remove(self, session, key):
        row = self.get(session, key)
        if row:
            with session.transaction():
                session.execute(f"delete from {DATA} where data_key = %s", key)
                self.event(session, "DELETE", row)

    def event(self, session, kind, row):
        data = {
            "id": row["id"],
            "dataKey": row["data_key"],
            "dataValue": row["data_value"],
            "dataType": row["data_type"],
            "clientId": row["client_id"],
            "createTime": f"{row['create_time']:%Y-%m-%d %H:%M:%S}",
            "lastUpdateTime": f"{row['last_update_time']:%Y-%m-%d %H:%M:%S}",
        }
        session.insert(EVENT, event_type=kind, jdbc_registry_data=text(data), create_time=self.time())

    def events(self, session):
        """[(kind, data)] since the last call."""
        found = session.rows(f"select * from {EVENT} where id > %s order by id limit 1000", self.last_event)
        self.last_event = max([self.last_event, *(e["id"] for e in found)])
        return [(e["event_type"], json.loads(e["jdbc_registry_data"])) for e in found]

    def clean_events(self, session):
        """At the start, and every two hours after it."""
        limit = now(7200 - self.skew)
        side = ">" if self.release.deletes_new_events else "<"
        session.execute(f"delete from {EVENT} where create_time {side} %s", limit)

    # Purge -----------------------------------------------------------------------------------------------------------

    def purge(self, session):
        """Deletes what clients left whose stamp is too old by this JVM's clock."""
        clients, at = session.rows(f"select * from {CLIENT}"), self.milliseconds()
        dead = {
            c["id"]
            for c in clients
            if at - c["last_heartbeat_time"] > json.loads(c["connection_config"])["sessionTimeout"]
        }
        for client in dead:
            if not self.release.delete_events:
                session.execute(f"delete from {DATA} where client_id = %s and data_type = %s", client, EPHEMERAL)
                session.execute(f"delete from {LOCK} where client_id = %s", client)
            session.execute(f"delete from {CLIENT} where id = %s", client)
        if not self.release.purges_orphans:
            return
        known = {c["id"] for c in clients} - dead
        for row in session.rows(f"select * from {DATA}"):
            if row["client_id"] not in known and row["data_type"] == EPHEMERAL:
                self.remove(session, row["data_key"])
        for row in session.rows(f"select * from {LOCK}"):
            if row["client_id"] not in known:
                session.execute(f"delete from {LOCK} where id = %s", row["id"])

    # Lock ------------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, session, path):
        """Waits without a limit: in the database for a row that is not committed, in a loop without a pause for one
        that is."""
        began = time.monotonic()
        while path not in self.held:  # what it leaked it enters again
            asked = time.monotonic()
            try:
                self.held[path] = session.insert(
                    LOCK,
                    lock_key=path,
                    lock_owner=f"{self.host}_{self.process_id}_{threading.current_thread().name}",
                    client_id=self.id,
                    create_time=self.time(),
                )
            except Duplicate:
                self.spins += 1
                session.gate.sleep(0.002)  # a JVM is not quicker
            finally:
                self.longest_wait = max(self.longest_wait, time.monotonic() - asked)
        self.locked.append((path, time.monotonic() - began))
        try:
            yield
        finally:
            if not self.release.leaks_locks:
                session.execute(f"delete from {LOCK} where id = %s", self.held.pop(path))
