# SPDX-License-Identifier: Apache-2.0
"""The cluster of daemon/demo: three masters and their workflows; one master is lost first, another one later."""

import datetime
import logging
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests")]

from servers import ZooKeeper  # noqa: E402
from testbed.ddl import ddl  # noqa: E402
from testbed.stand_in import StandIn  # noqa: E402

ALIVE, ALSO_ALIVE, DEAD = "10.0.0.5:5678", "10.0.0.6:5678", "10.0.0.7:5678"
GRACE_SECONDS = 6
LONG_GRACE_SECONDS = 900  # time to look around


terminated = threading.Event()  # looked at where the demo waits: an exception could lose a process that is being started


def pause(seconds):
    if terminated.wait(seconds):
        raise KeyboardInterrupt


def say(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def wall(minutes_ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)).strftime("%Y-%m-%d %H:%M:%S.000000")


def seed(path):
    """Unfinished workflows: (id, state, host, minutes since the start)."""
    database = sqlite3.connect(path)
    database.executescript(ddl("3.1.1", "sqlite"))
    database.execute("insert into t_ds_process_definition_log(id, code, name, version, project_code, user_id, operator, create_time,"
                     " update_time) values (1, 9001, 'payroll', 1, 1, 1, 1, ?, ?)", (wall(999), wall(999)))
    database.execute("insert into t_ds_project(id, name, code, create_time, update_time) values (1, 'finance', 1, ?, ?)", (wall(999), wall(999)))
    rows = [(100 + i, 1, DEAD, 40 - i) for i in range(8)] + [
        (108, 2, DEAD, 30), (109, 4, DEAD, 29), (110, 14, DEAD, 28),
        (201, 1, ALIVE, 12), (202, 1, ALIVE, 3), (203, 1, ALSO_ALIVE, 1)]
    for number, state, host, minutes in rows:
        database.execute(
            "insert into t_ds_process_instance(id, name, process_definition_code, process_definition_version, state, recovery, start_time,"
            " run_times, host, command_type, task_depend_type, failure_strategy, warning_type, flag, executor_id,"
            " process_instance_priority, worker_group, tenant_id) values (?, ?, 9001, 1, ?, 0, ?, 1, ?, 0, 2, 1, 0, 1, 5, 2, 'default', -1)",
            (number, f"payroll-{number}", state, wall(minutes), host))
    database.execute(
        "insert into t_ds_process_instance(id, name, process_definition_code, process_definition_version, state, recovery, start_time,"
        " run_times, host, command_type, task_depend_type, failure_strategy, warning_type, flag, executor_id,"
        " process_instance_priority, worker_group, tenant_id) values (111, 'payroll-111', 9001, 7, 1, 0, ?, 1, ?, 0, 2, 1, 0, 1, 5, 2, 'default', -1)",
        (wall(27), DEAD))
    database.commit()
    database.close()


