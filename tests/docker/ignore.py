# SPDX-License-Identifier: Apache-2.0
"""Which files of a folder .dockerignore leaves to the build."""

import pathlib
import re
import subprocess


def expression(pattern):
    """A pattern of .dockerignore: it fits a path and all below it; ** is any number of folders."""
    parts = [re.escape(p).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") if p != "**" else ".*"
             for p in pattern.strip("/").split("/")]
    return re.compile("/".join(parts).replace(".*/", "(?:.*/)?") + "(?:/.*)?")


def context(root):
    """The paths, below `root`, of what git would commit and .dockerignore lets through. The last line that fits wins."""
    rules = []
    for line in (root / ".dockerignore").read_text().splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            rules.append((line.startswith("!"), expression(line.removeprefix("!"))))
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout
    kept = []
    for path in filter(None, listed.split("\0")):
        taken = True
        for lets_through, pattern in rules:
            if pattern.fullmatch(path):
                taken = lets_through
        if taken and (root / path).exists():
            kept.append(pathlib.PurePosixPath(path))
    return kept
