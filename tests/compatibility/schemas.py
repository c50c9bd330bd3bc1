# SPDX-License-Identifier: Apache-2.0
"""Databases with the schema of any release: the published SQL, and the published upgrade scripts on it."""

import os
import re
import subprocess

from releases import LAST_PUBLISHED
from testbed import catalog, published

SCRIPTS = ("dolphinscheduler_ddl.sql", "dolphinscheduler_dml.sql", "dolphinscheduler_ddl_post.sql")  # as the tool runs

MATTER = (  # what the daemon reads or writes
    *("t_ds_process_instance", "t_ds_workflow_instance", "t_ds_process_definition_log", "t_ds_workflow_definition_log"),
    *("t_ds_task_instance", "t_ds_command", "t_ds_error_command", "t_ds_alert", "t_ds_schedules", "t_ds_version"),
    *("t_ds_relation_process_instance", "t_ds_relation_workflow_instance"),
)


class NotServed(Exception):
    """The SQL of that release could not be had."""


class Library:
    """The published SQL. `fetched` False: none, schemas are what tables.txt describes."""

    def __init__(self, fetched=True):
        self.directory, self.status = published.fetch_schemas() if fetched else (None, 0)

    def whole(self, version, kind):
        """The file of a whole schema; None: as described."""
        if self.directory is None:
            return None
        file = published.schema_in(self.directory, version, kind)
        if file is None:
            raise NotServed(f"the {kind} schema of {version}")
        return file

    def statements(self, script, kind):
        """Those of the upgrade to that version, in the order of the upgrade tool."""
        folder = self.directory / LAST_PUBLISHED / "sql" / "upgrade" / f"{script}_schema" / kind
        if not folder.exists():
            raise NotServed(f"the {kind} upgrade script to {script}")
        for name in SCRIPTS:
            if (folder / name).exists():
                yield from split((folder / name).read_text())


def split(text):
    """The statements of a script as DolphinScheduler's upgrade tool takes it apart: a line that ends with the delimiter
    ends one, and a line may set another delimiter. Pieces of comments only are left out."""
    return [piece for piece in pieces(text) if re.sub(r"/\*.*?\*/|--[^\n]*", "", piece, flags=re.DOTALL).strip()]


def pieces(text):
    delimiter, piece = ";", []
    for line in text.splitlines():
        bare = line.strip()
        if new := re.match(r"delimiter\s+(\S+)$", bare, re.IGNORECASE):
            yield "\n".join(piece)
            delimiter, piece = new[1], []
        elif bare.endswith(delimiter):
            yield "\n".join([*piece, line.rstrip()[: -len(delimiter)]])
            piece = []
        else:
            piece.append(line)
    yield "\n".join(piece)


def run(database, statement, script):
    """One statement of an upgrade script. MySQL's are not all taken by MariaDB (a column that a unique key names is not
    dropped there): that is told, and let pass where it is about none of the tables that matter here."""
    try:
        database.execute(statement)
    except Exception as error:
        if database.kind != "mysql" or any(table in statement for table in MATTER):
            raise
        TOLD.setdefault(f"{script}: {' '.join(statement.split())[:70]}", str(error))


TOLD = {}  # what MariaDB did not take of MySQL's scripts: why


def make(world, library, release, kind, name):
    """A database with that release's schema, as its upgrade tool leaves it. What MariaDB made of scripts is dumped, for
    the next release to go on from: each of MySQL's scripts takes it seconds."""
    done = len(release.scripts) if kind == "mysql" else 0
    while done and not dump_of(world, release, done).exists():
        done -= 1
    start = dump_of(world, release, done) if done else library.whole(release.base, kind)
    database = world.database(name, release.name, kind, start)
    if kind == "mysql":
        database.execute("set foreign_key_checks = 0")
    for number, script in enumerate(release.scripts[done:], start=done + 1):
        for statement in library.statements(script, kind):
            run(database, statement, script)
        if kind == "mysql":
            dump_of(world, release, number).write_bytes(dumped(database))
    database.execute("update t_ds_version set version = %s", release.name)
    return database


def dump_of(world, release, scripts):
    return world.scratch / f"{release.base}-{'-'.join(release.scripts[:scripts])}.sql"


def dumped(database):
    server = database.server
    command = ["mariadb-dump", "--no-defaults", "--host=127.0.0.1", f"--port={server.port}", f"--user={server.user}"]
    environment = {**os.environ, "MYSQL_PWD": server.password}
    return subprocess.run([*command, database.name], env=environment, capture_output=True, check=True).stdout


def columns(database):
    """{table.column: what it is} of the tables that the daemon reads or writes."""
    return catalog.columns(database, MATTER)


def undescribed(world, database, release):
    """How it differs from what tables.txt says of that release, as lines."""
    described = world.database(f"{database.name}_described", release.name, database.kind)
    try:
        return catalog.undescribed(described, database, release.name, with_keys=not release.scripts)
    finally:
        described.close()
        described.server.drop_database(described.name)


def differences(one, other):
    """(columns that only one of them has, columns that differ otherwise), as lines."""
    a, b = columns(one), columns(other)
    lone = [f"{c} only when published" for c in sorted(a.keys() - b.keys())]
    lone += [f"{c} only by the scripts" for c in sorted(b.keys() - a.keys())]
    return lone, [f"{c}: {a[c]} · by the scripts {b[c]}" for c in sorted(a.keys() & b.keys()) if a[c] != b[c]]
