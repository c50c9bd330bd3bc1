# SPDX-License-Identifier: Apache-2.0
"""Masters that come and go, own workflows and take recovery commands up, with a ledger of what was lost. They write
what a real 3.1.1 master was seen to write (golden/master-3.1.1.json), without a JVM each."""

import contextlib
import itertools
import json
import random
import re
import threading
import time

from . import ddl
from .daemon import Daemon
from .ledger import Ledger
from .stand_in import StandIn
from .waiting import now, wait_for
from .workflow import define_workflow

CODE = 9001
STATES = {0: "SUBMITTED_SUCCESS", 1: "RUNNING_EXECUTION", 2: "READY_PAUSE", 4: "READY_STOP"}
# Seconds: nearer to a startup, columns of whole seconds do not tell which incarnation it was. MySQL rounds up to them.
CLEAR_OF_RESTART = 1.6


class TakingMaster(StandIn):
    """A registration that takes commands up. `name` is that of the incarnation, unlike any other's."""

    def __init__(self, cluster, address, name, takes_up, age, **options):
        startup = int((time.time() - age) * 1000)
        super().__init__(
            cluster.registry, address, namespace=cluster.namespace, startup_ms=startup, **options
        )
        self.cluster, self.name = cluster, name
        self.born = time.monotonic() - age  # not before startup
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, name=name, daemon=True) if takes_up else None
        if self.thread:
            self.thread.start()

    def run(self):
        connection, worked = None, time.monotonic()
        self.ending.wait(self.born + CLEAR_OF_RESTART - time.monotonic())
        while not self.ending.is_set():
            try:
                connection = connection or self.cluster.connect()
                if time.monotonic() - worked > 1:  # workflows begin all the time where masters work
                    worked = time.monotonic()
                    self.cluster.database.start_workflow(self.address, connection)
                if not self.take_up_some(connection):
                    self.ending.wait(0.1)
            except Exception:  # the database is away, or another was faster: a real one tries again, too
                with contextlib.suppress(Exception):
                    connection.close()
                connection = None
                self.ending.wait(0.2)
        with contextlib.suppress(Exception):
            connection.close()

    def take_up_some(self, connection):
        """Whether it took any up. Commands are shared out by their ids, as masters do."""
        others = sorted(m.address for m in list(self.cluster.masters.values()) if m.thread)
        if self.address not in others:
            return False
        cursor = connection.cursor()
        cursor.execute(
            "select id, process_instance_id from t_ds_command where mod(id, %s) = %s order by id limit 10",
            (len(others), others.index(self.address)),
        )
        commands = cursor.fetchall()
        connection.rollback()  # the next look is a new snapshot
        for command, workflow in commands:
            if self.ending.is_set():
                return False
            self.take_up(connection, command, workflow)
        return bool(commands)

    def take_up(self, connection, command, workflow):
        """One transaction. A real one looks neither at the host nor for another command, only whether it deleted the
        command itself."""
        cursor = connection.cursor()
        cursor.execute(
            "select state, run_times, history_cmd, state_history from t_ds_process_instance where id = %s", (workflow,)
        )
        state, run_times, commands, history = cursor.fetchone()
        at = now()
        entry = {
            "time": at.strftime("%Y-%m-%d %H:%M:%S"),
            "state": STATES[state],
            "desc": "recover tolerance fault process",
        }
        cursor.execute(
            "update t_ds_process_instance set host = %s, restart_time = %s, recovery = 1, run_times = %s, "
            "command_type = 2, history_cmd = %s, state_history = %s, var_pool = %s where id = %s",
            (
                self.address,
                at,
                run_times + 1,
                ",".join(filter(None, [commands, "RECOVER_TOLERANCE_FAULT_PROCESS"])),
                json.dumps([*json.loads(history or "[]"), entry], separators=(",", ":")),
                self.name,
                workflow,
            ),
        )
        cursor.execute("delete from t_ds_command where id = %s", (command,))
        if cursor.rowcount == 1:
            connection.commit()
        else:
            connection.rollback()

    def leave(self):
        self.ending.set()
        if self.thread:
            self.thread.join(30)
            self.thread = None
        super().leave()


