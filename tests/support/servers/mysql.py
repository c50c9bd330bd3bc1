# SPDX-License-Identifier: Apache-2.0
"""A MySQL, which Debian 12 does not have: tests/mysql/fetch brings it."""

import os

from .mariadb import MariaDB
from .process import MissingPackage, ServerFailed

MYSQLD = "DSR_TEST_MYSQLD"


class MySQL(MariaDB):
    """One MySQL in the place of a MariaDB, which it is spoken to like. Which one: the program that DSR_TEST_MYSQLD names.
    `root` logs in by the plugin that is this version's own default."""

    name = "mysql"

    def __init__(self, directory, settings=None):
        # No folder of its package is there, and no second protocol is wanted, on a port that all of them share. TLS only
        # by the certificate that a test gives it, as with MariaDB.
        defaults = {"secure-file-priv": "", "loose-mysqlx": 0, "loose-auto-generate-certs": 0}
        super().__init__(directory, {**defaults, **(settings or {})})

    def program(self):
        program = os.environ.get(MYSQLD, "")
        if not os.access(program, os.X_OK):
            raise MissingPackage(f"{MYSQLD} names no program: see tests/mysql/run")
        return [program]

    def begin(self):
        if (self.data / "mysql").exists():
            return
        self._init = self.spawn(
            [
                *self.program(),
                *self._as_root(),
                "--initialize-insecure",
                f"--datadir={self.data}",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync",
                "--loose-innodb-log-file-size=8M",
                "--loose-auto-generate-certs=0",
            ],
            self.log,
        )

    def finish(self):
        if self._init is None:
            return
        if self._init.wait(180) != 0:
            raise ServerFailed(f"mysqld --initialize-insecure ended with {self._init.returncode}:\n{self.log_tail()}")
        self._init = None
        (self.directory / "init.sql").write_text(  # each statement on a line of its own
            f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{self.password}';\n"
            f"CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;\n"
        )
