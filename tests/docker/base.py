# SPDX-License-Identifier: Apache-2.0
"""What stands for `FROM debian:RELEASE-slim` here: a minimal Debian by debootstrap, from the mirror that this machine's apt
uses. It has what the slim image has, and what that one leaves out of /usr/share: documents and translations."""

import pathlib
import re
import subprocess


class NoBase(Exception):
    """The base cannot be made; the text says why."""


def debian_sources():
    """[(address, suite, component)] of Debian's own packages, as this machine's apt has them."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)", "Created-By: Packages"],
        capture_output=True, text=True, check=True).stdout
    return [tuple(line.split()[:3]) for line in listed.splitlines() if line.split()[3:] == ["Debian"]]


def release_of(image):
    match = re.fullmatch(r"(?:docker\.io/library/)?debian:([a-z]+)-slim", image)
    if not match:
        raise NoBase(f"FROM {image}: only debian:RELEASE-slim can be made here")
    return match[1]


def make_base(image, root):
    """Debootstraps it into the folder `root`, with the updates and security fixes that the official image's apt sees."""
    release = release_of(image)
    sources = [s for s in debian_sources() if s[1] in (release, f"{release}-updates", f"{release}-security")]
    mirror = next((s[0] for s in sources if s[1:] == (release, "main")), None)
    if mirror is None:
        raise NoBase(f"apt's sources on this machine have no Debian {release} main (run apt-get update first?)")
    done = subprocess.run(["debootstrap", "--variant=minbase", release, root, mirror], capture_output=True, text=True)
    if done.returncode != 0:
        raise NoBase(f"debootstrap {release} from {mirror}: {(done.stdout + done.stderr)[-2000:]}")
    for old in (pathlib.Path(root) / "var/lib/apt/lists").glob("*_*"):
        old.unlink()
    (pathlib.Path(root) / "etc/apt/sources.list").write_text("".join(f"deb {u} {s} {c}\n" for u, s, c in sources))
