# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of the test's own, made with openssl: what it signs, only those who are given its `ca` trust."""

import ipaddress
import os
import pathlib
import subprocess

from .process import find_program


class Authority:
    """A CA in its own folder; keys are readable by their owner only."""

    def __init__(self, directory, name="test CA"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)
        self.ca = self.directory / "ca.pem"
        self._key = self.directory / "ca.key"
        # RSA: MySQL 8.0.15 takes no other.
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                      "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.ca)  # fmt: skip

    def _openssl(self, *arguments):
        program = find_program(["openssl"], "openssl")
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")

    def sign(self, common_name, *names, owner=None):
        """A certificate for these host names and addresses: (certificate, key). `owner`: (name, uid, gid) of whom the
        key belongs to."""
        certificate, key = (self.directory / f"{common_name}.{kind}" for kind in ("pem", "key"))
        request, extensions = (self.directory / f"{common_name}.{kind}" for kind in ("csr", "ext"))
        alternatives = ",".join(f"{'IP' if is_address(name) else 'DNS'}:{name}" for name in names)
        extensions.write_text(f"subjectAltName={alternatives}\n" if names else "basicConstraints=CA:FALSE\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes",
                      "-subj", f"/CN={common_name}", "-keyout", key, "-out", request)  # fmt: skip
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "2", "-extfile", extensions, "-out", certificate)  # fmt: skip
        key.chmod(0o600)
        if owner:
            os.chown(key, owner[1], owner[2])
        return certificate, key


def is_address(name):
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        return False
