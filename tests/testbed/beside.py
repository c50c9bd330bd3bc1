# SPDX-License-Identifier: Apache-2.0
"""Tests of one class beside each other, where they mostly wait."""

import concurrent.futures
import sys
import time
import unittest


class BesideEachOther(unittest.TestCase):
    """The tests of a subclass all begin when its first one does, in threads, at most `at_once` of them, in the order of
    the file; each reports by itself. Those that the command line does not name do not begin. Not for subTest."""

    at_once = 6

    @classmethod
    def prepare(cls):
        """Before the first begins; may raise, and add class cleanups."""

    @classmethod
    def setUpClass(cls):
        cls.prepare()
        names = [name for base in reversed(cls.__mro__) for name in vars(base) if name.startswith("test_")]
        asked = {name.partition(".")[2] for name in sys.argv[1:] if name.startswith(f"{cls.__name__}.")}
        pool = concurrent.futures.ThreadPoolExecutor(cls.at_once, thread_name_prefix=cls.__name__)
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)
        cls.results = {name: pool.submit(cls(name).do, name) for name in names if not asked or name in asked}

    def do(self, name):
        """The test itself, in its thread."""
        began = time.monotonic()
        try:
            return getattr(self, name)()
        finally:
            self.doCleanups()
            print(f"{type(self).__name__}.{name}: {time.monotonic() - began:.1f} s", flush=True)

    def run(self, result=None):
        """Waits for the test instead of calling it."""
        name = self._testMethodName
        setattr(self, name, lambda: type(self).results[name].result())
        return super().run(result)
