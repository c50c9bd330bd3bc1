#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TLS to the database as database.tls asks for it, on real servers with a certificate authority of the test's own: who is
taken, who is refused and with what words, and that the server itself sees an encrypted connection."""

import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, main, wait_for  # noqa: E402
from testbed.daemon import DONE, OUT_OF_REACH  # noqa: E402

from servers import Authority  # noqa: E402


class DatabaseTls:
    """What holds on both servers. One server with TLS (its certificate can be changed) and `plain`, one without."""

    kind = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(databases=()).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        scratch = cls.world.scratch
        server = World.SERVERS[cls.kind]
        cls.plain = server(scratch / "plain")
        owner = cls.plain.run_as
        cls.authority = Authority(scratch / "authority")
        cls.stranger = Authority(scratch / "stranger")
        cls.right = cls.authority.sign("right", "127.0.0.1", owner=owner)
        cls.wrong_name = cls.authority.sign("wrong-name", "elsewhere.example", owner=owner)
        cls.client = cls.authority.sign("ds_cert")
        cls.presented = tuple(scratch / f"presented.{kind}" for kind in ("pem", "key"))
        cls.present(cls.right)
        cls.tls = server(scratch / "tls", cls.settings())
        cls.world.start(cls.tls, cls.plain)
        cls.databases = {s: cls.world.database_on(s, "ds") for s in (cls.tls, cls.plain)}
        cls.world.end(StandIn(cls.world.zookeeper, "127.9.9.8:5678"))
        cls.number = 0

    @classmethod
    def present(cls, pair):
        """What the server shows from its next start, or `reload`, on."""
        for source, target in zip(pair, cls.presented):
            shutil.copy2(source, target)
            if cls.plain.run_as:
                shutil.chown(target, *cls.plain.run_as[1:])

    def sweep(self, server, user=None, **tls):
        """One dry sweep by that server."""
        type(self).number += 1
        daemon = Daemon(self.world.scratch / f"daemon{self.number}", self.world.zookeeper, self.databases[server],
                        database={"tls": tls} | ({"user": user} if user else {}))  # fmt: skip
        self.assertEqual(daemon.check_config().code, DONE)
        return daemon.sweep("--dry-run")

    def verified(self, **changes):
        return {"mode": "verify", "ca_file": str(self.authority.ca)} | changes

    def with_certificate(self):
        certificate, key = map(str, self.client)
        return self.verified(cert_file=certificate, key_file=key)

    def refused(self, result, *words):
        self.assertEqual(result.code, OUT_OF_REACH, result)
        for word in ("while connecting", *words):
            self.assertIn(word, result.report["failure"], result)
        self.assertNotIn(self.tls.password, result.out + result.err)

    def test_a_server_with_tls_is_taken(self):
        for tls in ({"mode": "require"}, self.verified()):
            with self.subTest(tls):
                self.assertEqual(self.sweep(self.tls, **tls).code, DONE)

    def test_a_server_without_tls_is_refused(self):
        self.assertEqual(self.sweep(self.plain).code, DONE)
        self.refused(self.sweep(self.plain, mode="require"), "database.tls")
        self.refused(self.sweep(self.plain, **self.verified()), "database.tls")

    def test_a_certificate_of_another_authority_is_refused(self):
        self.refused(self.sweep(self.tls, **self.verified(ca_file=str(self.stranger.ca))), "certificate")
        self.refused(self.sweep(self.tls, **self.verified(ca_file="/nowhere/ca.pem")), "database.tls")
        self.assertEqual(self.sweep(self.tls, mode="require").code, DONE)  # as it says of itself

    def test_a_certificate_for_another_name_is_refused(self):
        self.present(self.wrong_name)
        self.reload()
        try:
            self.refused(self.sweep(self.tls, **self.verified()), self.wrong_name_words)
            self.assertEqual(self.sweep(self.tls, mode="require").code, DONE)
        finally:
            self.present(self.right)
            self.reload()
        self.assertEqual(self.sweep(self.tls, **self.verified()).code, DONE)

    def test_a_client_certificate_that_the_server_demands(self):
        self.demand_certificate()
        self.refused(self.sweep(self.tls, user="ds_cert", **self.verified()), "database.tls")
        self.assertEqual(self.sweep(self.tls, user="ds_cert", **self.with_certificate()).code, DONE)


class PostgreSQL(DatabaseTls, unittest.TestCase):
    kind = "postgresql"
    wrong_name_words = "does not match host name"

    @classmethod
    def settings(cls):
        certificate, key = cls.presented
        return {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key, "ssl_ca_file": cls.authority.ca}

    def reload(self):
        before = self.databases[self.tls].value("select pg_conf_load_time()")
        self.databases[self.tls].execute("select pg_reload_conf()")
        wait_for("the server to read its certificate again",
                 lambda: self.databases[self.tls].value("select pg_conf_load_time()") != before)  # fmt: skip

    def demand_certificate(self):
        database = self.databases[self.tls]
        database.execute("drop role if exists ds_cert")
        database.execute(f"create role ds_cert superuser login password '{self.tls.password}'")
        rules = pathlib.Path(database.value("show hba_file"))
        line = "hostssl all ds_cert 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n"
        rules.write_text(line + rules.read_text())
        self.reload()

    def test_the_server_sees_the_connection_encrypted(self):
        daemon = Daemon(self.world.scratch / "running", self.world.zookeeper, self.databases[self.tls],
                        database={"tls": self.verified()})  # fmt: skip
        self.world.start(daemon)
        daemon.after_sweeps(1)
        seen = self.databases[self.tls].rows(
            "select s.ssl, s.cipher from pg_stat_ssl s join pg_stat_activity a using (pid) "
            "where a.application_name = 'ds-reconciler'")  # fmt: skip
        daemon.stop()
        self.assertTrue(seen)
        self.assertTrue(all(r["ssl"] and r["cipher"] for r in seen), seen)


class MariaDB(DatabaseTls, unittest.TestCase):
    kind = "mysql"
    wrong_name_words = "Validation of SSL server certificate failed"

    @classmethod
    def settings(cls):
        certificate, key = cls.presented
        return {"ssl-cert": certificate, "ssl-key": key, "ssl-ca": cls.authority.ca}

    def reload(self):
        """By a restart: to read certificates again MariaDB has a statement, newer MySQLs another one, older ones none."""
        self.tls.stop()
        self.tls.restart()
        self.databases[self.tls].reconnect()

    def user_who_must(self, user, what):
        database = self.databases[self.tls]
        database.execute(f"drop user if exists {user}@'%'")
        database.execute(f"create user {user}@'%' identified by '{self.tls.password}' require {what}")
        database.execute(f"grant all on ds.* to {user}@'%'")

    def demand_certificate(self):
        self.user_who_must("ds_cert", "x509")

    def test_the_server_sees_the_connection_encrypted(self):
        self.user_who_must("ds_tls", "ssl")
        self.refused(self.sweep(self.tls, user="ds_tls"), "database.tls")
        for tls in ({"mode": "require"}, self.verified()):
            self.assertEqual(self.sweep(self.tls, user="ds_tls", **tls).code, DONE)


if __name__ == "__main__":
    main()
