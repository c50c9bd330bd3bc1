# SPDX-License-Identifier: Apache-2.0
"""A MariaDB of Debian's package."""

import os
import secrets
import subprocess

from .process import Server, ServerFailed, find_program


class MariaDB(Server):
    """One MariaDB with `root` at any host and a password; nothing is synced to disk, isolation stays the default."""

    name = "mariadb"
    user = "root"

    def __init__(self, directory, settings=None):
        super().__init__(directory)
        self.password = secrets.token_hex(12)
        self.settings = settings or {}  # further server options, without the leading dashes
        self._init = None

    @property
    def data(self):
        return self.directory / "data"

    def _as_root(self):
        return ["--user=root"] if os.geteuid() == 0 else []

    def environment(self):
        """With temporary files of its own: at its start a server removes what others keep in a folder that they share."""
        scratch = self.directory / "tmp"
        scratch.mkdir(exist_ok=True)
        return {**os.environ, "TMPDIR": str(scratch)}

    def begin(self):
        if (self.data / "mysql").exists():
            return
        self._init = self.spawn(
            [
                find_program(["mariadb-install-db"], "mariadb-server"),
                "--no-defaults",
                *self._as_root(),
                f"--datadir={self.data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-log-file-size=8M",
                "--innodb-flush-log-at-trx-commit=0",
            ],
            self.log,
        )

    def finish(self):
        if self._init is None:
            return
        if self._init.wait(180) != 0:
            raise ServerFailed(f"mariadb-install-db ended with {self._init.returncode}:\n{self.log_tail()}")
        self._init = None
        (self.directory / "init.sql").write_text(
            f"CREATE OR REPLACE USER 'root'@'%' IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;\n"
            f"CREATE OR REPLACE USER 'root'@'localhost' IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION;\n"
            "DELETE FROM mysql.global_priv WHERE User='' OR (User='root' AND Host NOT IN ('%','localhost'));\n"
            "FLUSH PRIVILEGES;\n"
        )

    def program(self):
        return [find_program(["mariadbd", "/usr/sbin/mariadbd"], "mariadb-server"), "--no-defaults"]

    def command(self):
        settings = {
            "datadir": self.data,
            "port": self.port,
            "bind-address": "127.0.0.1",
            "socket": "mariadb.sock",
            "pid-file": self.data / "pid",
            "init-file": self.directory / "init.sql",
            "skip-name-resolve": None,
            "innodb-buffer-pool-size": "64M",
            "loose-innodb-log-file-size": "8M",
            "innodb-flush-log-at-trx-commit": 0,
            "innodb-flush-method": "nosync",
            "innodb-doublewrite": 0,
            "skip-log-bin": None,
            "performance-schema": 0,
            "character-set-server": "utf8mb4",
            "default-time-zone": "+00:00",
            "max-connections": 100,
            **self.settings,
        }
        return [
            *self.program(),
            *self._as_root(),
            *[f"--{k}" if v is None else f"--{k}={v}" for k, v in settings.items()],
        ]

    def is_ready(self):
        import pymysql

        try:
            self.connect("mysql").close()
            return True
        except pymysql.err.OperationalError:
            return False

    def soci(self, database="mysql"):
        """The connection string as SOCI takes it."""
        return f"host=127.0.0.1 port={self.port} user={self.user} password={self.password} dbname={database}"

    def connect(self, database=None, autocommit=True):
        """A PyMySQL connection; the caller closes it."""
        import pymysql

        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            autocommit=autocommit,
            connect_timeout=5,
        )

    def _run(self, sql):
        connection = self.connect()
        try:
            connection.cursor().execute(sql)
        finally:
            connection.close()

    def create_database(self, name):
        self._run(f"create database `{name}` default character set utf8mb4")

    def drop_database(self, name):
        self._run(f"drop database if exists `{name}`")

    def load(self, database, *files):
        """Runs SQL files, stopping at the first error."""
        for file in files:
            with open(file, "rb") as sql:
                done = subprocess.run(
                    [
                        find_program(["mariadb"], "mariadb-client"),
                        "--no-defaults",
                        "-h",
                        "127.0.0.1",
                        "-P",
                        str(self.port),
                        "--protocol=tcp",
                        "-u",
                        self.user,
                        database,
                    ],
                    stdin=sql,
                    env={**os.environ, "MYSQL_PWD": self.password},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=False,
                )
            if done.returncode != 0:
                raise ServerFailed(f"{file} on {database}: {done.stderr.decode(errors='replace')[-2000:]}")
