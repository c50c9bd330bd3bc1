#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The SQLite schema fixtures bear exactly the published tables' columns, as real servers see the published SQL."""

import importlib.machinery
import importlib.util
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import World, main  # noqa: E402
from testbed.database import SCHEMA  # noqa: E402

# In the published PostgreSQL schema only: leftovers that no program of these versions reads or writes.
POSTGRESQL_ONLY = {
    "t_ds_process_instance": {"process_instance_json", "dependence_schedule_times"},
    "t_ds_workflow_instance": {"workflow_instance_json", "dependence_schedule_times"},
}


def load_generator():
    loader = importlib.machinery.SourceFileLoader("to_sqlite", str(SCHEMA / "to_sqlite"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("to_sqlite", loader))
    loader.exec_module(module)
    return module


class SqliteSchema(unittest.TestCase):
    maxDiff = None

    def test_is_what_the_generator_makes(self):
        generator = load_generator()
        for version in generator.TABLES:
            with self.subTest(version):
                self.assertEqual(
                    (SCHEMA / version / "dolphinscheduler_sqlite.sql").read_text(),
                    generator.convert(version),
                    "not what to_sqlite prints: run it again",
                )

    def test_columns_are_the_published_ones(self):
        with World(["postgresql", "mysql"]) as world:
            for version, tables in load_generator().TABLES.items():
                postgresql = world.database("published", version=version)
                mysql = world.database("published", version=version, kind="mysql")
                sqlite = sqlite3.connect(":memory:")
                sqlite.executescript((SCHEMA / version / "dolphinscheduler_sqlite.sql").read_text())
                self.assertEqual(sqlite.execute("select version from t_ds_version").fetchall(), [(version,)])
                self.assertEqual(postgresql.value("select version from t_ds_version"), version)
                for table in tables:
                    with self.subTest(version=version, table=table):
                        columns = [row[1] for row in sqlite.execute(f"pragma table_info({table})")]
                        self.assertEqual(columns, postgresql.columns(table))
                        leftovers = POSTGRESQL_ONLY.get(table, set())
                        self.assertEqual(set(columns) - leftovers, set(mysql.columns(table)) - leftovers)
                for database in (postgresql, mysql):
                    database.close()
                    database.server.drop_database("published")


if __name__ == "__main__":
    main()
