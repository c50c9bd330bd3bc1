#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""systemd's own tools on the units that are shipped: nothing to complain of, and hardened. How they run is seen in a
booted container, by tests/package/run."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import main  # noqa: E402 (which also finds the next)
from servers.process import find_program  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UNITS = ["ds-reconcilerd.service", "ds-reconcilerd@.service"]
MOST_EXPOSURE = 1.5


def analyze(*arguments):
    command = [find_program(["systemd-analyze"], "systemd"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=os.environ | {"SYSTEMD_COLORS": "0"})
    return done.returncode, done.stdout + done.stderr


def settings(unit):
    """[(key, value)] of a unit file, in order."""
    lines = (ROOT / "systemd" / unit).read_text().splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#")]


class ServiceUnits(unittest.TestCase):
    def test_verify(self):
        """As it stands but for the program's place, which need not be installed here."""
        with tempfile.TemporaryDirectory() as folder:
            for unit in UNITS:
                text = (ROOT / "systemd" / unit).read_text()
                self.assertIn("ExecStart=/usr/bin/ds-reconcilerd ", text)
                installed = text.replace("/usr/bin/ds-reconcilerd", os.environ["DSR_BINARY"])
                (pathlib.Path(folder) / unit).write_text(installed)
                name = unit.replace("@", "@blue")
                if name != unit:
                    shutil.copy(f"{folder}/{unit}", f"{folder}/{name}")
                code, said = analyze("verify", "--man=no", f"{folder}/{name}")
                self.assertEqual((code, said), (0, ""), name)

    def test_hardened(self):
        for unit in UNITS:
            path = ROOT / "systemd" / unit
            code, said = analyze("security", "--offline=true", f"--threshold={int(MOST_EXPOSURE * 10)}", path)
            exposure = float(re.search(r"exposure level for \S+: (\d+\.\d)", said).group(1))
            print(f"{unit}: {exposure}", flush=True)
            self.assertEqual(code, 0, said)
            self.assertLessEqual(exposure, MOST_EXPOSURE)

    def test_the_instance_differs_only_where_it_has_its_own(self):
        one, several = map(settings, UNITS)
        own = {"Description", "ExecStart", "StateDirectory", "RuntimeDirectory", "LoadCredential", "Environment"}

        def is_own(key, value):
            return key in own or (key == "ExecReload" and "--config" in value)

        self.assertEqual([s for s in one if not is_own(*s)], [s for s in several if not is_own(*s)])
        for key, value in several:
            self.assertEqual(is_own(key, value), "%i" in value, f"{key}={value}")

    def test_a_reload_checks_the_configuration_first(self):
        for unit in UNITS:
            commands = {key: [value for of, value in settings(unit) if of == key] for key in ("ExecStart", "ExecReload")}
            check, hangup = commands["ExecReload"]
            self.assertEqual(check, "+" + commands["ExecStart"][0].replace(" run ", " check-config --quiet "))  # +: it reads the secrets
            self.assertEqual(hangup, "/bin/kill -HUP $MAINPID")


if __name__ == "__main__":
    main()
