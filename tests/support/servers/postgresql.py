# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of Debian's package; its own programs are called, not the wrappers for Debian's cluster management."""

import glob
import os
import secrets
import signal
import subprocess

from .process import MissingPackage, Server, ServerFailed, unprivileged_user


class PostgreSQL(Server):
    """One PostgreSQL with a superuser `postgres` and scram passwords; nothing is synced to disk, isolation stays the
    default."""

    name = "postgresql"
    death_signal = signal.SIGQUIT  # "immediate": its children go too and its shared memory is released
    stop_signal = signal.SIGINT  # "fast": does not wait for its clients
    user = "postgres"

    def __init__(self, directory, settings=None):
        super().__init__(directory)
        self.password = secrets.token_hex(12)
        self.settings = settings or {}  # further settings of postgresql.conf
        self.run_as = unprivileged_user()
        self._init = None

    @staticmethod
    def programs():
        """The folder of the newest installed version's programs."""
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda p: float(p.split("/")[4]))
        if not found:
            raise MissingPackage("/usr/lib/postgresql/*/bin/postgres is not installed: apt-get install postgresql")
        return os.path.dirname(found[-1])

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGPASSWORD": self.password}

    def begin(self):
        home = self.home()
        self.data = home / "data"
        if (self.data / "PG_VERSION").exists():
            return
        password = home / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        if self.run_as:
            os.chown(password, self.run_as[1], self.run_as[2])
        self._init = self.spawn(
            [
                f"{self.programs()}/initdb",
                "-D",
                self.data,
                "-U",
                self.user,
                "-A",
                "scram-sha-256",
                f"--pwfile={password}",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            self.log,
        )

    def finish(self):
        if self._init is None:
            return
        if self._init.wait(120) != 0:
            raise ServerFailed(f"initdb ended with {self._init.returncode}:\n{self.log_tail()}")
        with (self.data / "pg_hba.conf").open("a") as rules:  # for clients from loopback addresses of their own
            rules.write("host all all 127.0.0.0/8 scram-sha-256\n")
        self._init = None

    def command(self):
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
            "max_connections": 100,
            "max_wal_size": "256MB",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "autovacuum": "off",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            **self.settings,
        }
        return [
            f"{self.programs()}/postgres",
            "-D",
            self.data,
            *[a for k, v in settings.items() for a in ("-c", f"{k}={v}")],
        ]

    def is_ready(self):
        return (
            subprocess.run(
                [f"{self.programs()}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], env=self.environment()
            ).returncode
            == 0
        )

    def launch(self):
        if (
            self.process is not None and not self.running
        ):  # after a crash the lock file names a pid that may be another's now
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        super().launch()

    def soci(self, database="postgres"):
        """The connection string as SOCI and libpq take it."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user={self.user} password={self.password}"

    def connect(self, database="postgres", autocommit=True):
        """A psycopg2 connection; the caller closes it."""
        import psycopg2

        connection = psycopg2.connect(self.soci(database))
        connection.autocommit = autocommit
        return connection

    def create_database(self, name):
        connection = self.connect()
        try:
            connection.cursor().execute(f'create database "{name}"')
        finally:
            connection.close()

    def drop_database(self, name):
        connection = self.connect()
        try:
            connection.cursor().execute(f'drop database if exists "{name}" with (force)')
        finally:
            connection.close()

    def load(self, database, *files):
        """Runs SQL files, stopping at the first error."""
        for file in files:
            done = subprocess.run(
                [
                    f"{self.programs()}/psql",
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    str(self.port),
                    "-U",
                    self.user,
                    "-d",
                    database,
                    "-f",
                    str(file),
                ],
                env={**self.environment(), "PGOPTIONS": "-c client_min_messages=error"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            if done.returncode != 0:
                raise ServerFailed(f"{file} on {database}: {done.stderr[-2000:]}")
