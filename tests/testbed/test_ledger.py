#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ledger finds what is wrong: each kind of it is planted once into a world that is right."""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed.ledger import Ledger  # noqa: E402

A, B = "127.0.0.1:1", "127.0.0.2:1"
FIRST, SECOND = "first at A", "second at B"


def row(host, owner, state=1):
    return {"id": 1, "host": host, "var_pool": owner, "state": state}


def instance(old, new):
    return {"tab": "t_ds_process_instance", "op": "UPDATE" if old else "INSERT", "old": old, "new": new}


def command(number, kind=2):
    new = {"id": number, "process_instance_id": 1, "command_type": kind}
    return {"tab": "t_ds_command", "op": "INSERT", "old": None, "new": new}


def entry(number, host=A, at=2_000):
    return {"instance_id": 1, "from_host": host, "command_id": number, "recorded_at": at * 1000}


# A loses workflow 1, B takes it up.
CHANGES = [
    instance(None, row(A, FIRST)),
    instance(row(A, FIRST), row("NULL", FIRST)),
    command(7),
    {"tab": "t_ds_command", "op": "DELETE", "old": {"id": 7}, "new": None},
    instance(row("NULL", FIRST), row(B, SECOND)),
]


class LedgerTest(unittest.TestCase):
    def account(self, changes=CHANGES, entries=(entry(7),), lost=None, by_masters=()):
        ledger = Ledger()
        ledger.lost_at = {FIRST: 1_000} if lost is None else lost
        return ledger.account(copy.deepcopy(list(changes)), list(entries), by_masters)

    def test_right(self):
        account = self.account()
        self.assertEqual(account.wrong, [])
        self.assertEqual((account.losses, account.commands, account.lost, account.doubled, account.taken_up),
                         (1, 1, 0, 0, 1))

    def test_a_loss_more(self):
        account = self.account(lost={FIRST: 1_000, SECOND: 3_000})
        self.assertEqual((account.lost, account.doubled, len(account.wrong)), (1, 0, 1))

    def test_a_loss_less(self):
        account = self.account(lost={})
        self.assertEqual((account.lost, account.doubled), (0, 1))
        self.assertTrue(any("for no loss" in w for w in account.wrong), account.wrong)

    def test_two_commands_for_one_loss(self):
        account = self.account([*CHANGES[:3], command(8), *CHANGES[3:]])
        self.assertEqual((account.lost, account.doubled), (0, 1))

    def test_a_command_after_it_was_taken_up(self):
        account = self.account([*CHANGES, command(8)], [entry(7), entry(8, B)])
        self.assertEqual((account.lost, account.doubled), (0, 1))

    def test_a_claim_without_a_command(self):
        account = self.account([*CHANGES, instance(row(B, SECOND), row("NULL", SECOND))],
                               lost={FIRST: 1_000, SECOND: 3_000})
        self.assertEqual((account.lost, account.doubled, len(account.wrong)), (1, 0, 1))

    def test_a_finished_workflow_is_none_that_is_lost(self):
        done = [*CHANGES, instance(row(B, SECOND), row(B, SECOND, state=7))]
        both = {FIRST: 1_000, SECOND: 3_000}
        self.assertEqual(self.account(done, lost=both).wrong, [])
        account = self.account([*done, command(8)], [entry(7), entry(8, B, at=4_000)], lost=both)
        self.assertEqual((account.lost, account.doubled, len(account.wrong)), (0, 1, 1))

    def test_a_command_of_another_kind_is_none_of_its_business(self):
        self.assertEqual(self.account([*CHANGES, command(8, kind=0)]).wrong, [])

    def test_a_claim_by_the_state(self):
        """As from 3.3 on, where the host stays. The command of a master is none of the journal's."""

        def one(old, new):
            return instance(old, new) | {"tab": "t_ds_workflow_instance"}

        changes = [
            one(None, row(A, FIRST)),
            one(row(A, FIRST), row(A, FIRST, state=18)),
            {"tab": "t_ds_command", "op": "INSERT", "old": None,
             "new": {"id": 7, "workflow_instance_id": 1, "command_type": 2}},
            one(row(A, FIRST, state=18), row(B, SECOND)),
        ]
        account = self.account(changes)
        self.assertEqual((account.wrong, account.losses, account.taken_up), ([], 1, 1))
        account = self.account(changes, [], by_masters={7})
        self.assertEqual((account.wrong, account.by_masters), ([], 1))
        self.assertEqual(len(self.account(changes, by_masters={7}).wrong), 1)
        self.assertEqual(self.account(changes[:2], []).lost, 1)

    def test_journal(self):
        for entries, said in (
            ([], "does not tell"),
            ([entry(7), entry(7)], "2 time(s)"),
            ([entry(7), entry(9)], "of command 9"),
            ([entry(7, B)], "another owner"),
            ([entry(7, at=999)], "before its owner was lost"),
        ):
            with self.subTest(said):
                wrong = self.account(entries=entries).wrong
                self.assertEqual(len(wrong), 1, wrong)
                self.assertIn(said, wrong[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
