#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every command in README.md and docs/ is run in a prepared cluster and ends as it should; those that build or need a
booted machine are checked: what they name exists (checks.py). A command that is neither fails the test.

A command is what stands in a block marked sh, bash or console (there behind `$ `), or in one without a mark, which must
begin with a program named here. SQL blocks are run on PostgreSQL and taken back, YAML blocks that are configuration are loaded.
What another test runs is marked in the page, before the block: <!-- run by tests/package/run -->, or for a whole page:
<!-- all of this page is run by tests/package/run -->; that file must exist and mention the page or each program.
What cannot be run anywhere is marked <!-- not run: WHY -->, and said at the end.
"""

import dataclasses
import re
import shlex
import unittest

from checks import check_of
from pages import ROOT, Page, for_users
from world import INSTANCE, DocumentedWorld, main

ALONE, BESIDE, LAST = "alone", "beside a daemon", "last"


@dataclasses.dataclass
class Run:
    """How a command that is run must end, and beside what. `says`: a pattern in what it prints."""

    code: int = 0
    when: str = BESIDE
    says: str = ""
    environment: dict = dataclasses.field(default_factory=dict)


# By the whole command; the first that is found in it. The order of phases is alone, beside, last.
RUNS = [
    (r"ds-reconcilerd run ", Run(when=ALONE, says="sweep done")),
    (r"ds-reconcilerd sweep --dry-run ", Run(code=5, when=ALONE, says="waiting")),
    (r"ds-reconcilerd sweep --wait ", Run(when=LAST, says="handed over",
                                          environment={"DS_RECONCILER_FAILOVER__GRACE": "0s", "DS_RECONCILER_FAILOVER__CONFIRMATIONS": "1"})),
    (r"ds-reconcilerd sweep --remote ", Run(says="the daemon sweeps")),
    (r"ds-reconcilerd init-db --print ", Run(says="create table")),
    (r"ds-reconcilerd init-db --print-grants ", Run(says="(?i)grant select")),
    (r"ds-reconcilerd init-db ", Run(when=ALONE, says="the journal is ready")),
    (r"ds-reconcilerd doctor ", Run(says="passed +configuration")),
    (r"ds-reconcilerd check-config ", Run(says="time_zone")),
    (r"ds-reconcilerd print-config ", Run(says="time_zone")),
    (r"ds-reconcilerd status ", Run(says=r"(?s)Leader: .*waiting")),
    (r"ds-reconcilerd verdicts ", Run(says=r"row\(s\)")),
    (r"ds-reconcilerd explain ", Run(says=f"Workflow instance {INSTANCE}: waiting")),
    (r"ds-reconcilerd impact ", Run(says="A failover would re-run")),
    (r"ds-reconcilerd history ", Run()),
    (r"ds-reconcilerd pause ", Run(says="paused until.*the daemon recorded it")),
    (r"ds-reconcilerd resume ", Run(says="resumed.*the daemon recorded it")),
    (r"ds-reconcilerd release mass-loss ", Run(says="count as lost")),
    (r"ds-reconcilerd release cluster ", Run(says="count as one cluster")),
    (r"ds-reconcilerd release clock ", Run(says="do not count")),
    (r"ds-reconcilerd release database ", Run(says="after the database lost a commit")),
    (r"ds-reconcilerd release ", Run(code=2, says=f"workflow instance {INSTANCE} is not released: it is waiting")),
    (r"ds-reconcilerd health ", Run(says="ok")),
    (r"ds-reconcilerd test-alert ", Run(says="(?s)table +sent.*log +sent")),
    (r"ds-reconcilerd replay ", Run()),
    (r"ds-reconcilerd --version", Run(says="ds-reconcilerd")),
    (r"^curl .*/metrics", Run(says="ds_reconciler_build_info")),
    (r"^curl .*/api/v1/", Run(says=r"^\{")),
    (r"^curl .*/(healthz|readyz)", Run(says='"ok"')),
    (r"^kill -(HUP|USR1|TERM) \$\(pidof ds-reconcilerd\)$", Run()),
    (r"^zkCli\.sh ", Run(says=r"(?s)^(?!.*Node does not exist).*\n")),
    (r"^openssl rand -hex 32$", Run(says=r"^[0-9a-f]{64}$")),
    (r"^\(umask 077; openssl rand -hex 32 > /etc/ds-reconciler/\S+\)$", Run()),
    (r"^date -u$", Run(says="UTC")),
]


def run_of(command):
    return next((run for pattern, run in RUNS if re.search(pattern, command)), None)


def logical_lines(text):
    """Lines with those that a backslash continues joined, without comments of a whole line."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def without_comment(line):
    """A comment begins with # behind two blanks or more."""
    return re.sub(r"\s{2,}# .*$", "", line)


