#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`cmake --install` puts everything where GNUInstallDirs and DESTDIR say, and the units name those places."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import main  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")]
DOCS = [*PAGES, "grafana-dashboard.json", "prometheus-rules.yaml", "reconciler.schema.json"]


class Installation(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build, self.dest = pathlib.Path(folder.name) / "build", pathlib.Path(folder.name) / "dest"

    def installed(self, *options):
        """Installs the program under test as if it were built with these options; every path below DESTDIR."""
        command = ["cmake", "-S", ROOT, "-B", self.build, "-G", "Ninja", "-DDSR_BUILD_TESTS=OFF", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
        shutil.copy2(os.environ["DSR_BINARY"], self.build / "ds-reconcilerd")
        subprocess.run(
            ["cmake", "--install", self.build],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
            env=os.environ | {"DESTDIR": str(self.dest)},
        )
        return sorted(str(p.relative_to(self.dest)) for p in self.dest.rglob("*") if p.is_file())

    def unit(self, path):
        return (self.dest / path).read_text()

    def test_a_prefix_and_folders_of_ones_own(self):
        seen = self.installed(
            "-DCMAKE_INSTALL_PREFIX=/opt/dsr",
            "-DCMAKE_INSTALL_BINDIR=tools",
            "-DCMAKE_INSTALL_MANDIR=manual",
            "-DCMAKE_INSTALL_SYSCONFDIR=/srv/conf",
        )
        wanted = [
            "opt/dsr/tools/ds-reconcilerd",
            "opt/dsr/manual/man8/ds-reconcilerd.8",
            "opt/dsr/share/bash-completion/completions/ds-reconcilerd",
            "opt/dsr/share/zsh/vendor-completions/_ds-reconcilerd",
            "opt/dsr/share/fish/vendor_completions.d/ds-reconcilerd.fish",
            "opt/dsr/lib/systemd/system/ds-reconcilerd.service",
            "opt/dsr/lib/systemd/system/ds-reconcilerd@.service",
            "opt/dsr/lib/sysusers.d/ds-reconciler.conf",
            "srv/conf/ds-reconciler/reconciler.yaml",
            *[f"opt/dsr/share/doc/ds-reconciler/{name}" for name in DOCS],
        ]
        self.assertEqual(seen, sorted(wanted))
        self.assertEqual((self.dest / "srv/conf/ds-reconciler/credentials").stat().st_mode & 0o777, 0o700)
        unit = self.unit("opt/dsr/lib/systemd/system/ds-reconcilerd.service")
        self.assertIn("ExecStart=/opt/dsr/tools/ds-reconcilerd run --config /srv/conf/ds-reconciler/reconciler.yaml", unit)
        self.assertIn("LoadCredential=credentials:/srv/conf/ds-reconciler/credentials", unit)
        self.assertIn("file:/opt/dsr/share/doc/ds-reconciler/installing.md", unit)
        self.assertNotIn("/etc/", unit)

    def test_below_usr_the_units_are_those_of_the_source(self):
        seen = self.installed("-DCMAKE_INSTALL_PREFIX=/usr")
        self.assertIn("etc/ds-reconciler/reconciler.yaml", seen)
        self.assertIn("usr/bin/ds-reconcilerd", seen)
        for unit in ("ds-reconcilerd.service", "ds-reconcilerd@.service"):
            self.assertEqual(self.unit(f"usr/lib/systemd/system/{unit}"), (ROOT / "systemd" / unit).read_text())


if __name__ == "__main__":
    main()
