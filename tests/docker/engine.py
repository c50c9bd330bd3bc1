# SPDX-License-Identifier: Apache-2.0
"""The image of docker/Dockerfile, built and run by a real container engine: Debian's Docker or Podman, with images and
containers of its own in a scratch folder. It reads no registry: debootstrap stands for the base (base.py). The same faces
as image.py and container.py have."""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

from base import make_base
from container import Container
from dockerfile import parse
from image import BuildFailed, Image
from testbed import wait_for

TAG = "ds-reconciler"
OF_THE_ENGINE = ("/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/etc/mtab", "/run/.containerenv")  # it mounts these itself
# Nobody may raise a limit in a machine such as this.
LIMITS = (f"nofile=1024:{resource.getrlimit(resource.RLIMIT_NOFILE)[1]}", "nproc=4096:4096")


class Engine:
    """One below `scratch`; `say` is told what took long. Ends with `close`."""

    run_options = ()

    def __init__(self, scratch, say=print):
        self.scratch, self.say = pathlib.Path(scratch), say
        self.start()

    # What an engine defines -------------------------------------------------------------------------------------------

    def start(self):
        """Gets ready to be asked."""

    def command(self, *arguments):
        """What asks it."""
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def build_options(self):
        return ()

    def is_healthy(self, container):
        """As the engine itself found by the image's health check."""
        raise NotImplementedError

    def close(self):
        """Ends it and all that runs in it. Its files go with `scratch`."""

    # What a test uses -------------------------------------------------------------------------------------------------

    def ask(self, *arguments, timeout=120, **options):
        """Its answer, with exit code and texts."""
        return subprocess.run(self.command(*arguments), **{
            "env": self.environment(), "stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "errors": "replace",
            "timeout": timeout} | options)  # fmt: skip

    def must(self, *arguments, timeout=120, **options):
        """What it prints; BuildFailed when it refuses."""
        done = self.ask(*arguments, timeout=timeout, **options)
        if done.returncode != 0:
            raise BuildFailed(f"{type(self).__name__} {arguments[0]}: exit {done.returncode}\n{(done.stdout + done.stderr)[-6000:]}")
        return done.stdout.strip()

    def import_base(self, name, base=None):
        """An image of that name, from an unpacked Debian as image.Builder takes one."""
        base = pathlib.Path(base or self.scratch / "base")
        if not base.exists():
            self.timed(f"debootstrap of what stands for {name}", lambda: make_base(name, base))
        packed = self.scratch / "base.tar"
        subprocess.run(["tar", "-C", base, "--numeric-owner", "-cf", packed, "."], check=True)
        self.must("import", packed, name if "/" in name else f"docker.io/library/{name}")
        packed.unlink()

    def build(self, folder, dockerfile, base=None):
        """The image of that Dockerfile, by the command that stands in its head."""
        for name in {stage.base for stage in parse(dockerfile.read_text())}:
            self.import_base(name, base)
        self.timed("build", lambda: self.must("build", *self.build_options(), "-f", dockerfile, "-t", TAG, folder, timeout=3600))
        return self.read()

    def timed(self, what, work):
        begun = time.monotonic()
        work()
        self.say(f"{type(self).__name__}: {what}  ({time.monotonic() - begun:.0f} s)")

    def read(self):
        """What the engine says of the image, and its files, unpacked."""
        said = json.loads(self.must("image", "inspect", TAG))[0]
        config = said["Config"]
        root = self.scratch / "files"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        made = self.must("create", TAG)
        self.must("export", f"--output={self.scratch}/files.tar", made)
        self.must("rm", made)
        subprocess.run(["tar", "-C", root, "--numeric-owner", "-xf", self.scratch / "files.tar"], check=True)
        (self.scratch / "files.tar").unlink()
        return Image(
            root=root,
            env=dict(pair.split("=", 1) for pair in config["Env"]),
            labels=config["Labels"],
            volumes=list(config["Volumes"]),
            workdir=config["WorkingDir"],
            user=config["User"],
            stop_signal=config["StopSignal"],
            entrypoint=config["Entrypoint"],
            cmd=config["Cmd"],
            healthcheck=(said.get("Healthcheck") or config["Healthcheck"])["Test"][1:],
        )


