# SPDX-License-Identifier: Apache-2.0
"""The three databases for the benchmarks, alike: filled by SQL in bulk, put back as they were between turns, asked by
their own client programs."""

import pathlib
import shutil
import sqlite3
import subprocess

from harness import seconds_of
from servers.process import find_program

from testbed import World, define_tenant, define_workflow
from testbed.ddl import ddl, unit

KINDS = ("postgresql", "mysql", "sqlite")
VERSIONS = ("3.1.1", "3.4.3")
NAMES = {"postgresql": "PostgreSQL", "mysql": "MariaDB", "sqlite": "SQLite"}
# A database that has room for its tables, as one in earnest has; the rest is of tests/support/servers.
SETTINGS = {
    "postgresql": {"shared_buffers": "512MB", "max_wal_size": "4GB", "work_mem": "16MB"},
    "mysql": {"innodb-buffer-pool-size": "768M", "innodb-log-file-size": "256M"},
}
CODE = 9001  # of the one definition
PIECE = 100_000  # rows in one INSERT at most


def world(kinds, more=None):
    """A World with the servers of these kinds. `more`: {kind: further settings}."""
    kinds = [k for k in kinds if k != "sqlite"]
    return World(kinds, {k: {**SETTINGS[k], **(more or {}).get(k, {})} for k in kinds})


class Sqlite:
    """A database file; like testbed's Database as far as it goes."""

    kind = "sqlite"

    def __init__(self, path, version):
        self.path, self.version, self.name = pathlib.Path(path), version, pathlib.Path(path).stem
        find_program(["sqlite3"], "sqlite3")
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.executescript(ddl(version, "sqlite"))

    def execute(self, sql, *values):
        return self.connection.execute(sql.replace("%s", "?"), [plain(v) for v in values]).rowcount

    def value(self, sql, *values):
        return self.connection.execute(sql.replace("%s", "?"), [plain(v) for v in values]).fetchone()[0]

    def insert(self, table, **columns):
        places = ", ".join(["%s"] * len(columns))
        self.execute(f"insert into {table} ({', '.join(columns)}) values ({places})", *columns.values())

    def columns(self, table):
        return [d[0] for d in self.connection.execute(f"select * from {table} where 1 = 0").description]

    def tables(self):
        return [r[0] for r in self.connection.execute("select name from sqlite_schema where type = 'table'")]

    def close(self):
        self.connection.close()


def plain(value):
    return value if value is None or isinstance(value, (int, str)) else str(value)


