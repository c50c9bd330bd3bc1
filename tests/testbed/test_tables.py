#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tables.txt says of its tables and columns what DolphinScheduler publishes, in the two releases that most tests run on.
tests/compatibility/run does the same for every release."""

import pathlib
import re
import sqlite3
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import World, catalog, ddl, main, published_schema  # noqa: E402

RELEASES = ("3.1.1", "3.4.3")
KINDS = ("postgresql", "mysql")
# What to change in tables.txt, and what is said then of 3.1.1.
MISTAKES = [
    (r"(  failure_strategy +tiny) =0", r"\1 =1", "t_ds_command.failure_strategy"),
    (r"(  timezone_id +)varchar\(40\)", r"\1varchar(41)", "t_ds_schedules.timezone_id"),
    (r"(  executor_id +int) required", r"\1", "t_ds_process_instance.executor_id"),
    (r"(  host +varchar\(135\))", r"\1 required", "t_ds_task_instance.host"),
    (r"(  state_history +text +since) 3.1.0", r"\1 3.2.0", None),  # it need not be described
    (r"(  test_flag +tiny +since) 3.2.0", r"\1 3.1.0", "t_ds_command.test_flag"),
    (r"  crontab .*\n", "", "t_ds_schedules.crontab: no row can be inserted without it"),
    (r"  index   start_time,end_time\n", "", "key on start_time, end_time: only published"),
    (r"(  unique  code,version +since) 3.4.2", r"\1 3.1.1", "unique key on code, version: only in tables.txt"),
    (r"(  unique  code) ", r"  index   code ", "t_ds_project: unique key on code: only published"),
]


class Tables(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.published = {(r, k): published_schema(r, k) for r in RELEASES for k in KINDS}
        cls.world = World(KINDS).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.number = 0

    def database(self, release, kind, schema=None):
        Tables.number += 1
        database = self.world.database(f"tables{self.number}", release, kind, schema)
        self.addCleanup(database.close)
        return database

    def test_are_as_published(self):
        for (release, kind), schema in self.published.items():
            with self.subTest(release=release, kind=kind):
                described, published = self.database(release, kind), self.database(release, kind, schema)
                self.assertEqual(catalog.undescribed(described, published, release, with_keys=True), [])
                version = "select version from t_ds_version"
                self.assertEqual(described.rows(version), published.rows(version))

    def test_mistakes_are_found(self):
        text = ddl.DESCRIPTION.read_text()
        published = {kind: self.database("3.1.1", kind, self.published["3.1.1", kind]) for kind in KINDS}
        for wrong, planted, said in MISTAKES:
            changed, count = re.subn(wrong, planted, text)
            self.assertGreater(count, 0, wrong)
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "tables.txt"
                file.write_text(changed)
                with mock.patch.object(ddl, "DESCRIPTION", file):
                    for kind in KINDS:
                        with self.subTest(wrong, kind=kind):
                            lines = catalog.undescribed(self.database("3.1.1", kind), published[kind], "3.1.1", True)
                            if said is None:
                                self.assertEqual(lines, [])
                            else:
                                self.assertTrue(any(said in line for line in lines), lines)

    def test_sqlite_has_the_tables_of_postgresql(self):
        for release in RELEASES:
            sqlite = sqlite3.connect(":memory:")
            sqlite.executescript(ddl.ddl(release, "sqlite"))
            postgresql = self.database(release, "postgresql")
            self.assertEqual(sqlite.execute("select version from t_ds_version").fetchall(), [(release,)])
            for table in ddl.tables(release, "sqlite"):
                columns = [row[1] for row in sqlite.execute(f"pragma table_info({table})")]
                self.assertEqual(columns, postgresql.columns(table), table)


if __name__ == "__main__":
    main()