def simple_commands(line):
    """The words of each command of a line, without assignments before it: `A=1 b c && d` is [[b, c], [d]]."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands = [[]]
    for word in lexer:
        if re.fullmatch(r"[;&|]+", word):
            commands.append([])
        else:
            commands[-1].append(word)
    for words in commands:
        while words and re.match(r"\w+=", words[0]):
            words.pop(0)
    return [words for words in commands if words]


def is_synopsis(block):
    """How the commands are called, with what may be left out in brackets: links.py compares it with --help."""
    return not block.language and re.search(r" \[-|\bID\|", block.text)


def known_program(line):
    line = line.removeprefix("$ ")
    try:
        words = simple_commands(line)
    except ValueError:
        return False
    return bool(words) and (run_of(line) is not None or check_of(words[0][0]) is not None)


def commands_in(block):
    """What a person would type, of one block."""
    lines = logical_lines(block.text)
    if block.language == "console" or (not block.language and lines and lines[0].startswith("$ ")):
        return [without_comment(line[2:]) for line in lines if line.startswith("$ ")]
    if block.language in ("sh", "bash", "shell"):
        return [without_comment(line) for line in lines]
    if not block.language and lines and known_program(lines[0]) and not is_synopsis(block):
        return [without_comment(line) for line in lines]
    return []


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all_blocks = [block for name in for_users() for block in Page(name).blocks]
        cls.blocks = [block for block in cls.all_blocks if not block.not_run]
        cls.places = {}  # command: where it stands
        for block in cls.blocks:
            for command in commands_in(block):
                if not block.run_by:
                    cls.places.setdefault(command, []).append(block.place)

    def test_1_commands_that_other_tests_run(self):
        for block in (b for b in self.blocks if b.run_by):
            for name in block.run_by:
                with self.subTest(block.place, run_by=name):
                    self.assertTrue((ROOT / name).is_file(), f"there is no {name}")
            said = "".join((ROOT / name).read_text() for name in block.run_by if (ROOT / name).is_file())
            if block.page in said:
                continue
            for command in commands_in(block) or logical_lines(block.text):
                for words in simple_commands(command):
                    with self.subTest(block.place, command=command):
                        named = words[0].removeprefix("./") in said
                        self.assertTrue(named, f"{block.run_by} mention neither {block.page} nor {words[0]}")

    def test_2_every_command_is_known(self):
        self.assertGreater(len(self.places), 60)
        for command, places in self.places.items():
            with self.subTest(places[0], command=command):
                if run_of(command) is None:
                    for words in simple_commands(command):
                        check = check_of(words[0])
                        self.assertIsNotNone(
                            check, "neither run nor checked: add it to RUNS here or to CHECKS in checks.py, or mark the block with "
                            "<!-- run by FILE --> where another test runs it"
                        )
                        check(words)

    def test_2_every_block_says_what_it_is(self):
        for block in self.blocks:
            if not block.language and not block.run_by and not is_synopsis(block):
                with self.subTest(block.place, text=block.text):
                    self.assertTrue(commands_in(block), "neither marked (sh, console, text, ...) nor a command that is known here")

    def test_3_commands_end_as_they_should(self):
        counted = {}
        with DocumentedWorld() as world:
            for when, prepare in ((ALONE, world.without_a_daemon), (BESIDE, world.beside_a_daemon), (LAST, world.without_a_daemon)):
                prepare()
                if when == LAST:
                    world.run("ds-reconcilerd resume --config FILE --reason 'the last phase' --direct")
                for command, places in self.places.items():
                    how = run_of(command)
                    if how is None or how.when != when:
                        continue
                    with self.subTest(places[0], command=command):
                        if "ds-reconcilerd run " in command:
                            code, said = world.run_until_asked_to_stop(command)
                        else:
                            code, said = world.run(command, **how.environment)
                        print(f"  {places[0]}: {command}: exit {code}")
                        self.assertEqual(code, how.code, said)
                        if how.says:
                            self.assertRegex(said, how.says)
                        if command.startswith("kill -TERM"):
                            self.assertEqual(world.daemon.process.wait(30), 0)
                        counted[when] = counted.get(when, 0) + 1
                    if when == BESIDE:
                        world.beside_a_daemon()
            self.sql(world)
            self.configuration(world)
        checked = [c for c in self.places if run_of(c) is None]
        marked = [c for b in self.blocks if b.run_by for c in commands_in(b)]
        print(f"commands of the pages: {sum(counted.values())} run {counted}, {len(checked)} checked, {len(marked)} run by other tests")
        for command in checked:
            print(f"  only checked: {command}")
        for block in (b for b in self.all_blocks if b.not_run):
            print(f"  NOT RUN: {block.place}: {block.not_run}")

    def sql(self, world):
        for block in (b for b in self.blocks if b.language == "sql" and not b.run_by):
            with self.subTest(block.place, sql=block.text):
                world.ask_database(block.text)

    def configuration(self, world):
        """YAML that begins with one of the configuration's sections."""
        seen = 0
        for block in (b for b in self.blocks if b.language == "yaml" and not b.run_by):
            if not re.match(r"(registry|database|sweep|failover|journal|guards|markers|alerts|http|log|recording):", block.text):
                continue
            seen += 1
            file = world.configuration(block.text)
            with self.subTest(block.place, yaml=block.text):
                needed = {} if "time_zone" in block.text else {"DS_RECONCILER_DATABASE__TIME_ZONE": "UTC"}
                code, said = world.run(f"ds-reconcilerd check-config --config {file}", **needed)
                self.assertEqual(code, 0, said)
        self.assertGreater(seen, 2)


if __name__ == "__main__":
    main()
