# SPDX-License-Identifier: Apache-2.0
"""Servers whose registry is the database, without a JVM each: a worker or API server, and a master of 3.4 that fails
over what it finds at its start, takes recovery commands up, and stops itself when its marker stands. Threads with
connections of their own; suspended and killed like processes."""

import contextlib
import datetime
import itertools
import json
import socket
import threading
import time

from .jdbc_registry import MARKERS, MASTERS, PERSISTENT, V342, Gate, Killed, RegistryClient, Session, Times, text
from .ledger import OWN_COMMANDS
from .stand_in import heartbeat

EPOCH = datetime.datetime(1970, 1, 1)
FAILED_OVER = 18  # state
STATES = {1: "RUNNING_EXECUTION", 2: "READY_PAUSE", 4: "READY_STOP"}
RECOVERY = {"commandType": "RECOVER_TOLERANCE_FAULT", "subWorkflowInstance": False, "startNodes": None}
RECOVERY |= {"commandParams": None, "timeZone": None}


class JdbcServer:
    """A worker or API server: it refreshes its stamp, polls events and purges, and that is all. `on_stop(server)` is
    called when it stopped itself."""

    client_class = RegistryClient
    process_ids = itertools.count(1000)

    def __init__(self, database, host="127.0.0.1", release=V342, times=Times(), skew=0.0, on_stop=None):
        self.database, self.release, self.times, self.on_stop = database, release, times, on_stop
        self.client = self.client_class(host, next(self.process_ids), release, times, skew)
        self.gate = Gate()
        self.threads, self.sessions = [], []
        self.deaf = self.no_purge = False  # those tasks ended with an error
        self.refreshed = time.monotonic()
        self.log = []

    def start(self):
        session = self.session()
        self.open(session)
        session.close()
        self.use_registry()
        return self

    def use_registry(self):
        self.every("refresh", self.times.refresh, self.refresh)
        self.every("poll", self.times.refresh, self.poll, "deaf")
        tick = self.times.purge_often if self.release.purges_often else self.times.purge
        self.every("purge", tick, self.purge, "no_purge")

    def open(self, session):
        session.ready()
        self.client.open(session)

    # Threads ---------------------------------------------------------------------------------------------------------

    def session(self):
        session = Session(self.database, self.gate, self.times.pool)
        self.sessions.append(session)
        return session

    def run(self, name, work):
        """`work(session)` in a thread of its own."""

        def body():
            session = self.session()
            with contextlib.suppress(Killed):
                work(session)
            session.close()

        thread = threading.Thread(target=body, name=name, daemon=True)
        self.threads.append(thread)
        thread.start()

    def every(self, name, period, task, ended_by_error=None):
        """The task with that pause in between. `ended_by_error`: it runs bare in its scheduler, so that the first error
        ends it for the life of the JVM; the attribute of that name tells."""

        def work(session):
            while True:
                self.gate.sleep(period)
                try:
                    session.ready()
                    task(session)
                except Killed:
                    raise
                except Exception as failed:
                    self.gate.pass_()
                    self.note(f"{name}: {type(failed).__name__} {failed}")
                    if name == "refresh":
                        self.not_refreshed()
                    if ended_by_error:
                        setattr(self, ended_by_error, True)
                        return

        self.run(name, work)

    def note(self, line):
        self.log.append(f"{time.strftime('%H:%M:%S')} {line}")

    # Tasks -----------------------------------------------------------------------------------------------------------

    def refresh(self, session):
        self.client.refresh(session)
        self.refreshed = time.monotonic()

    def not_refreshed(self):
        if time.monotonic() - self.refreshed > self.times.session:
            self.stop_itself("disconnected from the registry")

    def poll(self, session):
        for kind, data in self.client.events(session):
            self.changed(kind, data)

    def changed(self, kind, data):
        """An event that was read."""

    def purge(self, session):
        self.client.purge(session)

    # Ends ------------------------------------------------------------------------------------------------------------

    def suspend(self):
        """Like SIGSTOP: no further statement, the connections stay."""
        self.gate.moving.clear()

    def resume(self):
        self.gate.moving.set()

    def kill(self):
        """Like SIGKILL. What was sent to the database may still happen."""
        self.gate.killed.set()
        for session in list(self.sessions):
            session.cut()
        for thread in self.threads:
            if thread is not threading.current_thread():
                thread.join(30)

    leave = kill

    def stop(self):
        """In order."""
        self.kill()
        session = Session(self.database, Gate(), self.times.pool)
        with contextlib.suppress(Exception):
            session.ready()
            self.deregister(session)
        session.close()

    def deregister(self, session):
        self.client.close(session)

    def stop_itself(self, why):
        """The JVM ends. Called by one of its threads."""
        self.note(f"stops itself: {why}")
        self.gate.killed.set()

        def end():
            self.kill()
            if self.on_stop:
                self.on_stop(self)

        threading.Thread(target=end, daemon=True).start()
        raise Killed


