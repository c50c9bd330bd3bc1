# SPDX-License-Identifier: Apache-2.0
"""What a long run is doing, with the minutes since it began."""

import time

BEGUN = time.monotonic()


def say(text):
    print(f"[{(time.monotonic() - BEGUN) / 60:5.1f} min] {text}", flush=True)
