#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper over TLS and with a digest: the tunnel of docs/transport-security.md, as it stands there, to a real ZooKeeper
that takes nothing but TLS with a client's certificate, in a cluster whose nodes belong to one user."""

import pathlib
import re
import shutil
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from testbed import Daemon, StandIn, World, define_workflow, main, now  # noqa: E402
from testbed.daemon import DONE, OUT_OF_REACH, USAGE  # noqa: E402

from servers import Authority, Server, ZooKeeper, free_port  # noqa: E402
from servers.process import find_program  # noqa: E402

PAGE = ROOT / "docs/transport-security.md"
NAME, DIGEST = "zk1.example.org", "ds:s3cret"


class Tunnel(Server):
    """stunnel with the configuration of the page; only addresses and folders are changed."""

    name = "stunnel"

    def __init__(self, directory, zookeeper_port, certificates, **instead):
        super().__init__(directory)
        self.zookeeper_port, self.certificates, self.instead = zookeeper_port, certificates, instead

    def command(self):
        text = re.search(r"^```ini\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE).group(1)
        replaced = {
            "127.0.0.1:12181": self.address,
            f"{NAME}:2281": f"127.0.0.1:{self.zookeeper_port}",
            "/etc/ds-reconciler": str(self.certificates),
            **self.instead,
        }
        for old, new in replaced.items():
            if old not in text:
                raise AssertionError(f"{PAGE} does not say {old} in its stunnel configuration")
            text = text.replace(old, new)
        configuration = self.directory / "zookeeper.conf"
        configuration.write_text(text)
        return [find_program(["stunnel4", "/usr/bin/stunnel4"], "stunnel4"), configuration]


class ZookeeperTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(databases=("postgresql",)).__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        scratch = cls.world.scratch
        cls.certificates = scratch / "certificates"
        authority = Authority(cls.certificates)
        shutil.copy(authority.ca, cls.certificates / "zookeeper-ca.pem")
        authority.sign("zookeeper-client")
        shutil.copy(Authority(scratch / "stranger").ca, cls.certificates / "stranger-ca.pem")
        certificate, key = authority.sign("server", NAME)
        both = cls.certificates / "server-both.pem"
        both.write_text(key.read_text() + certificate.read_text())
        cls.tls_port = free_port()
        cls.zookeeper = ZooKeeper(
            scratch / "tls",
            {
                "secureClientPort": cls.tls_port,
                "secureClientPortAddress": "127.0.0.1",
                "serverCnxnFactory": "org.apache.zookeeper.server.NettyServerCnxnFactory",
                "ssl.keyStore.location": both,
                "ssl.keyStore.type": "PEM",
                "ssl.trustStore.location": authority.ca,
                "ssl.trustStore.type": "PEM",
                "ssl.clientAuth": "need",
            },
            digest=DIGEST,
        )
        cls.tunnel = Tunnel(scratch / "tunnel", cls.tls_port, cls.certificates)
        cls.world.start(cls.zookeeper, cls.tunnel)
        cls.world.end(StandIn(cls.zookeeper, "127.9.9.8:5678"))
        cls.database = cls.world.database("ds")
        define_workflow(cls.database, 9001)
        cls.number = 0

    def daemon(self, connect, digest=DIGEST, **registry):
        type(self).number += 1
        directory = self.world.scratch / f"daemon{self.number}"
        daemon = Daemon(directory, connect, self.database)
        if digest:
            secret = directory / "digest"
            secret.touch(mode=0o600)
            secret.write_text(digest + "\n")
            registry["digest_file"] = str(secret)
        daemon.configure(registry=registry)
        return daemon

    def test_a_sweep_through_the_tunnel(self):
        self.database.insert("t_ds_process_instance", id=1, name="wf", process_definition_code=9001,
                             process_definition_version=1, state=1, start_time=now(3600), run_times=1,
                             host="127.9.9.9:5678", command_type=0, command_param="{}", executor_id=1)  # fmt: skip
        daemon = self.daemon(self.tunnel.address)
        dry = daemon.sweep("--dry-run")
        self.assertEqual(dry.actions(), {1: ("orphan", "would_recover")}, dry)
        done = daemon.sweep()
        self.assertEqual((done.code, done.actions()), (DONE, {1: ("orphan", "recovered")}), done)
        self.assertIn("accepted connection", self.tunnel.log_text())

        client = self.zookeeper.client()
        own = client.get_acls("/dolphinscheduler-reconciler")[0]
        client.stop()
        # The masters' user, and who the tunnel's certificate says we are; nobody else.
        self.assertEqual({(a.id.scheme, a.id.id.split(":")[0], a.perms) for a in own},
                         {("digest", "ds", 31), ("x509", "CN=zookeeper-client", 31)})  # fmt: skip

    def test_a_wrong_digest_or_none_is_told_what_to_do(self):
        for digest in ("ds:wrong", None):
            with self.subTest(digest):
                refused = self.daemon(self.tunnel.address, digest).sweep("--dry-run")
                self.assertEqual(refused.code, OUT_OF_REACH, refused)
                self.assertIn("set registry.digest_file to the digest that the masters use", refused.report["failure"])
                self.assertNotIn("ds:wrong", refused.out + refused.err)

    def test_the_tunnel_takes_only_the_right_server(self):
        for instead in ({"zookeeper-ca.pem": "stranger-ca.pem"}, {f"checkHost = {NAME}": "checkHost = zk2.example.org"}):
            with self.subTest(instead):
                tunnel = Tunnel(self.world.scratch / f"tunnel{self.number}", self.tls_port, self.certificates, **instead)
                self.world.start(tunnel)
                away = self.daemon(tunnel.address).sweep("--dry-run")
                self.assertEqual(away.code, OUT_OF_REACH, away)
                self.assertRegex(tunnel.log_text(), "[Cc]ertificate|CERT")

    def test_tls_by_the_client_library(self):
        files = {f"{k}_file": str(self.certificates / f"zookeeper-{f}")
                 for k, f in (("ca", "ca.pem"), ("cert", "client.pem"), ("key", "client.key"))}  # fmt: skip
        daemon = self.daemon(f"127.0.0.1:{self.tls_port}", tls={"enabled": True, **files})
        checked, swept = daemon.check_config(), daemon.sweep("--dry-run")
        if checked.code == DONE:  # built with a client library that has it
            self.assertEqual(swept.code, DONE, swept)
            return
        self.assertEqual((checked.code, swept.code), (USAGE, OUT_OF_REACH), f"{checked}\n{swept}")
        for said in (checked.err, swept.report["failure"]):
            self.assertIn("registry.tls.enabled is true", said)
            self.assertIn(str(PAGE.relative_to(ROOT)), said)


if __name__ == "__main__":
    main()
