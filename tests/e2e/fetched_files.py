#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the tests' `fetch` scripts bring has the checksums that are written down. Stand-ins for mvn, jar and go deliver
something else: none of it may be used or run."""

import os
import pathlib
import subprocess
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent

# Makes the files that each call asks for, all of them ours.
MVN = r"""#!/usr/bin/python3
import io, pathlib, re, sys, tarfile, zipfile
options = dict(re.match(r"-D(\w+)=(.*)", a).groups() for a in sys.argv if a.startswith("-D") and "=" in a)
if "outputDirectory" not in options:
    sys.exit(0)
folder = pathlib.Path(options["outputDirectory"])
folder.mkdir(parents=True, exist_ok=True)
group, artifact, version, *rest = (options.get("artifact") or "x:evil:1:jar").split(":")
kind = "-" + rest[1] if len(rest) > 1 else ""
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as made:
    program = b"#!/bin/sh\ntouch RAN_FILE\n"
    entry = tarfile.TarInfo("bin/mysqld")
    entry.mode, entry.size = 0o755, len(program)
    made.addfile(entry, io.BytesIO(program))
version = rest[0] if not kind and version == "jar" else version
with zipfile.ZipFile(folder / f"{artifact}-{version}{kind}.jar", "w") as made:
    made.writestr("sql/dolphinscheduler_postgresql.sql", "drop table t_ds_user;")
    made.writestr("mysql-Linux-amd64.tar.gz", archive.getvalue())
"""
JAR = '#!/bin/sh\nexec /usr/bin/python3 -m zipfile -e "$2" .\n'
GO = r"""#!/bin/sh
case $1 in
  install) printf '#!/bin/sh\ntouch RAN_FILE\n' >"$GOBIN/server" && chmod 755 "$GOBIN/server" ;;
  version) printf 'server: go1.19\n\tmod\tgithub.com/evil/toxiproxy\tv2.5.0\th1:x=\n' ;;
esac
"""


class Fetched(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "into"
        self.ran = pathlib.Path(scratch.name) / "ran"
        self.programs = pathlib.Path(scratch.name) / "programs"
        self.programs.mkdir()
        for name, text in (("mvn", MVN), ("jar", JAR), ("go", GO)):
            (self.programs / name).write_text(text.replace("RAN_FILE", str(self.ran)))
            (self.programs / name).chmod(0o755)

    def fetch(self, script, *arguments):
        done = subprocess.run([TESTS / script, *arguments, self.folder], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"})  # fmt: skip
        self.assertFalse(self.ran.exists(), "it was run")
        return done

    def test_schemas(self):
        done = self.fetch("testbed/fetch_schemas")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("another checksum", done.stderr)
        self.assertEqual(list(self.folder.glob("*/.complete")), [])

    def test_mysql(self):
        done = self.fetch("mysql/fetch", "8.0")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("another checksum", done.stderr)
        self.assertFalse((self.folder / "8.0").exists())

    def test_dolphinscheduler(self):
        done = self.fetch("testbed/fetch")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("evil-1.jar", done.stderr)
        self.assertFalse((self.folder / ".complete").exists())

    def test_toxiproxy(self):
        done = self.fetch("testbed/fetch_toxiproxy")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("github.com/evil/toxiproxy", done.stderr)
        self.assertFalse(list(self.folder.glob("toxiproxy-*")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
