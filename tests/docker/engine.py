# SPDX-License-Identifier: Apache-2.0
"""The image of docker/Dockerfile, built and run by a real container engine: Debian's Podman, with images and containers of
its own in a scratch folder. It reads no registry: debootstrap stands for the base (base.py). The same faces as image.py and
container.py have."""

import json
import os
import pathlib
import resource
import signal
import subprocess
import time

from base import make_base
from container import Container
from dockerfile import parse
from image import BuildFailed, Image

TAG = "localhost/ds-reconciler"
OF_THE_ENGINE = ("/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/run/.containerenv")  # it mounts these itself


class Podman:
    """Podman below `scratch`; `say` is told what took long. `close` removes all of it."""

    def __init__(self, scratch, say=print):
        self.scratch, self.say = pathlib.Path(scratch), say
        self.configuration = self.scratch / "containers.conf"
        # Nobody may raise a limit in a machine such as this, and Podman lowers its own. runc, for crun takes only a machine
        # with the one or the other kind of cgroups.
        limits = [f"nofile=1024:{resource.getrlimit(resource.RLIMIT_NOFILE)[1]}", "nproc=4096:4096"]
        self.configuration.write_text(
            f'[containers]\ndefault_ulimits = {json.dumps(limits)}\nnetns = "host"\n'
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')

    def command(self, *arguments):
        return ["podman", f"--root={self.scratch}/storage", f"--runroot={self.scratch}/run", *map(str, arguments)]

    def environment(self):
        return {**os.environ, "CONTAINERS_CONF": str(self.configuration)}

    def ask(self, *arguments, timeout=120):
        """Its answer, with exit code and texts."""
        return subprocess.run(self.command(*arguments), env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=timeout)

    def must(self, *arguments, timeout=120):
        """What it prints; BuildFailed when it refuses."""
        done = self.ask(*arguments, timeout=timeout)
        if done.returncode != 0:
            raise BuildFailed(f"podman {arguments[0]}: exit {done.returncode}\n{(done.stdout + done.stderr)[-6000:]}")
        return done.stdout.strip()

    def build(self, folder, dockerfile, base=None):
        """The image of that Dockerfile, by the command that stands in its head; `base` as with image.Builder."""
        base = pathlib.Path(base or self.scratch / "base")
        names = {stage.base for stage in parse(dockerfile.read_text())}
        if not base.exists():
            self.timed(f"debootstrap of what stands for {', '.join(names)}", lambda: make_base(next(iter(names)), base))
        packed = self.scratch / "base.tar"
        subprocess.run(["tar", "-C", base, "--numeric-owner", "-cf", packed, "."], check=True)
        for name in names:
            self.must("import", packed, name if "/" in name else f"docker.io/library/{name}")
        packed.unlink()
        self.timed("podman build", lambda: self.must("build", "--pull=never", "--format=docker", "-f", dockerfile, "-t", TAG,
                                                     folder, timeout=3600))  # fmt: skip
        return self.read()

    def timed(self, what, work):
        begun = time.monotonic()
        work()
        self.say(f"{what}  ({time.monotonic() - begun:.0f} s)")

    def read(self):
        """What the engine says of the image, and where its files can be looked at."""
        said = json.loads(self.must("image", "inspect", TAG))[0]
        config = said["Config"]
        return Image(
            root=pathlib.Path(self.must("image", "mount", TAG)),
            env=dict(pair.split("=", 1) for pair in config["Env"]),
            labels=config["Labels"],
            volumes=list(config["Volumes"]),
            workdir=config["WorkingDir"],
            user=config["User"],
            stop_signal=config["StopSignal"],
            entrypoint=config["Entrypoint"],
            cmd=config["Cmd"],
            healthcheck=said["Healthcheck"]["Test"][1:],
        )

    def close(self):
        self.ask("rm", "--all", "--force", "--time=0")
        self.ask("image", "umount", "--all")
        self.ask("rmi", "--all", "--force")


class EngineContainer(Container):
    """One that Podman runs. `service`: of compose.yaml, whose confinement it gets."""

    def __init__(self, directory, engine, service, image, environment, mounts=(), cmd=None, read_only=True):
        super().__init__(directory, image, environment, mounts, cmd, read_only)
        self.podman, self.service = engine, service
        self.called = f"dsr-{self.directory.name}"

    def begin(self):
        """Podman makes what is mounted upon itself."""

    def environment(self):
        return self.podman.environment()

    def command(self):
        asked = self.service
        return self.podman.command(
            "run", f"--name={self.called}", "--replace", "--rm", "--network=host",
            *(["--read-only", "--read-only-tmpfs=false"] if self.read_only else []),
            *(f"--cap-drop={capability}" for capability in asked["cap_drop"]),
            *(f"--security-opt={option}" for option in asked["security_opt"]),
            f"--memory={asked['mem_limit']}", f"--pids-limit={asked['pids_limit']}",
            *(f"--env={name}={value}" for name, value in self.given.items()),
            *(f"--tmpfs={where}:{options}" for what, where, options in self.mounts if what == "tmpfs"),
            *(f"--volume={what}:{where}:{options}" for what, where, options in self.mounts if what != "tmpfs"),
            TAG, *self.cmd)  # fmt: skip

    def first(self):
        said = self.podman.ask("inspect", "--format={{.State.Pid}}", self.called)
        return int(said.stdout) if said.returncode == 0 and int(said.stdout) > 0 else None

    def run_inside(self, command):
        return self.podman.ask("exec", self.called, *command)

    def health(self):
        """By the engine, as it does itself every now and then."""
        return self.podman.ask("healthcheck", "run", self.called)

    def changed(self):
        mounted = map(pathlib.PurePosixPath, [*OF_THE_ENGINE, *(where for _, where, _ in self.mounts)])
        upon = {str(place) for where in mounted for place in (where, *where.parents)}
        said = self.podman.must("diff", self.called)
        return {path for _, _, path in (line.partition(" ") for line in said.splitlines())} - upon

    def ask_to_stop(self, grace):
        begun = time.monotonic()
        self.podman.must("stop", f"--time={grace}", self.called)
        code = self.process.wait(20)
        if code == 128 + signal.SIGKILL:
            raise AssertionError(f"it did not end within {grace} s\n{self.log_tail()}")
        return code, time.monotonic() - begun

    def kill_if_running(self):
        self.podman.ask("rm", "--force", "--time=0", self.called)
        super().kill_if_running()