class Bench:
    """One database of one version in a world. `schema`: an SQL file to make its tables of; the published one where a real
    master is to work on them."""

    def __init__(self, world, kind, version, name="bench", schema=None):
        self.kind, self.version, self.unit = kind, version, unit(version)
        self.instances = f"t_ds_{self.unit}_instance"
        name = f"{name}_{kind}_{version.replace('.', '_')}"
        if kind == "sqlite":
            self.database = Sqlite(world.scratch / f"{name}.db", version)
            world.later.callback(self.database.close)
        else:
            self.database = world.database(name, version, kind, schema)
        self.kept = []
        if kind == "mysql":
            self.database.execute(f"set session max_recursive_iterations = {PIECE + 1}")
        if schema:
            define_tenant(self.database)
        define_workflow(self.database, CODE, "sleep 1" if schema else None)

    def of_daemon(self):
        """What the Daemon of the test bed takes for a database."""
        if self.kind != "sqlite":
            return self.database
        return {"type": "sqlite", "path": str(self.database.path), "time_zone": "UTC"}

    # Rows -------------------------------------------------------------------------------------------------------------

    def fill(self, first, count, state, host, start="2026-01-01 00:00:00", end=None):
        """`count` workflow instances from that id on, alike but for the second they were started in: up to ten
        minutes before `start`."""
        u = self.unit
        columns = {
            "name": "'wf'",
            f"{u}_definition_code": CODE,
            f"{u}_definition_version": 1,
            "state": state,
            "recovery": 0,
            "start_time": self.before(start, f"(n.id - {first}) % 600"),
            "end_time": f"'{end}'" if end else "null",
            "run_times": 1,
            "host": f"'{host}'",
            "command_type": 0,
            "command_param": "'{}'",
            "history_cmd": "'START_PROCESS'",
            "executor_id": 5,
            f"{u}_instance_priority": 2,
        }
        self.series(self.instances, columns, first, count)

    def before(self, time, seconds):
        return {
            "postgresql": f"cast('{time}' as timestamp) - ({seconds}) * interval '1 second'",
            "mysql": f"'{time}' - interval ({seconds}) second",
            "sqlite": f"datetime('{time}', '-' || ({seconds}) || ' seconds')",
        }[self.kind]

    def fill_tasks(self, first, count):
        """One running task for each of these instances, on no worker: a real master tries for 5 s to reach one."""
        columns = {
            "name": "'t1'",
            "task_type": "'SHELL'",
            "task_code": CODE + 100,
            "task_definition_version": 1,
            f"{self.unit}_instance_id": "n.id",
            "state": 1,
            "submit_time": "'2026-01-01 00:00:00'",
            "start_time": "'2026-01-01 00:00:00'",
            "host": "''",
            "flag": 1,
            "max_retry_times": 0,
            "task_params": "'{}'",
            "executor_id": 5,
        }
        self.series("t_ds_task_instance", columns, first, count)

    def series(self, table, columns, first, count):
        """PostgreSQL casts what it can tell the type of; a text in a SELECT it takes for text, so times say theirs."""
        values = ", ".join(self.value_of(name, value) for name, value in columns.items())
        for begin in range(first, first + count, PIECE):
            end = min(begin + PIECE, first + count) - 1
            self.database.execute(
                f"insert into {table} (id, {', '.join(columns)}) "
                f"with recursive n(id) as (select {begin} union all select id + 1 from n where id < {end}) "
                f"select n.id, {values} from n"
            )

    def value_of(self, name, value):
        is_time = name.endswith("_time") and str(value).startswith("'")
        return f"cast({value} as timestamp)" if is_time and self.kind == "postgresql" else str(value)

    def settle(self):
        """Statistics and dead rows as a database in earnest has them, that was left to itself for a while."""
        tables = [self.instances, "t_ds_task_instance", "t_ds_command"]
        if self.has_journal():
            tables.append("ds_reconciler_journal")
        for table in tables:
            if self.kind == "postgresql":
                self.database.execute(f"vacuum analyze {table}")
            elif self.kind == "mysql":
                self.database.execute(f"analyze table {table}")
        if self.kind == "sqlite":
            self.database.execute("analyze")
        if self.kind == "postgresql":
            self.database.execute("checkpoint")

    def has_journal(self):
        return "ds_reconciler_journal" in self.database.tables()

    # Turns ------------------------------------------------------------------------------------------------------------

    def keep(self):
        """What `put_back` puts back."""
        if self.kind == "sqlite":
            shutil.copyfile(self.database.path, f"{self.database.path}.kept")
            return
        for table in (self.instances, "t_ds_task_instance"):
            self.database.execute(f"create table kept_{table} as select * from {table}")
            self.kept.append(table)

    def put_back(self):
        """The rows as they were; no command, no entry in the journal."""
        if self.kind == "sqlite":
            self.database.connection.close()
            shutil.copyfile(f"{self.database.path}.kept", self.database.path)
            self.database.connection = sqlite3.connect(self.database.path, isolation_level=None)
            return
        for table in [*self.kept, "t_ds_command"] + (["ds_reconciler_journal"] if self.has_journal() else []):
            self.database.execute(f"truncate table {table}")
        for table in self.kept:
            names = ", ".join(self.database.columns(table))
            self.database.execute(f"insert into {table} ({names}) select {names} from kept_{table}")
        self.settle()

    def handed_over(self):
        """How many recovery commands there are."""
        return self.database.value("select count(*) from t_ds_command where command_type = 2")

    # The client -------------------------------------------------------------------------------------------------------

    def client(self, file):
        """Runs an SQL file in psql, mysql or sqlite3, as a person would, stopping at the first error. Returns the
        seconds of the whole process."""
        if self.kind != "sqlite":
            return seconds_of(lambda: self.database.server.load(self.database.name, file))
        command = [find_program(["sqlite3"], "sqlite3"), "-batch", "-bail", str(self.database.path)]

        def run():
            with open(file) as sql:
                done = subprocess.run(command, stdin=sql, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"{file} on {self.database.path}: {done.stderr[-2000:]}")

        return seconds_of(run)
