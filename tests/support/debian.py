# SPDX-License-Identifier: Apache-2.0
"""Debian itself, from where this machine's apt reads it."""

import pathlib
import platform
import subprocess

from servers.process import find_program


class NotHad(Exception):
    """That release cannot be had here; the text says why."""


def repositories(release):
    """[(address, suite, component)] of a release's own packages, its updates and its security fixes: where this machine's own
    release has them."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)", "Created-By: Packages"],
        capture_output=True, text=True, check=True).stdout  # fmt: skip
    own = platform.freedesktop_os_release().get("VERSION_CODENAME", release)
    fields = [line.split() for line in listed.splitlines()]
    of_debian = sorted({(f[0], f[1].replace(own, release), f[2]) for f in fields if f[3:] == ["Debian"]})
    found = [source for source in of_debian if source[1] in (release, f"{release}-updates", f"{release}-security")]
    if not any(source[1:] == (release, "main") for source in found):
        raise NotHad(f"apt's sources on this machine have no Debian {release} main (run apt-get update first?)")
    return found


def bootstrap(release, root, include=(), architecture=None):
    """Debootstraps a minimal one into the folder `root`, of this machine's architecture if no other is named; its apt reads what this machine's does."""
    sources = repositories(release)
    mirror = next(address for address, *rest in sources if rest == [release, "main"])
    more = [f"--include={','.join(include)}"] if include else []
    more += [f"--arch={architecture}"] if architecture else []
    debootstrap = find_program(["debootstrap"], "debootstrap")
    done = subprocess.run([debootstrap, "--variant=minbase", *more, release, root, mirror],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if done.returncode:
        raise NotHad(f"debootstrap {release} from {mirror}: {done.stdout[-2000:]}")
    (pathlib.Path(root) / "etc/apt/sources.list").write_text("".join(f"deb {u} {s} {c}\n" for u, s, c in sources))
