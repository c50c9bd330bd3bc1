# SPDX-License-Identifier: Apache-2.0
"""What one test file needs around it: a scratch folder, a ZooKeeper, databases, and a `main` that never skips in
silence."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

from servers import MissingPackage, MySQLOrMariaDB, PostgreSQL, ZooKeeper, start_all

from .database import MariaDatabase, PostgresDatabase
from .dolphinscheduler import NotFetched

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


class World:
    """Servers that are gone when the `with` block ends. `databases`: which of "postgresql" and "mysql" to run;
    `settings`: {one of them: its further settings}. `zookeeper`: whether there is one."""

    SERVERS = {"postgresql": PostgreSQL, "mysql": MySQLOrMariaDB}

    def __init__(self, databases=("postgresql",), settings=None, zookeeper=True):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dsr-test-"))
        self.scratch.chmod(0o755)  # PostgreSQL runs as another user
        self.zookeeper = ZooKeeper(self.scratch / "zookeeper") if zookeeper else None
        self.servers = {k: self.SERVERS[k](self.scratch / k, (settings or {}).get(k)) for k in databases}
        self.later = contextlib.ExitStack()  # what to end before the servers end

    def __enter__(self):
        try:
            start_all(self.everything())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        try:
            self.later.close()
        finally:
            for server in self.everything():
                server.stop()
                server.remove()
            if os.environ.get("DSR_KEEP_SCRATCH"):
                print(f"kept: {self.scratch}", file=sys.stderr)
            else:
                shutil.rmtree(self.scratch, ignore_errors=True)

    def everything(self):
        return [*filter(None, [self.zookeeper]), *self.servers.values()]

    def database(self, name, version="3.1.1", kind="postgresql", schema=None):
        """A new database with the tables of tables.txt, or those of the SQL file `schema`."""
        return self.database_on(self.servers[kind], name, version, schema)

    def database_on(self, server, name, version="3.1.1", schema=None):
        """The same on that server."""
        kind = PostgresDatabase if isinstance(server, PostgreSQL) else MariaDatabase
        database = kind(server, name, version, schema)
        self.later.callback(database.close)
        return database

    def start(self, *servers):
        """Starts DolphinScheduler servers side by side, and stops them when the world ends."""
        for server in servers:
            self.later.callback(server.kill_if_running)
        start_all(servers)

    def end(self, thing):
        """Calls its `leave` or `stop` when the world ends; returns it."""
        self.later.callback(getattr(thing, "leave", None) or thing.stop)
        return thing


def main():
    """unittest.main, but where a real part cannot be had the whole file is skipped loudly with ctest's exit code for
    it."""
    result = unittest.main(module="__main__", exit=False, verbosity=2, testRunner=Runner).result
    missing = [
        trace
        for _, trace in result.errors
        if any(f"{kind.__name__}: " in trace for kind in (NotFetched, MissingPackage))
    ]
    if missing and len(missing) == len(result.errors) and not result.failures:
        skip(pathlib.Path(sys.argv[0]).name, missing[0].strip().splitlines()[-1])
    sys.exit(not result.wasSuccessful())


class TimedResult(unittest.TextTestResult):
    """Tells of each test how long it took."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"({time.monotonic() - self.begun:.1f} s) ")
        super().addSuccess(test)


class Runner(unittest.TextTestRunner):
    """Prints to the standard output, in order with what the tests print."""

    resultclass = TimedResult

    def __init__(self, **options):
        super().__init__(stream=sys.stdout, **options)


def skip(program, reason):
    line = "=" * 100
    print(f"{line}\nWARNING: {program} WAS NOT RUN, a real part is missing: {reason}\n{line}", flush=True)
    sys.exit(SKIPPED)