class Cluster:
    """One namespace and one 3.1.1 database of a world, its masters, and the ledger. `name`: where one world has several
    of a kind. `database`: another one, of any release."""

    def __init__(self, world, kind="postgresql", masters=(), name="ds", database=None):
        self.world, self.kind, self.namespace = world, kind, f"{name}-{kind}"
        self.database = database or world.database(name, kind=kind)
        self.unit = ddl.unit(self.database.version)  # as the tables name it
        self.instances = f"t_ds_{self.unit}_instance"
        define_workflow(self.database, CODE)
        self.database.log_changes()
        self.ledger = Ledger()
        self.masters = {}  # address: the incarnation that is registered
        self.ended = {}  # address: when its last incarnation ended
        self.daemons = []
        self.numbers, self.names = itertools.count(1), itertools.count(1)
        world.later.callback(self.end)
        for address in masters:
            self.join(address)

    @property
    def registry(self):
        """Where the masters register: what StandIn takes for a ZooKeeper."""
        return self.world.zookeeper

    def end(self):
        for master in self.masters.values():
            master.ending.set()
        for master in self.masters.values():
            with contextlib.suppress(Exception):
                master.leave()

    def connect(self):
        return self.database.server.connect(self.database.name, autocommit=False)

    def join(self, address, takes_up=True, **options):
        """A new incarnation registers. Like a real one it was started some time before."""
        earliest = self.ended.get(address, float("-inf")) + CLEAR_OF_RESTART
        time.sleep(max(0.0, earliest - time.monotonic()))
        age = min(CLEAR_OF_RESTART, time.monotonic() - earliest)
        name = f"{address} #{next(self.names)}"
        self.masters[address] = TakingMaster(self, address, name, takes_up, age, **options)
        self.database.start_workflow(address)  # as in a cluster at work: it proves the time zone of this incarnation
        return self.masters[address]

    def give(self, master, count, **columns):
        """That many running workflows of the master, in one insert; it has to be up for a second."""
        time.sleep(max(0.0, master.born + CLEAR_OF_RESTART - time.monotonic()))
        at, rows = now(), []
        for number in itertools.islice(self.numbers, count):
            row = dict(
                id=number,
                name=f"wf-{number}",
                state=random.choice([s for s in STATES if s or self.unit == "process"]),
                start_time=at,
                run_times=1,
                host=master.address,
                command_type=0,
                command_param="{}",
                history_cmd="START_PROCESS",
                executor_id=1,
                var_pool=master.name,
            )
            row |= {f"{self.unit}_definition_code": CODE, f"{self.unit}_definition_version": 1}
            rows.append(row | columns)
        for first in range(0, count, 500):
            some = rows[first : first + 500]
            places = ", ".join([f"({', '.join(['%s'] * len(some[0]))})"] * len(some))
            self.database.execute(
                f"insert into {self.instances} ({', '.join(some[0])}) values {places}",
                *[value for row in some for value in row.values()],
            )
        return [row["id"] for row in rows]

    def finish(self, upto):
        """The living masters end what they own up to that id."""
        for master in self.masters.values():
            self.database.execute(
                f"update {self.instances} set state = 7, end_time = %s "
                "where id <= %s and host = %s and var_pool = %s and state <> 7",
                now(),
                upto,
                master.address,
                master.name,
            )

    def lose(self, *masters):
        """Their sessions end; what they were just taking up is theirs or is not."""
        for master in masters:
            self.masters.pop(master.address, None)
            master.ending.set()
        for master in masters:
            if master.thread:
                master.thread.join(30)
                master.thread = None
            self.ledger.lost(master.name)
            master.leave()
            self.ended[master.address] = time.monotonic()

    def daemon(self, kind=Daemon, /, **changes):
        """One more daemon, with short times; not started yet. `changes` go over its configuration."""
        settings = {
            "registry": {"session_timeout": "6s"},
            "sweep": {"interval": "1s"},
            "failover": {"grace": "1s", "confirmations": 1, "batch": 7, "max_attempts": 1000},
        }
        for section, values in changes.items():
            settings.setdefault(section, {}).update(values)
        directory = self.world.scratch / f"{self.namespace}-daemon-{len(self.daemons)}"
        daemon = kind(directory, self.registry, self.database, namespace=self.namespace, **settings)
        self.daemons.append(daemon)
        return daemon

    def commands(self):
        """How many recovery commands were ever written."""
        return self.database.value("select count(*) from test_change where tab = 't_ds_command' and op = 'INSERT'")

    def await_commands(self, count, timeout=30):
        """Waits until so many were written, looking often: to meet a hand-over in its middle."""
        wait_for(f"{count} commands", lambda: self.commands() >= count, timeout, self.log_tails, interval=0.005)

    def leader(self):
        """The daemon that stands first in the line; None when none of ours does."""
        from kazoo.exceptions import NoNodeError

        line = f"/{self.namespace}-reconciler/leader"
        client = self.world.zookeeper.shared_client()
        if not client.exists(line):
            return None
        for name in sorted(client.get_children(line), key=lambda name: name.rpartition("latch-")[2]):
            try:
                found = re.search(r"pid (\d+)", client.get(f"{line}/{name}")[0].decode())
            except NoNodeError:  # it went between the two looks
                continue
            if found:
                return next((d for d in self.daemons if d.running and d.process.pid == int(found.group(1))), None)
        return None

    def log_tails(self):
        return "\n".join(f"--- {d.directory.name}\n{d.log_tail()}" for d in self.daemons)

    def settle(self, timeout=60):
        """Waits until no workflow names a lost owner and each command was taken up, and a whole sweep longer: time
        enough for a command too many."""

        def settled():
            return (
                not self.ledger.outstanding(self.database)
                and self.database.value("select count(*) from t_ds_command") == 0
            )

        def seen():
            return f"{self.kind}: {self.ledger.outstanding(self.database)} still wait\n{self.log_tails()}"

        wait_for("each lost workflow handed over and taken up", settled, timeout, seen)
        leading = [d for d in self.daemons if d.running]
        before = [d.sweeps() for d in leading]
        wait_for(
            "one more sweep",
            lambda: all(d.sweeps() >= n + 2 for d, n in zip(leading, before)),
            60,
            self.log_tails,
        )

    def check(self, test, least=1):
        """The ledger against the database: the numbers are printed, nothing may be lost or doubled, and at least so
        many losses must have been there to be found."""
        account = self.ledger.check(self.database)
        print(f"{self.kind}: {account}", flush=True)
        test.assertEqual((account.lost, account.doubled, account.wrong[:20]), (0, 0, []), self.log_tails())
        test.assertGreaterEqual(account.losses, least)
        return account