class JdbcMaster(JdbcServer):
    """A master. `name` is that of the incarnation, unlike any other's; it was started `age` seconds ago. Its address
    accepts connections while it is not dead."""

    unit = "workflow"  # as tables and columns name it

    def __init__(self, database, address, name, takes_up=True, age=0.0, **options):
        super().__init__(database, address.rpartition(":")[0], **options)
        self.address, self.name, self.takes_up = address, name, takes_up
        self.startup_ms = self.client.milliseconds() - int(age * 1000)
        self.born = time.monotonic() - age
        self.members = {}  # address: the heartbeat that this master knows
        self.marker = f"{MARKERS}/{address}-{self.startup_ms}-{self.client.process_id}"
        self.port = None
        self.heartbeats = self.taken_up = self.failed_over = 0
        self.looked = threading.Event()  # its failover at the start is over

    @property
    def path(self):
        return f"{MASTERS}/{self.address}"

    def open(self, session):
        host, port = self.address.rsplit(":", 1)
        self.port = socket.create_server((host, int(port)), backlog=1024)
        super().open(session)
        self.client.remove(session, self.path)
        self.heart_beats(session)
        for row in session.rows("select data_key, data_value from t_ds_jdbc_registry_data"):
            self.learn(row["data_key"], row["data_value"])

    def start(self):
        super().start()
        self.every("heartbeat", self.times.heartbeat, self.heart_beats)
        self.run("take-up", self.take_commands_up)
        started = self.client.milliseconds()
        self.run("failover", lambda session: self.until_done(session, lambda: self.fail_over_all(session, started)))
        return self

    def kill(self):
        super().kill()
        if self.port is not None:  # refuses from now on
            self.port.close()

    leave = kill

    def deregister(self, session):
        self.client.remove(session, self.path)
        super().deregister(session)

    # Registration ----------------------------------------------------------------------------------------------------

    def heart_beats(self, session):
        if self.release.markers and self.client.get(session, self.marker):
            self.stop_itself(f"{self.marker} stands")
        beat = json.loads(heartbeat("3.4.2", self.startup_ms, self.client.process_id, self.address))
        beat["reportTime"] = self.client.milliseconds()
        self.client.put(session, self.path, text(beat))
        self.heartbeats += 1

    def learn(self, key, value):
        parent, _, address = key.rpartition("/")
        if parent == MASTERS:
            with contextlib.suppress(ValueError, TypeError, KeyError):  # what it cannot parse it does not know
                self.members[address] = int(json.loads(value)["startupTime"])

    def changed(self, kind, data):
        if kind != "DELETE":
            return self.learn(data["dataKey"], data["dataValue"])
        parent, _, address = data["dataKey"].rpartition("/")
        startup = self.members.pop(address, None) if parent == MASTERS and self.release.sees_removals else None
        if startup is not None:
            process_id = json.loads(data["dataValue"])["processId"]
            self.removed(address, startup, f"{MARKERS}/{address}-{startup}-{process_id}")
        return None

    def removed(self, address, startup, marker):
        seen = self.client.milliseconds()

        def work(session):
            self.gate.sleep(self.times.removal)
            if self.members.get(address) != startup:
                self.until_done(session, lambda: self.fail_over(session, address, seen, marker))

        self.run("failover", work)

    # Its own failover ------------------------------------------------------------------------------------------------

    def until_done(self, session, failover):
        """An event that failed is put back."""
        while True:
            try:
                session.ready()
                failover()
                return self.looked.set()
            except Killed:
                raise
            except Exception as failed:
                self.note(f"failover: {type(failed).__name__} {failed}")
                self.gate.sleep(self.times.repeat)

    def fail_over_all(self, session, started):
        hosts = session.rows("select distinct host from t_ds_workflow_instance where state in (1, 2, 4)")
        for host in sorted(row["host"] for row in hosts if row["host"]):
            self.fail_over(session, host, self.members.get(host, started), f"{MARKERS}/{host}-unknown-unknown")

    def fail_over(self, session, host, deadline, marker):
        """Rows first, the marker last."""
        with self.client.lock(session, f"/lock/master-failover/{host}"):
            done = self.client.get(session, marker)
            if done and done["data_value"] == str(deadline):
                return
            rows = session.rows("select * from t_ds_workflow_instance where host = %s and state in (1, 2, 4)", host)
            for row in rows:
                at = row["restart_time"] or row["start_time"]
                if (at - EPOCH).total_seconds() * 1000 < deadline:
                    self.fail_over_one(session, row)
            self.client.put(session, marker, str(deadline), PERSISTENT)

    def fail_over_one(self, session, row):
        with session.transaction():
            changed = session.execute(
                "update t_ds_workflow_instance set state = %s where id = %s and state = %s",
                *(FAILED_OVER, row["id"], row["state"]),
            )
            if changed != 1:
                raise RuntimeError(f"the state of {row['id']} is {row['state']} no more")
            command = session.insert(
                "t_ds_command",
                command_type=2,
                workflow_definition_code=row["workflow_definition_code"],
                workflow_definition_version=row["workflow_definition_version"],
                workflow_instance_id=row["id"],
                command_param=text(RECOVERY | {"workflowExecutionStatus": STATES[row["state"]]}),
                executor_id=0,
                task_depend_type=2,
                failure_strategy=1,
                update_time=self.client.time(),
                dry_run=0,
            )
            session.insert(OWN_COMMANDS, id=command, master=self.name)
        self.failed_over += 1

    # Take-up ---------------------------------------------------------------------------------------------------------

    def slot(self):
        """(its slot, how many there are), by the masters that it knows; None when it does not know itself."""
        known = sorted(self.members)
        return (known.index(self.address), len(known)) if self.address in known else None

    def take_commands_up(self, session):
        while True:
            self.gate.sleep(0.2)
            slot = self.slot() if self.takes_up else None
            if not slot:
                continue
            try:
                session.ready()
                for command in session.rows(
                    f"select id, {self.unit}_instance_id as instance, command_param from t_ds_command "
                    f"where mod(id, %s) = %s order by {self.unit}_instance_priority, id limit 10",
                    *(slot[1], slot[0]),
                ):
                    self.take_up(session, command)
            except Killed:
                raise
            except Exception as failed:
                self.note(f"take-up: {type(failed).__name__} {failed}")

    def take_up(self, session, command):
        """It looks at nothing but whether it deleted the command itself."""
        state = json.loads(command["command_param"])["workflowExecutionStatus"]
        with session.transaction():
            if session.execute("delete from t_ds_command where id = %s", command["id"]) != 1:
                return  # another one was faster
            session.execute(
                "update t_ds_workflow_instance set state = %s, host = %s, restart_time = %s, var_pool = %s "
                "where id = %s",
                *(next(number for number, name in STATES.items() if name == state), self.address),
                *(self.client.time(), self.name, command["instance"]),
            )
        self.taken_up += 1
