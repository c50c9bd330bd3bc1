# SPDX-License-Identifier: Apache-2.0
"""The program under test, run as a person or systemd would run it."""

import copy
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess

from servers import Server

from .waiting import wait_for

DONE, USAGE, HELD, OUT_OF_REACH, WAITING = 0, 2, 3, 4, 5  # exit codes of `sweep`


@dataclasses.dataclass
class SweepResult:
    """What one `sweep` said."""

    code: int
    out: str
    err: str
    report: dict  # of --json; None when the output was none

    def __str__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    def actions(self):
        """{workflow instance id: (verdict, outcome)}"""
        return {a["workflow_instance_id"]: (a["verdict"], a["outcome"]) for a in self.report["actions"]}


def yaml(value, indent=0):
    """A mapping of mappings as YAML; scalars as JSON, which YAML is a superset of."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += [f"{' ' * indent}{key}:", yaml(item, indent + 2)]
        else:
            lines.append(f"{' ' * indent}{key}: {json.dumps(item)}")
    return "\n".join(lines)


class Daemon(Server):
    """`ds-reconcilerd` of $DSR_BINARY with a configuration of its own. By default it judges in the first view, and its user
    has the rights that `init-db --print-grants` prints, and no other."""

    name = "ds-reconcilerd"
    ready_timeout = 30.0

    def __init__(self, directory, zookeeper, database, /, namespace="dolphinscheduler", as_owner=False, **changes):
        """`changes` go over the default configuration: section={key: value}; None takes a key or a section out.
        Without a ZooKeeper the registry is the database itself. `as_owner`: the daemon's user owns the database, and nothing is prepared for it."""
        super().__init__(directory)
        binary = os.environ.get("DSR_BINARY")
        if not binary or not os.access(binary, os.X_OK):
            raise RuntimeError(f"DSR_BINARY names no program to test: {binary!r}; set it to the built ds-reconcilerd")
        self.binary = pathlib.Path(binary).resolve()
        self.make_directory()
        self.configuration = {
            "registry": {"type": "jdbc"}
            if zookeeper is None
            else {
                "connect": zookeeper if isinstance(zookeeper, str) else zookeeper.address,
                "namespace": namespace,
                "session_timeout": "6s",
            },
            "database": self.database_section(database),
            "sweep": {"interval": "2s", "jitter": 0, "on_start": True, "watch": True},
            "failover": {"enabled": True, "grace": "0s", "confirmations": 1, "lock_wait": "5s", "kill_wait": "2s"},
            "journal": {"create": True},
            "markers": {"clean": True, "retention": "7d"},
            "alerts": {"table": True, "log": True, "group": 1, "suppress": "60m"},
            "recording": {"folder": str(self.directory / "recordings")},
            "http": {"enabled": False},
            "log": {"level": "debug", "format": "text"},
        }
        if not isinstance(database, dict) and not as_owner:
            self.configuration["database"]["user"] = self.least_user(database)
        self.configure(**changes)

    def least_user(self, database):
        """The user with the least rights, whom the owner makes as the page docs/transport-security.md says. He has the
        owner's password, so whoever looks for that in an output looks for his too."""
        if database.least_user is None:
            self.configure()
            for arguments in ((), ("--print-grants",)):
                made = self.call("init-db", "--config", self.config, *arguments)
                if made.code != DONE:
                    raise RuntimeError(f"init-db {' '.join(arguments)}: {made}")
            database.make_least_user(made.out)
            self.confirm_cluster()
            database.start_workflow()
        return database.least_user

    def confirm_cluster(self):
        """A person says that registry and database belong together: the stand-ins of most tests own no workflow that would
        show it. The next sweep binds this to what it sees. Needs the journal's tables. A build that does not know it needs
        none."""
        if "cluster" not in self.call("release", "--help").out:
            return
        said = self.call("release", "cluster", "--config", self.config, "--direct", "--reason", "a test's own cluster")
        if said.code != DONE:
            raise RuntimeError(f"release cluster: {said}")

    def database_section(self, database):
        if isinstance(database, dict):
            return dict(database)
        secret = self.directory / "password"
        secret.touch(mode=0o600)
        secret.write_text(database.server.password + "\n")
        return {
            "type": database.kind,
            "host": "127.0.0.1",
            "port": database.server.port,
            "name": database.name,
            "user": database.server.user,
            "password_file": str(secret),
            "time_zone": "UTC",
        }

    @property
    def config(self):
        return self.directory / "reconciler.yaml"

    def configure(self, **changes):
        """Writes the configuration with these changes."""
        for section, values in changes.items():
            if values is None:
                self.configuration.pop(section, None)
                continue
            for key, value in values.items():
                self.configuration.setdefault(section, {})[key] = copy.deepcopy(value)
                if value is None:
                    del self.configuration[section][key]
        self.config.write_text(yaml(self.configuration) + "\n")

    def call(self, *arguments, timeout=120):
        """Runs the program with these arguments to its end."""
        done = subprocess.run(
            [self.binary, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.environment(),
        )
        return SweepResult(done.returncode, done.stdout, done.stderr, None)

    def check_config(self):
        return self.call("check-config", "--config", self.config)

    def sweep(self, *options, timeout=120):
        """One `sweep --json`."""
        result = self.call("sweep", "--config", self.config, "--json", *options, timeout=timeout)
        if result.out.strip():
            try:
                result.report = json.loads(result.out)
            except ValueError as broken:
                raise AssertionError(f"sweep --json printed no JSON object: {broken}\n{result}") from None
        return result

    # `run`, in the background: launch / stop / kill of Server ---------------------------------------------------------

    def command(self):
        return [self.binary, "run", "--config", self.config]

    def launch(self):
        self.port = 0  # it listens on none
        super().launch()

    def is_ready(self):
        return self.running

    def hangup(self):
        self.process.send_signal(signal.SIGHUP)

    def sweep_now(self):
        self.process.send_signal(signal.SIGUSR1)

    def sweeps(self):
        """How many sweeps of `run` ended so far."""
        return self.logged(r"\bsweep (done|held|failed)\b")

    def after_sweeps(self, count, timeout=60):
        """Waits until so many more sweeps have both begun and ended."""
        first = self.sweeps()
        wait_for(f"{count} sweeps", lambda: self.sweeps() >= first + count + 1, timeout, self.log_tail)

    def logged(self, pattern):
        """How many lines of its log match."""
        return sum(1 for line in self.log_text().splitlines() if re.search(pattern, line))
