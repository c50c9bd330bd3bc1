# SPDX-License-Identifier: Apache-2.0
"""What stands for `FROM debian:RELEASE-slim` here: a minimal Debian by debootstrap, from the mirror that this machine's apt
uses. It has what the slim image has, and what that one leaves out of /usr/share: documents and translations."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from debian import NotHad, bootstrap  # noqa: E402


def make_base(image, root):
    """Debootstraps it into the folder `root`, with the updates and security fixes that the official image's apt sees."""
    match = re.fullmatch(r"(?:docker\.io/library/)?debian:([a-z]+)-slim", image)
    if not match:
        raise NotHad(f"FROM {image}: only debian:RELEASE-slim can be made here")
    bootstrap(match[1], root)
    for old in (pathlib.Path(root) / "var/lib/apt/lists").glob("*_*"):
        old.unlink()