def show(path, query, *columns):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = [tuple("" if v is None else str(v) for v in row) for row in database.execute(query)]
    widths = [max(len(r[i]) for r in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        print("  " + "  ".join(v.ljust(w) for v, w in zip(row, widths)).rstrip())


def take_up(path, master):
    """The visible part of a master's handling of waiting commands."""
    with sqlite3.connect(path, timeout=20) as database:
        database.execute("update t_ds_process_instance set host = ?, restart_time = ?, run_times = run_times + 1, recovery = 1"
                         " where id in (select process_instance_id from t_ds_command)", (master, wall(0)))
        database.execute("delete from t_ds_command")
    database.close()


def commands(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute("select count(*) from t_ds_command").fetchone()[0]


def page_port():
    """The daemon's default port, or another if that is in use."""
    for port in (9530, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise SystemExit("no free port on loopback")


def await_until(what, holds, running, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        if running.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"not seen within {seconds} s: {what}; the log above says why")
        pause(0.1)


def stay(port, daemon, config):
    """Until Ctrl-C or SIGTERM."""
    say(f"8. The same in a browser: http://127.0.0.1:{port}/ (search for 100 and for 203). Ctrl-C ends the demo.\n"
        "   Or in another terminal:")
    for words in ("status", "verdicts", "explain 111", "explain 203", "history", "doctor"):
        print(f"  {daemon} {words} -c {config}", flush=True)
    try:
        while True:
            pause(3600)
    except KeyboardInterrupt:
        print()


def main():
    logging.getLogger("kazoo").addHandler(logging.NullHandler())  # what the masters' client says is not part of the story
    signal.signal(signal.SIGTERM, lambda *_: terminated.set())
    daemon = pathlib.Path(sys.argv[1]).resolve()
    stays = "--stay" in sys.argv[2:] or (sys.stdin.isatty() and sys.stdout.isatty())
    port = page_port()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="ds-reconciler-demo-"))
    running = None
    try:
        say(f"1. A ZooKeeper on loopback, a DolphinScheduler 3.1 database in SQLite, in {scratch}")
        with ZooKeeper(scratch / "zookeeper") as zookeeper:
            path = scratch / "dolphinscheduler.db"
            seed(path)
            config = scratch / "reconciler.yaml"
            config.write_text(f"""registry:
  connect: {zookeeper.address}
  session_timeout: 6s
database:
  type: sqlite
  path: {path}
  time_zone: UTC
sweep:
  interval: 2s
journal:
  create: true
failover:
  grace: {GRACE_SECONDS}s
  confirmations: 1
recording:
  folder: {scratch / "recordings"}
http:
  listen: 127.0.0.1:{port}
  socket: {scratch / "http.sock"}
""")
            now_ms = int(time.time() * 1000)
            with StandIn(zookeeper, ALIVE, startup_ms=now_ms - 3_600_000, process_id=4101), \
                    StandIn(zookeeper, ALSO_ALIVE, startup_ms=now_ms - 3_600_000, process_id=4102) as also_alive:
                print(config.read_text())
                say(f"2. Masters {ALIVE} and {ALSO_ALIVE} live; {DEAD} died in the middle of its work. Unfinished workflows:")
                show(path, "select id, name, state, host, start_time from t_ds_process_instance order by id",
                     "id", "name", "state", "host", "start_time")

                say("3. What would be done, looking only. Exit 5: orphans wait for their grace\n"
                    f"   {daemon} sweep --dry-run -c {config}")
                code = subprocess.run([daemon, "sweep", "--dry-run", "-c", config], check=False).returncode
                print(f"  exit {code}")

                say(f"4. The daemon; it acts once the master was missing for {GRACE_SECONDS} s\n   {daemon} run -c {config}")
                running = subprocess.Popen([daemon, "run", "-c", config], env={**os.environ, "DS_RECONCILER_LOG__FORMAT": "text"})
                await_until("10 recovery commands", lambda: commands(path) >= 10, running)
                pause(2.5)  # one more sweep, so that the log shows that nothing is left to do

                say("5. The recovery commands, as a master would have written them")
                show(path, "select id, command_type, process_instance_id, command_param, executor_id, start_time from t_ds_command order by id",
                     "id", "type", "instance", "command_param", "executor", "start_time")
                show(path, "select id, state, host from t_ds_process_instance order by id", "id", "state", "host")
                show(path, "select title, content from t_ds_alert order by id", "alert", "content")
                found = commands(path)
                say(f"{found} workflows were handed to live masters, each once: 110 waits in a serial queue that no failover touches,\n"
                    "111 names a definition version that does not exist, and those of the live masters were left alone."
                    if found == 10 else f"Expected 10 recovery commands and found {found}; the log above says why.")

                take_up(path, ALIVE)
                say(f"6. {ALIVE} takes them up, as a master would. Why was workflow 100 recovered?\n"
                    f"   {daemon} explain 100 -c {config}")

                def ask(*words):
                    return subprocess.run([daemon, *words, "-c", config], check=False, capture_output=True, text=True).stdout

                await_until("100 is recovered", lambda: " recovered " in ask("history", "--instance", "100"), running)
                print(ask("explain", "100"))

                say(f"7. Now {ALSO_ALIVE} dies too. The grace was made longer meanwhile, by SIGHUP: {LONG_GRACE_SECONDS // 60} minutes.\n"
                    "   Why is workflow 203 not handed over yet?\n"
                    f"   {daemon} explain 203 -c {config}")
                config.write_text(config.read_text().replace(f"grace: {GRACE_SECONDS}s", f"grace: {LONG_GRACE_SECONDS}s"))
                running.send_signal(signal.SIGHUP)
                also_alive.leave()
                await_until("203 waits", lambda: ask("explain", "203").startswith("Workflow instance 203: waiting"), running)
                print(ask("explain", "203"))
                say(f"   What is the cluster's state, and what needs a person?\n   {daemon} status -c {config}")
                print(ask("status"))
                if stays:
                    stay(port, daemon, config)
                else:
                    say("8. Skipped, because this is no terminal (--stay plays it): the page in a browser, and the same commands typed by you.")
                running.send_signal(signal.SIGTERM)
                print(f"  exit {running.wait(30)}")
                return 0 if found == 10 and commands(path) == 0 else 1
    except KeyboardInterrupt:
        print("\n  ended before its end")
        return 130
    finally:
        if running is not None and running.poll() is None:
            running.kill()
            running.wait()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
