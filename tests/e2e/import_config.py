#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`import-config` on a small installation of each release (tests/imports): what it writes is expected.yaml, has no secret, and
passes check-config once a person filled in what is left. With DSR_WRITE_EXPECTED=1 it writes these files: look at the difference."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from testbed import main  # noqa: E402

IMPORTS = ROOT / "tests/imports"
CMDLINE = b"/opt/java/bin/java\0-Duser.timezone=UTC\0-Xmx4g\0-Duser.timezone=Europe/Berlin\0org.apache.dolphinscheduler.server.master.MasterServer\0"

# By release: what is named on the command line, and what a person fills in.
RELEASES = {
    "2.0": (["."], {"database.time_zone": "Asia/Shanghai"}),
    "3.1": (["."], {"database.tls.ca_file": "/etc/ssl/certs/ca-certificates.crt", "database.time_zone": "Asia/Shanghai"}),
    "3.2": (["."], {"database.host": "pg1.example.com", "database.user": "scheduler", "database.time_zone": "Asia/Shanghai"}),
    "3.3": ([".env"], {}),
    "3.4": ([".", "proc/cmdline"], {"registry.tls.ca_file": "/etc/etcd/ca.crt"}),
}


def run(*arguments, cwd=None, env=None):
    return subprocess.run([os.environ["DSR_BINARY"], *map(str, arguments)], cwd=cwd, env=env or {}, capture_output=True, text=True, timeout=20)


def placeholders(document, path=""):
    """The keys that stand at CHANGE_ME."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from placeholders(value, f"{path}{key}.")
        elif value == "CHANGE_ME":
            yield path + key


class ImportConfig(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def installation(self, release):
        folder = self.folder / release
        shutil.copytree(IMPORTS / release, folder)
        (folder / "proc").mkdir()
        (folder / "proc/cmdline").write_bytes(CMDLINE)
        return folder

    def file(self, name, text):
        file = self.folder / name
        file.write_text(text)
        return file

    def assert_refused(self, done, pattern):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertRegex(done.stderr, pattern)

    def test_each_release(self):
        for release, (paths, filled_in) in RELEASES.items():
            with self.subTest(release):
                folder = self.installation(release)
                done = run("import-config", *paths, cwd=folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                if os.environ.get("DSR_WRITE_EXPECTED"):
                    (IMPORTS / release / "expected.yaml").write_text("# SPDX-License-Identifier: Apache-2.0\n" + done.stdout)
                    print(done.stderr)
                expected = (IMPORTS / release / "expected.yaml").read_text().removeprefix("# SPDX-License-Identifier: Apache-2.0\n")
                self.assertEqual(done.stdout, expected)
                self.assertNotIn("secret", done.stdout + done.stderr)
                left = set(placeholders(yaml.safe_load(done.stdout)))
                self.assertEqual(left, set(filled_in))
                self.assertEqual(set(re.findall(r"^to fill in: ([\w.]+):", done.stderr, re.MULTILINE)), left)
                self.check(done.stdout, filled_in)

    def check(self, text, filled_in):
        """Refused as it is, for each placeholder; a whole configuration in shadow mode with what a person fills in."""
        secrets = self.folder / "credentials"
        secrets.mkdir(exist_ok=True)
        for name, content in (("database.password", "a password"), ("zookeeper.digest", "user:password"), ("etcd.password", "a password")):
            (secrets / name).touch(mode=0o600)
            (secrets / name).write_text(content + "\n")
        file = self.file("imported.yaml", text.replace("/etc/ds-reconciler/credentials", str(secrets)))
        refused = run("check-config", "--config", file)
        self.assertEqual(refused.returncode, 2 if filled_in else 0, refused.stderr)
        self.assertEqual(set(re.findall(r": ([\w.]+): is still the placeholder", refused.stderr)), set(filled_in))
        document = yaml.safe_load(file.read_text())
        for path, value in filled_in.items():
            *sections, key = path.split(".")
            section = document
            for name in sections:
                section = section[name]
            section[key] = value
        file.write_text(yaml.safe_dump(document))
        accepted = run("check-config", "--config", file)
        self.assertEqual(accepted.returncode, 0, accepted.stderr)
        self.assertIn("  mode: shadow\n", accepted.stdout)

    def test_from_the_environment_of_a_container(self):
        environment = {
            "TZ": "Asia/Shanghai", "SPRING_JACKSON_TIME_ZONE": "Asia/Shanghai", "REGISTRY_TYPE": "etcd",
            "REGISTRY_ENDPOINTS": "http://etcd:2379", "SPRING_DATASOURCE_URL": "jdbc:postgresql://db:5432/ds",
            "SPRING_DATASOURCE_USERNAME": "scheduler", "SPRING_DATASOURCE_PASSWORD": "secret",
        }  # fmt: skip
        done = run("import-config", "--environment", env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        made = yaml.safe_load(done.stdout)
        self.assertEqual((made["registry"]["endpoints"], made["database"]["host"], made["database"]["time_zone"]),
                         ("http://etcd:2379", "db", "Asia/Shanghai"))  # fmt: skip
        self.assertNotIn("secret", done.stdout + done.stderr)
        # What is not asked for is not used.
        self.assertIn("CHANGE_ME", run("import-config", self.file(".env", "REGISTRY_TYPE=jdbc\n"), env=environment).stdout)

    def test_nothing_of_a_file_is_run(self):
        env = self.file("dolphinscheduler_env.sh", "export REGISTRY_TYPE=$(touch ran)\nexport TZ=`touch ran`\ntouch ran\n")
        done = run("import-config", env, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.folder / "ran").exists())
        self.assertIn("registry.type: " + str(env) + ":1 is the output of a command", done.stderr)

    def test_output_is_a_new_file_that_its_owner_alone_reads(self):
        source = IMPORTS / "3.3/.env"
        output = self.folder / "reconciler.yaml"
        done = run("import-config", source, "--output", output)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertEqual(output.stat().st_mode & 0o777, 0o600)
        text = output.read_text()
        self.assertIn("mode: shadow", text)
        output.write_text("mine")
        self.assert_refused(run("import-config", source, "--output", output), "exists and is not overwritten")
        self.assertEqual(output.read_text(), "mine")
        output.chmod(0o640)
        self.assertEqual(run("import-config", source, "--output", output, "--force").returncode, 0)
        self.assertEqual((output.read_text(), output.stat().st_mode & 0o777), (text, 0o640))

    def test_what_cannot_be_imported_is_refused_with_the_reason(self):
        self.assert_refused(run("import-config"), "nothing to read")
        self.assert_refused(run("import-config", self.folder / "missing.yaml"), "missing.yaml: cannot be")
        self.assert_refused(run("import-config", self.folder), "none of the files of an installation")
        self.assert_refused(run("import-config", self.file("master.txt", "x")), "is not a file that is read here")
        self.assert_refused(run("import-config", self.file("bad.yaml", "a: [secret\n")), r"bad\.yaml:\d+: is not valid YAML")
        self.assertNotIn("secret", run("import-config", self.folder / "bad.yaml").stderr)
        self.assert_refused(run("import-config", self.file("mysql.env", "REGISTRY_TYPE=mysql\n")), "nobody can tell a dead master")
        self.assert_refused(run("import-config", self.file("h2.env", "SPRING_DATASOURCE_URL=jdbc:h2:mem:ds\n")), "other databases are not supported")


if __name__ == "__main__":
    main()
