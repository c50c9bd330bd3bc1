#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing that the pages point at is missing: links and their anchors, files named in backticks, sections that comments cite, options of commands."""

import os
import re
import subprocess
import unittest

from pages import ROOT, Page, for_users, in_repository

TOP = sorted(p.name for p in ROOT.iterdir() if p.name not in (".git", "build"))


class Links(unittest.TestCase):
    def setUp(self):
        self.pages = {name: Page(name) for name in in_repository()}

    def test_relative_links_and_anchors(self):
        seen = 0
        for name, page in self.pages.items():
            for line, target in page.links():
                if re.match(r"[a-z]+:", target):
                    continue
                seen += 1
                path, _, anchor = target.partition("#")
                file = (ROOT / name).parent / path if path else ROOT / name
                with self.subTest(f"{name}:{line}", target=target):
                    self.assertTrue(file.exists(), f"{file} does not exist")
                    if anchor:
                        there = os.path.relpath(file.resolve(), ROOT)
                        self.assertIn(anchor, Page(there).anchors())
        self.assertGreater(seen, 50)

    def test_every_page_is_found_from_the_readme(self):
        linked = {os.path.normpath(target.partition("#")[0]) for _, target in self.pages["README.md"].links()}
        for name in for_users():
            if name != "README.md":
                with self.subTest(name):
                    self.assertIn(name, linked, "README.md has no link to it: add a row to its table of pages")

    def test_paths_in_backticks(self):
        """Those that begin with a folder of the repository. A file may go without its ending (lib/sweep/observe)."""
        seen = 0
        for name, page in self.pages.items():
            for line, words in page.in_backticks():
                path = words.split()[0].rstrip("/").removeprefix("./")
                if path.split("/")[0] not in TOP or "/" not in path:
                    continue
                seen += 1
                with self.subTest(f"{name}:{line}", path=path):
                    pattern = re.sub(r"\b(NAME|VERSION|TARGET)\b", "*", path)
                    found = list(ROOT.glob(pattern)) or list(ROOT.glob(pattern + ".*"))
                    self.assertTrue(found, "there is no such file")
        self.assertGreater(seen, 80)


class Citations(unittest.TestCase):
    def test_sections_of_the_protocol_that_comments_cite(self):
        page = "docs/dolphinscheduler-protocol.md"
        numbers = {m[1] for _, text in Page(page).headings() if (m := re.match(r"(\d+(?:\.\d+)?)\.? ", text))}
        seen = 0
        for file in (f for folder in ("lib", "daemon", "tests") for f in (ROOT / folder).rglob("*.[hc]pp")):
            text = re.sub(r"\n *///?<? *", " ", file.read_text())  # a comment of several lines as one
            for cited in re.findall(re.escape(page) + r", sections? ([\d., and]*\d)", text):
                for number in re.findall(r"\d+(?:\.\d+)?", cited):
                    seen += 1
                    with self.subTest(f"{file.relative_to(ROOT)}", section=number):
                        self.assertIn(number, numbers, f"{page} has no such section")
        self.assertGreater(seen, 25)


class Tables(unittest.TestCase):
    def test_rows_have_the_columns_of_their_head(self):
        seen = 0
        for name in in_repository():
            before, columns = 0, 0
            for line, text in Page(name).prose:
                if not text.startswith("|"):
                    continue
                found = len(re.findall(r"(?<!\\)\|", text))
                if line == before + 1:
                    with self.subTest(f"{name}:{line}"):
                        self.assertEqual(found, columns, "a | within a cell is written \\|")
                else:
                    seen += 1
                before, columns = line, found
        self.assertGreater(seen, 20)


class CommandsInPassing(unittest.TestCase):
    """Of `ds-reconcilerd ...` in backticks, and of synopses, the command and its options exist. Whole blocks of
    commands are run by commands.py."""

    def help_of(self, *words):
        return subprocess.run(
            [os.environ["DSR_BINARY"], *words, "--help"], capture_output=True, text=True, check=True, timeout=20
        ).stdout

    def test_commands_and_options(self):
        commands = re.findall(r"^  ([a-z][a-z-]*)", self.help_of().split("Subcommands:")[1], re.MULTILINE)
        helps = {}
        seen = 0
        for name in in_repository():
            page = Page(name)
            said = [(f"{name}:{line}", words) for line, words in page.in_backticks()]
            said += [(block.place, line) for block in page.blocks for line in block.text.splitlines()]
            for place, words in said:
                words = words.removeprefix("$ ")
                if not words.startswith("ds-reconcilerd "):
                    continue
                seen += 1
                with self.subTest(place, words=words):
                    alternatives = [w for w in words.split()[1].split("|") if not w.startswith("-")]
                    for command in alternatives:
                        self.assertIn(command, commands)
                        if command not in helps:
                            helps[command] = self.help_of(command)
                        for option in re.findall(r"(?<=[\s\[])--[a-z][a-z-]*", words):
                            self.assertIn(option, helps[command])
        self.assertGreater(seen, 60)


if __name__ == "__main__":
    unittest.main()
