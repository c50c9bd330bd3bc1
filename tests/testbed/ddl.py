#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the SQL that makes a test database with the tables of tables.txt, as one release of DolphinScheduler has them.

    ddl.py RELEASE DATABASE        e.g. ddl.py 3.1.1 sqlite; DATABASE is postgresql, mysql or sqlite
"""

import dataclasses
import pathlib
import re
import sys

DESCRIPTION = pathlib.Path(__file__).with_name("tables.txt")
DATABASES = ("postgresql", "mysql", "sqlite")
TYPES = {  # PostgreSQL, MySQL
    "tiny": ("int", "tinyint"),
    "small": ("smallint", "tinyint"),
    "char": ("varchar", "char"),
    "long": ("text", "longtext"),
    "time": ("timestamp", "datetime"),
    "touched": ("timestamp", "timestamp null default current_timestamp on update current_timestamp"),
}


@dataclasses.dataclass
class Table:
    columns: list = dataclasses.field(default_factory=list)  # (name, definition in SQL)
    indexes: list = dataclasses.field(default_factory=list)  # (unique, [column])


def number(release):
    return tuple(int(part) for part in release.partition("-")[0].split("."))


def unit(release):
    """What DolphinScheduler calls a workflow in the names of tables and columns."""
    return "process" if number(release) < (3, 3, 0) else "workflow"


def conditions(words):
    """Takes what says since, until and on off the end of a line: {one of these: its value}."""
    found = {}
    while len(words) > 2 and words[-2] in ("since", "until", "on"):
        value, word = words.pop(), words.pop()
        found[word] = value
    return found


def applies(found, release, database):
    like = "mysql" if database == "mysql" else "postgresql"
    return (
        number(found.get("since", "0")) <= number(release) < number(found.get("until", "999"))
        and found.get("on", like) == like
    )


def definition(table, words, database):
    """A column's type and what else stands behind its name."""
    kind, *rest = words
    width = kind.partition("(")[2]
    kind = kind.partition("(")[0]
    if kind in ("key", "own_key", "serial"):
        return primary_key(table, kind, database)
    sql = TYPES.get(kind, (kind, kind))[database == "mysql"] + (f"({width}" if width else "")
    for word in rest:
        if word == "required":
            sql += " not null"
        elif word.startswith("="):
            sql += f" default {word[1:]}"
        else:
            raise ValueError(f"{DESCRIPTION.name}: {table}: what is {word!r}?")
    return sql


def primary_key(table, kind, database):
    if database == "sqlite":
        return "integer primary key" + ("" if kind == "own_key" else " autoincrement")
    if kind == "serial":
        return "serial primary key"
    filled = {"postgresql": f" default nextval('{table}_id_sequence')", "mysql": " auto_increment"}
    return "int not null" + ("" if kind == "own_key" else filled[database]) + " primary key"


def tables(release, database):
    """{name: Table} of that release."""
    found, name = {}, None
    for line in DESCRIPTION.read_text().replace("{unit}", unit(release)).splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if not line.startswith(" "):
            name = words[0] if applies(conditions(words), release, database) else None
            found.update({name: Table()} if name else {})
        elif not name or not applies(conditions(words), release, database):
            continue
        elif words[0] in ("index", "unique"):
            kind, parts = words
            found[name].indexes.append((kind == "unique", parts.split(",")))
        else:
            found[name].columns.append((words[0], definition(name, words[1:], database)))
    return found


def index(table, unique, parts, database):
    title = "_".join(["idx", table.removeprefix("t_ds_"), *(part.removesuffix("-desc") for part in parts)])
    listed = ", ".join(part.replace("-desc", " desc") for part in parts)
    kind = "unique " if unique else ""
    if database == "mysql":
        return f"{kind}key {title} ({listed})"
    return f"create {kind}index {title} on {table} ({listed})"


def ddl(release, database):
    """The tables, empty but for the release's name in t_ds_version."""
    if database not in DATABASES:
        raise ValueError(f"no database is called {database!r}")
    options = ""
    if database == "mysql":
        options = " engine = InnoDB default character set utf8" + (
            " collate utf8_bin" if number(release) >= (3, 2, 0) else ""
        )
    statements = []
    for name, table in tables(release, database).items():
        lines = [f"{column} {sql}" for column, sql in table.columns]
        if database == "postgresql" and any("_id_sequence" in line for line in lines):
            statements.append(f"create sequence {name}_id_sequence")
        made = [index(name, unique, parts, database) for unique, parts in table.indexes]
        if database == "mysql":  # in one statement: each takes a MariaDB as long as a table
            lines, made = lines + made, []
        statements.append(f"create table {name} (\n    " + ",\n    ".join(lines) + f"\n){options}")
        statements += made
    statements.append(f"insert into t_ds_version (version) values ('{release}')")
    return f"-- Made by ddl.py {release} {database}\n" + "".join(f"{statement};\n" for statement in statements)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in DATABASES or not re.match(r"\d+(\.\d+)+", sys.argv[1]):
        sys.exit(__doc__)
    sys.stdout.write(ddl(*sys.argv[1:]))
