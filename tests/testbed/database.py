# SPDX-License-Identifier: Apache-2.0
"""A DolphinScheduler database, and a log of every change to the tables that a failover writes."""

import contextlib
import datetime
import itertools
import json
import re
import tempfile

from . import ddl

STARTED = "started and ended"
LOGGED = ["process_instance", "workflow_instance", "task_instance", "command", "error_command", "alert"]


class Database:
    """One database on a server of `servers`, with the tables that tables.txt says of `version`, or those of the SQL file
    `schema`. Every statement commits by itself."""

    kind = None  # "postgresql" or "mysql"
    least_users = itertools.count(1)

    def __init__(self, server, name, version="3.1.1", schema=None):
        self.server, self.name, self.version = server, name, version
        server.create_database(name)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as made:
            made.write("" if schema else ddl.ddl(version, self.kind))
            made.flush()
            server.load(name, schema or made.name)
        self.connection = server.connect(name)
        self.least_user = None  # who has the least rights, once there is such a user
        self.started = itertools.count(1_900_000_000)
        self.instances = None  # the table of workflow instances, and its columns

    def make_least_user(self, grants):
        """Makes a user by what `init-db --print-grants` printed."""
        user = f"ds_reconciler_{next(self.least_users)}"
        self.execute(self.create_user.format(user=user), self.server.password)
        for line in re.sub(r"\bds_reconciler\b", user, grants).splitlines():
            if not line.startswith("--"):
                self.execute(line)
        self.least_user = user

    def close(self):
        """Ends its connection; again is no error."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def reconnect(self):
        """After a restart of its server."""
        with contextlib.suppress(Exception):  # the old one may be broken
            self.close()
        self.connection = self.server.connect(self.name)

    def execute(self, sql, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.rowcount

    def rows(self, sql, *values):
        """Each row as a dict."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def value(self, sql, *values):
        return next(iter(self.rows(sql, *values)[0].values()))

    def insert(self, table, **columns):
        names = ", ".join(columns)
        self.execute(f"insert into {table} ({names}) values ({', '.join(['%s'] * len(columns))})", *columns.values())

    def start_workflow(self, host="127.0.0.1:1", connection=None):
        """A workflow that began on `host` and ended at once, above all others. Rows that a test seeds later are below it:
        none of them is new to a daemon, which would ask what a new one says of cluster and time zone."""
        if self.instances is None:
            table = next(t for t in ("t_ds_process_instance", "t_ds_workflow_instance") if t in self.tables())
            self.instances = (table, self.columns(table))
        table, columns = self.instances
        at = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        history = f'[{{"time":"{at:%Y-%m-%d %H:%M:%S}","state":"SUCCESS","desc":"started"}}]'
        unit = "process" if table == "t_ds_process_instance" else "workflow"
        known = {
            "id": next(self.started),
            "name": STARTED,
            f"{unit}_definition_code": 9001,
            f"{unit}_definition_version": 1,
            "state": 7,
            "host": host,
            "start_time": at,
            "run_times": 1,
            "command_type": 0,
            "command_param": "{}",
            "executor_id": 1,
            "var_pool": host,
        }
        if "state_history" in columns:
            known["state_history"] = history
        if connection is None:
            self.insert(table, **known)
            return
        with connection.cursor() as cursor:  # of another thread
            places = ", ".join(["%s"] * len(known))
            cursor.execute(f"insert into {table} ({', '.join(known)}) values ({places})", list(known.values()))
        connection.commit()

    def columns(self, table):
        """The names of a table's columns, in their order."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"select * from {table} where 1 = 0")
            return [d[0] for d in cursor.description]

    def tables(self):
        return [
            r["name"]
            for r in self.rows(
                f"select table_name as name from information_schema.tables where table_schema = {self.schema}"
            )
        ]

    def log_changes(self):
        """From now on every change to the instance, task, command, error command and alert tables is kept, in its
        order."""
        self.execute(self.log_table)
        present = set(self.tables())
        for table in (f"t_ds_{t}" for t in LOGGED):
            if table in present:
                self.log_table_changes(table)

    def changes(self):
        """[{tab, op, old, new}] in the order they were made, without those of start_workflow(); NULL columns are left
        out."""
        made = [
            {"tab": r["tab"], "op": r["op"], "old": plain(r["old_row"]), "new": plain(r["new_row"])}
            for r in self.rows("select tab, op, old_row, new_row from test_change order by id")
        ]
        return [change for change in made if not (change["op"] == "INSERT" and change["new"].get("name") == STARTED)]


def plain(row):
    """A logged row: a dict without its NULLs, or None; times as ISO text without zeros at the end."""
    if row is None:
        return None
    row = json.loads(row) if isinstance(row, (str, bytes)) else row
    return {k: as_time(v) for k, v in row.items() if v is not None}


def as_time(value):
    """The same text for one time from both databases; anything else as it is."""
    if isinstance(value, str) and len(value) >= 19 and value[4] == value[7] == "-" and value[10] in "T ":
        try:
            moment = datetime.datetime.fromisoformat(
                (value[:10] + "T" + value[11:]).ljust(26, "0") if "." in value else value
            )
        except ValueError:
            return value
        return moment.isoformat().rstrip("0").rstrip(".") if moment.microsecond else moment.isoformat()
    return value


class PostgresDatabase(Database):
    kind = "postgresql"
    create_user = "create role {user} login password %s"
    schema = "current_schema()"
    log_table = """
        create table test_change (id bigserial primary key, tab text, op text, old_row jsonb, new_row jsonb);
        create function test_log() returns trigger language plpgsql security definer as $$
        begin
            insert into test_change (tab, op, old_row, new_row) values (tg_table_name, tg_op,
                case when tg_op = 'INSERT' then null else to_jsonb(old) end,
                case when tg_op = 'DELETE' then null else to_jsonb(new) end);
            return null;
        end $$"""

    def log_table_changes(self, table):
        self.execute(
            f"create trigger test_log after insert or update or delete on {table} "
            "for each row execute function test_log()"
        )

    def jdbc(self):
        """What the real servers take from their environment."""
        return {
            "DB_URL": f"jdbc:postgresql://127.0.0.1:{self.server.port}/{self.name}",
            "DB_USER": self.server.user,
            "DB_PASSWORD": self.server.password,
        }


class MariaDatabase(Database):
    kind = "mysql"
    create_user = "create user {user}@'%%' identified by %s"
    schema = "database()"
    log_table = """
        create table test_change (id bigint auto_increment primary key, tab varchar(64), op varchar(8),
            old_row longtext, new_row longtext) default character set utf8mb4"""

    def log_table_changes(self, table):
        def row(which):
            return f"json_object({', '.join(f'{chr(39)}{c}{chr(39)}, {which}.{c}' for c in self.columns(table))})"

        for op, old, new in (
            ("insert", "null", row("new")),
            ("update", row("old"), row("new")),
            ("delete", row("old"), "null"),
        ):
            self.execute(
                f"create trigger test_{op}_{table} after {op} on {table} for each row "
                f"insert into test_change (tab, op, old_row, new_row) values ('{table}', '{op.upper()}', {old}, {new})"
            )

    def jdbc(self):
        """What the real servers take from their environment."""
        return {
            "DB_DRIVER": "com.mysql.cj.jdbc.Driver",
            "QUARTZ_DELEGATE": "org.quartz.impl.jdbcjobstore.StdJDBCDelegate",
            "DB_URL": f"jdbc:mysql://127.0.0.1:{self.server.port}/{self.name}?useUnicode=true&characterEncoding=UTF-8"
            "&serverTimezone=UTC&useSSL=false&allowPublicKeyRetrieval=true",
            "DB_USER": self.server.user,
            "DB_PASSWORD": self.server.password,
        }
