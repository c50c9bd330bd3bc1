# SPDX-License-Identifier: Apache-2.0
"""Builds a Dockerfile without a container engine: a chroot a stage, its instructions one by one."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import time

from base import make_base
from dockerfile import SHELL, NotUnderstood, command, pairs, parse, substituted
from ignore import context

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")  # Docker hands these on, too
# What a compiler's cache of another folder is found by: see `run`. LANG is that of the compiler's messages.
OF_COMPILER_CACHE = ("CCACHE_BASEDIR", "CCACHE_NOHASHDIR", "CCACHE_SLOPPINESS", "LANG") if "CCACHE_BASEDIR" in os.environ else ()
COMPILING = re.compile(r"cmake --build --preset (\w+)")

# In a mount namespace of its own, so that nothing stays mounted: $1 is the root, then pairs of a folder of this machine and
# where it is mounted, a word --, and the command.
ENTER = """set -eu
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
touch "$root/etc/resolv.conf" && mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
while [ "$1" != -- ]; do mkdir -p "$root$2"; mount --bind "$1" "$root$2"; shift 2; done
shift
exec chroot "$root" "$@"
"""


class BuildFailed(Exception):
    """A step failed; the text has the end of what it said."""


@dataclasses.dataclass
class Image:
    """A built stage: its files, and what is in force when it runs."""

    root: pathlib.Path
    env: dict = dataclasses.field(default_factory=lambda: {"PATH": PATH})
    args: dict = dataclasses.field(default_factory=dict)
    labels: dict = dataclasses.field(default_factory=dict)
    volumes: list = dataclasses.field(default_factory=list)
    shell: list = dataclasses.field(default_factory=lambda: list(SHELL))
    workdir: str = "/"
    user: str = "0:0"
    stop_signal: str = "SIGTERM"
    entrypoint: list = dataclasses.field(default_factory=list)
    cmd: list = dataclasses.field(default_factory=list)
    healthcheck: list = dataclasses.field(default_factory=list)

    def inside(self, path):
        """Where that path of the image is on this machine. None of its folders may be a link: it would lead out."""
        path = pathlib.PurePosixPath(self.workdir) / path
        found = self.root
        for part in path.parts[1:]:
            found = found / part
            if found.is_symlink() and os.path.isabs(os.readlink(found)):
                raise NotUnderstood(f"{path}: {found} is a link to {os.readlink(found)}")
        return found


class Builder:
    """Builds the stages below `scratch`. `base`: an unpacked Debian to copy, made when it is not there. `caches`: where the
    folders of RUN --mount=type=cache are kept. `binary`: taken instead of compiling it. `say` is told every step. What stands whole in `scratch` already is taken as
    it is."""

    def __init__(self, folder, dockerfile, scratch, base=None, caches=None, binary=None, say=print):
        self.folder, self.scratch, self.binary, self.say = folder, scratch, binary, say
        self.stages = parse(dockerfile.read_text())
        self.base = base or scratch / "base"
        self.caches = caches or scratch / "caches"
        self.images = {}
        self.context = context(folder)

    def build(self):
        """The image of the last stage."""
        whole = self.scratch / "whole"
        for stage in self.stages:
            image = Image(self.scratch / f"stage-{stage.name}")
            self.images[stage.name] = image
            if not whole.exists():
                self.lay_base(stage, image.root)
            for instruction in stage.instructions:
                if whole.exists() and instruction.name in ("RUN", "COPY"):
                    continue
                begun = time.monotonic()
                getattr(self, f"do_{instruction.name.lower()}")(image, instruction)
                if (took := time.monotonic() - begun) >= 1:
                    self.say(f"{stage.name}: {instruction.name} {instruction.text[:100]}  ({took:.0f} s)")
        whole.touch()
        return image

    def lay_base(self, stage, root):
        if stage.base in self.images:
            raise NotUnderstood(f"FROM {stage.base}: a stage on top of a stage is not known here")
        if not self.base.exists():
            begun = time.monotonic()
            make_base(stage.base, self.base)
            self.say(f"debootstrap of what stands for {stage.base}  ({time.monotonic() - begun:.0f} s)")
        shutil.rmtree(root, ignore_errors=True)  # half of an earlier one
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, root], check=True)

    def run_in(self, image, arguments, mounts=()):
        """Runs a command in the chroot as root, as a step of the build."""
        pairs_of_mounts = [str(p) for pair in mounts for p in pair]
        done = subprocess.run(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
             "sh", "-c", ENTER, "sh", str(image.root), *pairs_of_mounts, "--", *arguments],
            env={**{k: v for k, v in os.environ.items() if k in PROXIES + OF_COMPILER_CACHE}, **image.args, **image.env, "HOME": "/root"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode != 0:
            raise BuildFailed(f"exit {done.returncode}: {' '.join(arguments)}\n{done.stdout[-6000:]}")

    # The instructions -------------------------------------------------------------------------------------------------

    def do_run(self, image, instruction):
        if image.user not in ("0:0", "root"):
            raise NotUnderstood(f"line {instruction.line}: RUN as {image.user} is not known here")
        mounts = []
        for _, value in instruction.options:
            mount = dict(part.split("=", 1) for part in value.split(","))
            if mount.pop("type", None) != "cache" or set(mount) != {"target"}:
                raise NotUnderstood(f"line {instruction.line}: --mount={value}")
            kept = self.caches / mount["target"].strip("/").replace("/", "-")
            kept.mkdir(parents=True, exist_ok=True)
            mounts.append((kept, mount["target"]))
        text = instruction.text
        if self.binary and COMPILING.search(text):
            shutil.copy(self.binary, image.root / "given")
            text = COMPILING.sub(r"install -D /given build/\1/ds-reconcilerd", text)
            self.say(f"NOT COMPILED HERE: {self.binary} is taken instead; all other steps are done as they stand")
        words = instruction.list or [*image.shell, text]
        self.run_in(image, ["env", "-C", image.workdir, *words], mounts)

    def do_copy(self, image, instruction):
        if instruction.option("chmod"):
            raise NotUnderstood(f"line {instruction.line}: COPY --chmod is not known here")
        *sources, target = instruction.list or substituted(instruction.text, image.args | image.env).split()
        owner = [int(n) for n in (instruction.option("chown") or "0:0").split(":")]
        to = image.inside(target)
        is_folder = target.endswith("/") or len(sources) > 1
        for source in sources:
            for path, name in self.files(instruction.option("from"), source):
                place = to / name if name else (to / path.name if is_folder or to.is_dir() else to)
                made = [p for p in [*place.parents] if not p.exists()]
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place, follow_symlinks=False)
                for changed in (place, *made):
                    os.chown(changed, *owner, follow_symlinks=False)

    def files(self, stage, source):
        """[(file, its path below the folder that was named, empty for a single file)]"""
        if stage:
            start = self.images[stage].inside("/" + source.lstrip("/"))
            found = [p for p in start.rglob("*") if not p.is_dir()] if start.is_dir() else [start]
        else:
            start = self.folder / source
            found = [self.folder / p for p in self.context if (self.folder / p) == start or start in (self.folder / p).parents]
        if not found or not found[0].exists():
            raise BuildFailed(f"COPY {source}: nothing there (or .dockerignore leaves it out)")
        return [(p, "" if p == start else str(p.relative_to(start))) for p in found]

    def do_workdir(self, image, instruction):
        image.workdir = str(pathlib.PurePosixPath(image.workdir) / substituted(instruction.text, image.args | image.env))
        image.inside(image.workdir).mkdir(parents=True, exist_ok=True)

    def do_arg(self, image, instruction):
        name, _, value = instruction.text.partition("=")
        image.args[name] = value

    def do_env(self, image, instruction):
        image.env |= pairs(substituted(instruction.text, image.args | image.env))

    def do_label(self, image, instruction):
        image.labels |= pairs(substituted(instruction.text, image.args | image.env))

    def do_user(self, image, instruction):
        image.user = instruction.text

    def do_volume(self, image, instruction):
        image.volumes += instruction.list or instruction.text.split()

    def do_stopsignal(self, image, instruction):
        image.stop_signal = instruction.text

    def do_shell(self, image, instruction):
        image.shell = instruction.list

    def do_entrypoint(self, image, instruction):
        image.entrypoint = command(instruction, image.shell)

    def do_cmd(self, image, instruction):
        image.cmd = command(instruction, image.shell)

    def do_healthcheck(self, image, instruction):
        image.healthcheck = health_command(instruction, image.shell)


ZONE = "Asia/Shanghai"


def interpolated(compose):
    """The text of a Compose file as Compose reads it with TIME_ZONE in its environment."""
    return re.sub(r"\$\{TIME_ZONE:\?[^}]*\}", ZONE, compose)


def health_command(instruction, shell=SHELL):
    """What HEALTHCHECK runs; empty for NONE."""
    word, _, rest = instruction.text.partition(" ")
    if word == "NONE":
        return []
    if word != "CMD":
        raise NotUnderstood(f"line {instruction.line}: HEALTHCHECK {instruction.text}")
    return command(dataclasses.replace(instruction, text=rest.strip()), shell)
