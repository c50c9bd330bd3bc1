#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The served OpenAPI document against the daemon that serves it, by schemathesis: every answer is as described, what
is described is taken, what is not is refused. Some rows, a hold and notes are there, so that the lists are not empty.

The tool comes from PyPI into a folder of its own under ~/.cache; without it the test is skipped, loudly."""

import os
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from http_client import ask  # noqa: E402
from testbed import NotFetched, main, wait_for  # noqa: E402

import http_api  # noqa: E402

VERSION = "4.32.5"
SECONDS = 60


def schemathesis():
    """The tool, installed when it is missing."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "ds-reconciler" / f"schemathesis-{VERSION}"
    program = folder / "bin" / "schemathesis"
    if not program.exists():
        install = [[sys.executable, "-m", "venv", folder],
                   [folder / "bin" / "pip", "install", "-q", f"schemathesis=={VERSION}"]]
        for command in install:
            done = subprocess.run(command, capture_output=True, text=True, timeout=240)
            if done.returncode != 0:
                raise NotFetched(f"schemathesis {VERSION}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return program


class Contract(http_api.Served):
    def test_schemathesis(self):
        program = schemathesis()
        daemon = self.swept()
        for path, body, status in (("pause", {"reason": "a hold to look at"}, 200),
                                   ("release", {"reason": "seen", "instance": 1}, 409)):
            told = ask(self.port, f"/api/v1/{path}", "POST", body, http_api.TOKEN)
            self.assertEqual(told.status, status, told)
        wait_for("the hold", lambda: ask(self.port, "/api/v1/status").json["holds"], seen=daemon.log_tail)
        begun = time.monotonic()
        done = subprocess.run(
            [program, "--config-file", self.configuration(), "run",
             f"http://127.0.0.1:{self.port}/api/v1/openapi.json", "--mode", "all", "--phases", "examples,coverage,fuzzing",
             "--max-time", str(SECONDS), "--max-examples", "40", "--request-timeout", "15", "--continue-on-failure",
             "--exclude-path", "/api/v1/events",  # it does not end; http_api.py follows it
             "--generation-database", "none", "--no-color"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, cwd=self.directory,
        )
        print(f"schemathesis: {time.monotonic() - begun:.0f} s\n" + "\n".join(done.stdout.splitlines()[-25:]))
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr)
        self.assertNotIn("please report it", daemon.log_text())
        before = daemon.sweeps()
        wait_for("sweeps", lambda: daemon.sweeps() > before + 1, seen=daemon.log_tail)

    def configuration(self):
        """The token, where no list of processes shows it."""
        file = self.directory / "schemathesis.toml"
        file.write_text(f'headers = {{ Authorization = "Bearer {http_api.TOKEN}" }}\n')
        return file


if __name__ == "__main__":
    main()
