# SPDX-License-Identifier: Apache-2.0
"""What ought to have been done, told apart from what was done: an independent model of a cluster's losses.

It is told which incarnations of masters were lost, and when. Who owned which workflow it reads from the log of all
changes (Database.log_changes): every owner leaves its name in the row's `var_pool`, in the transaction that makes it
the owner, so that no crash between a commit and its answer leaves the model behind. It knows nothing of verdicts,
graces and guards; its one rule: an unfinished workflow whose owner was lost gets exactly one recovery command for that
loss, after it, and one entry in the journal; any other gets none."""

import collections
import dataclasses
import time

from . import ddl

RECOVERY = 2  # command_type
OWN_COMMANDS = "test_master_failover"  # a table of the stand-ins
FINISHED, FAILED_OVER = 7, 18  # states
CLAIMED = "NULL"  # what a failover writes as the host, up to 3.2; later it writes the state FAILED_OVER
INSTANCES = ("t_ds_process_instance", "t_ds_workflow_instance")


@dataclasses.dataclass
class Ownership:
    """One incarnation's time with one workflow, and what was done when it ended."""

    workflow: int
    incarnation: str
    host: str
    commands: list = dataclasses.field(default_factory=list)  # ids
    claims: int = 0
    finished: bool = False
    taken: bool = False  # another became the owner after it


@dataclasses.dataclass
class Account:
    """What the ledger found; `wrong` names each workflow that is not as it should be."""

    workflows: int = 0
    incarnations_lost: int = 0
    losses: int = 0  # of a workflow's owner
    commands: int = 0
    by_masters: int = 0  # of these commands
    taken_up: int = 0
    lost: int = 0  # a loss without a command
    doubled: int = 0  # a command that should not be there
    entries: int = 0  # of the journal
    wrong: list = dataclasses.field(default_factory=list)

    def __str__(self):
        return (
            f"{self.workflows} workflows, {self.incarnations_lost} masters lost, {self.losses} losses of an owner: "
            f"{self.commands} recovery commands ({self.by_masters} of masters), {self.entries} journal entries, {self.taken_up} taken up, "
            f"{self.lost} lost, {self.doubled} doubled"
        )


class Ledger:
    def __init__(self):
        self.lost_at = {}  # incarnation: epoch milliseconds

    def lost(self, incarnation):
        """That incarnation ends now. To be told before it does: a hand-over before this moment is wrong."""
        self.lost_at[incarnation] = int(time.time() * 1000)

    def outstanding(self, database):
        """How many workflows still name an owner that was lost."""
        if not self.lost_at:
            return 0
        names = ", ".join(["%s"] * len(self.lost_at))
        return database.value(
            f"select count(*) from t_ds_{ddl.unit(database.version)}_instance where host <> 'NULL' and "
            f"state not in ({FINISHED}, {FAILED_OVER}) and var_pool in ({names})",
            *self.lost_at,
        )

    def check(self, database):
        """Compares with the database; to be called when everything is over."""
        entries = database.rows(
            "select instance_id, from_host, command_id, recorded_at from ds_reconciler_journal where kind = 'failover'"
        )
        return self.account(database.changes(), entries, self.by_masters(database))

    def by_masters(self, database):
        """The commands that stand-ins wrote themselves (jdbc_masters.py): the journal must not tell of them."""
        if OWN_COMMANDS not in database.tables():
            return set()
        return {r["id"] for r in database.rows(f"select id from {OWN_COMMANDS}")}

    def account(self, changes, entries, by_masters=()):
        """`changes` as Database.changes gives them, `entries` the journal's rows of failovers."""
        owned = ownerships(changes)
        account = Account(workflows=len(owned), incarnations_lost=len(self.lost_at), entries=len(entries))
        written = {}  # command id: ownership
        for ownership in (o for history in owned.values() for o in history):
            self.judge(ownership, account)
            written.update({c: ownership for c in ownership.commands if c not in by_masters})
        account.by_masters = len(by_masters)
        self.compare_journal(written, entries, account)
        return account

    def judge(self, ownership, account):
        lost = ownership.incarnation in self.lost_at
        due = 1 if lost and not ownership.finished else 0
        found = len(ownership.commands)
        account.losses += due
        account.commands += found
        account.taken_up += ownership.taken
        account.lost += max(0, due - found)
        account.doubled += max(0, found - due)
        if (found, ownership.claims) != (due, due):
            account.wrong.append(
                f"workflow {ownership.workflow}, owned by {ownership.incarnation} ({'lost' if lost else 'alive'}"
                f"{', finished' if ownership.finished else ''}): "
                f"{found} command(s) {ownership.commands}, {ownership.claims} claim(s)"
            )
        if ownership.taken and not due:
            account.wrong.append(f"workflow {ownership.workflow} was taken from {ownership.incarnation} for no loss")

    def compare_journal(self, written, entries, account):
        told = collections.Counter(entry["command_id"] for entry in entries)
        for command, times in told.items():
            if times != 1 or command not in written:
                account.wrong.append(f"the journal tells {times} time(s) of command {command}")
        for command, ownership in written.items():
            if command not in told:
                account.wrong.append(f"the journal does not tell of command {command} for {ownership.workflow}")
        for entry in entries:
            ownership = written.get(entry["command_id"])
            if ownership is None:
                continue
            if (entry["instance_id"], entry["from_host"]) != (ownership.workflow, ownership.host):
                account.wrong.append(f"the journal tells of another owner than {ownership}: {entry}")
            if entry["recorded_at"] // 1000 < self.lost_at.get(ownership.incarnation, 0):
                account.wrong.append(f"handed over before its owner was lost: {entry}")


def claimed(row):
    return row["host"] == CLAIMED or row["state"] == FAILED_OVER


def ownerships(changes):
    """{workflow: [Ownership] in their order}"""
    owned = {}
    for change in changes:
        table, operation, old, new = change["tab"], change["op"], change["old"], change["new"]
        if table in INSTANCES and operation == "INSERT":
            owned[new["id"]] = [Ownership(new["id"], new["var_pool"], new["host"])]
        elif table in INSTANCES and operation == "UPDATE":
            last = owned[new["id"]][-1]
            last.finished = last.finished or new["state"] == FINISHED
            if claimed(new) and not claimed(old):
                last.claims += 1
            elif new["host"] != CLAIMED and (old["host"], old["var_pool"]) != (new["host"], new["var_pool"]):
                last.taken = True
                owned[new["id"]].append(Ownership(new["id"], new["var_pool"], new["host"]))
        elif table == "t_ds_command" and operation == "INSERT" and new["command_type"] == RECOVERY:
            owned[new.get("process_instance_id", new.get("workflow_instance_id"))][-1].commands.append(new["id"])
    return owned