class Docker(Engine):
    """Debian's dockerd, of our own. `isolated`: in a network of its own, where it makes networks for its containers; else it
    leaves this machine's as it is, and containers have that one."""

    run_options = ("--health-interval=1s",)

    def __init__(self, scratch, say=print, isolated=False):
        self.isolated = isolated
        super().__init__(scratch, say)

    def start(self):
        self.socket = f"unix://{self.scratch}/docker.sock"
        folders = [f"--{kind}={self.scratch / kind}" for kind in ("data-root", "exec-root")]
        dockerd = ["dockerd", *folders, f"--pidfile={self.scratch}/dockerd.pid", f"--host={self.socket}",
                   f"--default-ulimit={LIMITS[0]}", "--exec-opt=native.cgroupdriver=cgroupfs"]  # fmt: skip
        if self.isolated:
            dockerd = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", *dockerd]
        else:
            dockerd += ["--bridge=none", "--iptables=false", "--ip-forward=false"]
        with open(self.scratch / "dockerd.log", "ab") as log:
            self.daemon = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *dockerd], stdout=log, stderr=log)
        wait_for("dockerd", lambda: self.ask("info").returncode == 0, 60, lambda: (self.scratch / "dockerd.log").read_text()[-3000:])

    def command(self, *arguments):
        # Debian's, whatever else is installed.
        return ["/usr/bin/docker", f"--host={self.socket}", *map(str, arguments)]

    def environment(self):
        return {**os.environ, "DOCKER_BUILDKIT": "1", "DOCKER_HOST": self.socket}

    def build_options(self):
        return ("--network=host",)

    def is_healthy(self, container):
        return self.ask("inspect", "--format={{.State.Health.Status}}", container).stdout.strip() == "healthy"

    def close(self):
        if running := self.ask("ps", "--all", "--quiet").stdout.split():
            self.ask("rm", "--force", *running)
        self.daemon.terminate()
        self.daemon.wait(60)
        mounted = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
        for place in reversed(mounted):
            if pathlib.Path(place).is_relative_to(self.scratch):
                subprocess.run(["umount", place], check=True)


class Podman(Engine):
    run_options = ("--replace", "--read-only-tmpfs=false")

    def start(self):
        # runc, for crun takes only a machine with the one or the other kind of cgroups.
        (self.scratch / "containers.conf").write_text(
            f'[containers]\ndefault_ulimits = {json.dumps(LIMITS)}\nnetns = "host"\n'
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')

    def command(self, *arguments):
        return ["podman", f"--root={self.scratch}/storage", f"--runroot={self.scratch}/run", *map(str, arguments)]

    def environment(self):
        return {**os.environ, "CONTAINERS_CONF": f"{self.scratch}/containers.conf"}

    def build_options(self):
        return ("--pull=never", "--format=docker")

    def is_healthy(self, container):
        return self.ask("healthcheck", "run", container).returncode == 0  # by itself only where systemd runs

    def close(self):
        self.ask("rm", "--all", "--force", "--time=0")
        self.ask("rmi", "--all", "--force")


class EngineContainer(Container):
    """One that an engine runs. `service`: of compose.yaml, whose confinement it gets."""

    def __init__(self, directory, engine, service, image, environment, mounts=(), cmd=None, read_only=True):
        super().__init__(directory, image, environment, mounts, cmd, read_only)
        self.engine, self.service = engine, service
        self.called = f"dsr-{self.directory.name}"

    def begin(self):
        """The engine makes what is mounted upon itself."""

    def environment(self):
        return self.engine.environment()

    def command(self):
        asked = self.service
        return self.engine.command(
            "run", f"--name={self.called}", "--rm", "--network=host", *self.engine.run_options,
            *(["--read-only"] if self.read_only else []),
            *(f"--cap-drop={capability}" for capability in asked["cap_drop"]),
            *(f"--security-opt={option}" for option in asked["security_opt"]),
            f"--memory={asked['mem_limit']}", f"--pids-limit={asked['pids_limit']}",
            *(f"--env={name}={value}" for name, value in self.given.items()),
            *(f"--tmpfs={where}:{options}" for what, where, options in self.mounts if what == "tmpfs"),
            *(f"--volume={what}:{where}:{options}" for what, where, options in self.mounts if what != "tmpfs"),
            TAG, *self.cmd)  # fmt: skip

    def first(self):
        said = self.engine.ask("inspect", "--format={{.State.Pid}}", self.called)
        return int(said.stdout) if said.returncode == 0 and int(said.stdout) > 0 else None

    def run_inside(self, command):
        return self.engine.ask("exec", self.called, *command)

    def is_ready(self):
        return self.engine.is_healthy(self.called)

    def changed(self):
        mounted = map(pathlib.PurePosixPath, [*OF_THE_ENGINE, *(where for _, where, _ in self.mounts)])
        upon = {str(place) for where in mounted for place in (where, *where.parents)}
        said = self.engine.must("diff", self.called)
        return {path for _, _, path in (line.partition(" ") for line in said.splitlines())} - upon

    def ask_to_stop(self, grace):
        begun = time.monotonic()
        self.engine.must("stop", f"--time={grace}", self.called)
        code = self.process.wait(20)
        if code == 128 + signal.SIGKILL:
            raise AssertionError(f"it did not end within {grace} s\n{self.log_tail()}")
        return code, time.monotonic() - begun

    def kill_if_running(self):
        self.engine.ask("rm", "--force", self.called)
        super().kill_if_running()
