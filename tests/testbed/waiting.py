# SPDX-License-Identifier: Apache-2.0
"""Conditions instead of sleeps, and wall times as DolphinScheduler writes them."""

import datetime
import time


def wait_for(what, condition, timeout=60.0, seen=lambda: "", interval=0.1):
    """Returns the condition's first true value. When none came in time it fails with `what` and with what `seen`
    tells."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}\n{seen()}")
        time.sleep(interval)


def now(ago=0.0):
    """A UTC wall time so many seconds ago, as a JVM writes it: in whole milliseconds."""
    moment = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(seconds=ago)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
