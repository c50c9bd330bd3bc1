# SPDX-License-Identifier: Apache-2.0
"""The cluster that the pages' commands are run in: what they name is there. Workflow instance 4711 belongs to master
10.0.0.7:5678, which is gone; another master lives; the grace is an hour, so nothing moves meanwhile."""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now, wait_for  # noqa: E402
from testbed.jdbc_registry import create_tables  # noqa: E402

__all__ = ["INSTANCE", "DocumentedWorld", "main"]

GONE, LIVES = "10.0.0.7:5678", "10.0.0.5:5678"
INSTANCE = 4711
TOKEN = "a-token-for-this-test-0123456789"
ZOOKEEPER_PROGRAMS = "/usr/share/zookeeper/bin"  # Debian keeps zkCli.sh off the PATH


class DocumentedWorld:
    def __init__(self):
        self.world = World()
        self.daemon = None
        self.runs = None  # what `ds-reconcilerd run` of a page started

    def __enter__(self):
        self.world.__enter__()
        try:
            self._fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        self.world.__exit__()

    def _fill(self):
        self.root = self.world.scratch
        self.database = self.world.database("ds")
        self.database.execute("create role ds_reconciler")  # grants of the pages name it
        create_tables(self.database)  # SQL of the pages names them; nobody uses them
        define_workflow(self.database, 9001)
        for number, host in ((INSTANCE, GONE), (4714, GONE), (4720, LIVES)):
            self.database.insert(
                "t_ds_process_instance", id=number, name=f"wf {number}", process_definition_code=9001,
                process_definition_version=1, state=1, start_time=now(-60 if host == LIVES else 3600), run_times=1, host=host,
                command_type=0, command_param="{}", executor_id=1,
            )
        self.world.end(StandIn(self.world.zookeeper, LIVES, process_id=11))
        client = self.world.zookeeper.client()
        client.ensure_path(f"/dolphinscheduler/lock/master-failover/{GONE}")
        client.ensure_path("/dolphinscheduler-reconciler/leader")
        client.stop()
        client.close()

        self.port = free_port()
        self.daemon = Daemon(
            self.root / "etc", self.world.zookeeper, self.database,
            failover={"grace": "1h", "confirmations": 2},
            sweep={"interval": "5s"},
            http={"enabled": True, "listen": f"127.0.0.1:{self.port}", "socket": str(self.root / "http.sock"),
                  "token_file": str(self.secret("http.token", TOKEN))},
            recording={"folder": str(self.root / "recordings")},
            log={"level": "info"},
        )
        self.secret("credentials/database.password", self.database.server.password)
        self.programs = self.root / "bin"
        self.programs.mkdir()
        (self.programs / "ds-reconcilerd").symlink_to(self.daemon.binary)

    def secret(self, name, text):
        file = self.root / "etc" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text + "\n")
        return file

    # What stands in a page, and what stands for it here ---------------------------------------------------------------

    def substituted(self, text):
        zookeeper = self.world.zookeeper.address
        for page, here in (
            (r"zk1:2181(,zk2:2181,zk3:2181)?", zookeeper),
            (r"--config (FILE|[\w-]+\.yaml)\b", f"--config {self.daemon.config}"),
            (r"/var/lib/ds-reconciler/recordings/FILE", lambda _: str(self.recording())),
            (r"/var/lib/ds-reconciler/recordings", str(self.root / "recordings")),
            (r"/etc/ds-reconciler/", f"{self.root}/etc/"),
            (r"/run/ds-reconciler/http\.sock", str(self.root / "http.sock")),
            (r"127\.0\.0\.1:9530", f"127.0.0.1:{self.port}"),
            (r"db\.example\.com", "127.0.0.1"),
            # Other daemons may run on this machine.
            (r"\$\(pidof ds-reconcilerd\)", lambda _: str(self.pid())),
            (r"\bcurl -s\b", "curl -sf --max-time 20"),
        ):
            text = re.sub(page, here, text)
        return text

    def pid(self):
        self.beside_a_daemon()
        return self.daemon.process.pid

    def recording(self):
        return sorted((self.root / "recordings").iterdir())[0]

    def configuration(self, text):
        """The file of a page's configuration, and with it the files that it names."""
        text = self.substituted(text)
        contents = {".url": "https://alerts.example.org/hook", ".digest": "user:password"}
        for name in re.findall(rf"{self.root}/etc/([\w./-]+)", text):
            if not (self.root / "etc" / name).exists():
                self.secret(name, contents.get(pathlib.Path(name).suffix, "secret"))
        file = self.root / "of-a-page.yaml"
        file.write_text(text)
        return file

    # Running ----------------------------------------------------------------------------------------------------------

    def environment(self, **more):
        path = f"{self.programs}:{os.environ.get('PATH', '/usr/bin:/bin')}:{ZOOKEEPER_PROGRAMS}"
        return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **more}

    def run(self, command, **environment):
        """Runs what a person would type; returns (exit code, what it printed)."""
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", self.substituted(command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60, cwd=self.root, env=self.environment(**environment),
        )
        return done.returncode, done.stdout

    def run_until_asked_to_stop(self, command):
        """For `ds-reconcilerd run`: until it swept and answers, then SIGTERM."""
        log = self.root / "run.log"
        with log.open("w") as out:
            running = subprocess.Popen(
                ["bash", "-c", "exec " + self.substituted(command)], stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, cwd=self.root, env=self.environment(DS_RECONCILER_LOG__LEVEL="debug"),
            )
            try:
                wait_for("a sweep", lambda: running.poll() is not None or " sweep done" in log.read_text(), 30, log.read_text)
                running.terminate()
                return running.wait(30), log.read_text()
            finally:
                running.kill()
                running.wait()

    def beside_a_daemon(self):
        """Sees to it that a daemon runs and has swept."""
        if self.daemon.process is not None and self.daemon.running:
            return
        self.world.start(self.daemon)
        wait_for("an answer", lambda: self.run("curl -s http://127.0.0.1:9530/readyz")[0] == 0, 30, self.daemon.log_tail)

    def without_a_daemon(self):
        if self.daemon.process is not None and self.daemon.running:
            self.daemon.stop()

    def ask_database(self, sql):
        """Runs statements and takes them back."""
        connection = self.database.server.connect(self.database.name, autocommit=False)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
        finally:
            connection.rollback()
            connection.close()
