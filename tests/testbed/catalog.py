# SPDX-License-Identifier: Apache-2.0
"""What a database's catalog says of its tables, and how that differs from tables.txt."""

import re

from . import ddl

EXTRA = {
    "postgresql": "'' as more",
    "mysql": "concat_ws(' ', nullif(extra, ''), collation_name) as more",
}
INDEXES = {
    "postgresql": "select tablename as t, indexdef as d from pg_indexes where schemaname = current_schema()",
    "mysql": "select table_name as t, concat(if(min(non_unique) = 0, 'UNIQUE ', ''), '(', group_concat(concat(column_name, "
    "if(collation = 'D', ' DESC', '')) order by seq_in_index separator ', '), ')') as d "
    "from information_schema.statistics where table_schema = database() group by table_name, index_name",
}


def columns(database, tables):
    """{table.column: type, whether NULL, default and what else there is to it} of these tables."""
    found = {}
    for row in database.rows(
        "select table_name as t, column_name as c, data_type as y, character_maximum_length as l, is_nullable as n, "
        f"column_default as d, {EXTRA[database.kind]} from information_schema.columns "
        f"where table_schema = {database.schema} order by ordinal_position"
    ):
        if row["t"] not in tables:
            continue
        default = re.sub(r"::[a-z ]+|'", "", str(row["d"] if row["d"] is not None else "NULL"))
        length = f"({row['l']})" if row["l"] and row["l"] < 65535 else ""
        null = "" if row["n"] == "YES" else " not null"
        text = f"{row['y']}{length}{null} default {default} {row['more']}"
        found[f"{row['t']}.{row['c']}"] = text.strip()
    return found


def keys(database, tables):
    """{(table, whether unique, (column, ...))} of these tables, primary keys too."""
    found = set()
    for row in database.rows(INDEXES[database.kind]):
        if row["t"] in tables:
            parts = row["d"].rpartition("(")[2].rstrip(")").replace('"', "")
            found.add((row["t"], "UNIQUE" in row["d"], tuple(parts.split(", "))))
    return found


def undescribed(described, published, release, with_keys):
    """How what is published differs from a database that was made from tables.txt, as lines; none: not at all. Columns and
    keys that nobody needs are no difference. `with_keys` False: where a schema comes from upgrade scripts, its keys are
    others than the published ones of the same release."""
    tables = ddl.tables(release, published.kind)
    here, there = columns(described, tables), columns(published, tables)
    lines = [f"{name}: tables.txt says {text!r}, published is {there.get(name)!r}"
             for name, text in here.items() if text != there.get(name)]  # fmt: skip
    for name in there.keys() - here.keys():
        if " not null default NULL" in there[name]:
            lines.append(f"{name}: no row can be inserted without it, and it is not in tables.txt: {there[name]!r}")
    if with_keys:
        known = {key for key in keys(published, tables)
                 if all(f"{key[0]}.{part.split()[0]}" in here for part in key[2])}  # fmt: skip
        for table, unique, parts in sorted(keys(described, tables) ^ known):
            which = "only published" if (table, unique, parts) in known else "only in tables.txt"
            lines.append(f"{table}: {'unique ' if unique else ''}key on {', '.join(parts)}: {which}")
    return sorted(lines)
