# SPDX-License-Identifier: Apache-2.0
"""A real Chromium (Debian's), driven by Playwright. Playwright and axe-core come from PyPI, pinned with their hashes, into a
folder of their own under ~/.cache; without them, or without Chromium, NotFetched says so."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from testbed import NotFetched

LOCK = pathlib.Path(__file__).resolve().parent.parent / "page" / "requirements.txt"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]


def packages():
    """The folder with the locked packages, made when it is missing."""
    lock = LOCK.read_bytes()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "ds-reconciler" / f"page-{hashlib.sha256(lock).hexdigest()[:12]}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for command in ([sys.executable, "-m", "venv", folder],
                        [folder / "bin" / "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", LOCK]):
            ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if ran.returncode != 0:
                raise NotFetched(f"packages of {LOCK.name}: {(ran.stderr or ran.stdout).strip().splitlines()[-1:]}")
        done.touch()
    return next(folder.glob("lib/python3*/site-packages"))


def start_browser(case):
    """A browser that ends with the class of this test case; Playwright's `expect`; axe-core's source."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NotFetched("Chromium: Debian's package `chromium` is not installed")
    folder = packages()
    sys.path.append(str(folder))
    from playwright.sync_api import expect, sync_playwright

    playwright = sync_playwright().start()
    case.addClassCleanup(playwright.stop)
    browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    case.addClassCleanup(browser.close)
    return browser, expect, next(folder.rglob("axe.min.js")).read_text()
