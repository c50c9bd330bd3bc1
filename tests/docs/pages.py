# SPDX-License-Identifier: Apache-2.0
"""What is in the pages: headings with their anchors, links, blocks of code, words in backticks."""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

FENCE = re.compile(r"^( *)(`{3,}|~{3,})\s*([\w-]*)")
RUN_BY = re.compile(r"^\s*<!-- run by (.+?) -->\s*$")
NOT_RUN = re.compile(r"^\s*<!-- not run: (.+?) -->\s*$")
PAGE_RUN_BY = re.compile(r"^<!-- all of this page is run by (.+?) -->\s*$", re.MULTILINE)


@dataclasses.dataclass
class Block:
    """A fenced or indented block. `language` is empty where none is named; `run_by`: the files that run it instead of
    this test, by a comment `<!-- run by tests/package/run -->` (or `A and B`) before it, or, anywhere in the page,
    `<!-- all of this page is run by tests/package/run -->`. `not_run`: why no test runs it, by a comment
    `<!-- not run: there is no container engine here -->` before it."""

    page: str
    line: int
    language: str
    text: str
    run_by: list
    not_run: str = ""

    @property
    def place(self):
        return f"{self.page}:{self.line}"


def in_repository():
    """Every page of the repository, as paths from its top."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        found = [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]
    else:  # a source tree without its history
        found = [p for p in ROOT.rglob("*.md") if "build" not in p.relative_to(ROOT).parts]
    return sorted(str(p.relative_to(ROOT)) for p in found)


def for_users():
    """README and docs: whose commands are run."""
    return [p for p in in_repository() if p == "README.md" or p.startswith("docs/")]


def files_in(text):
    return re.split(r",? and |, ", text)


class Page:
    def __init__(self, name):
        self.name = name
        self.text = (ROOT / name).read_text()
        self.blocks, self.prose = [], []  # prose: (line number, line) outside of blocks and comments
        self._read()
        if marked := PAGE_RUN_BY.search("\n".join(line for _, line in self.prose)):
            for block in self.blocks:
                block.run_by = block.run_by or files_in(marked[1])

    def _read(self):
        lines = self.text.splitlines()
        run_by, not_run, number, before_is_blank = [], "", 0, True
        while number < len(lines):
            line = lines[number]
            if fence := FENCE.match(line):
                indent, mark, language = fence.groups()
                end = number + 1
                while end < len(lines) and lines[end].strip() != mark:
                    end += 1
                if end == len(lines):
                    raise AssertionError(f"{self.name}:{number + 1}: a block that never ends")
                body = [text.removeprefix(indent) for text in lines[number + 1 : end]]
                self._add(number, language, body, run_by, not_run)
                number, run_by, not_run, before_is_blank = end + 1, [], "", True
                continue
            if before_is_blank and line.startswith("    ") and line.strip():
                end = number
                while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                    end += 1
                while not lines[end - 1].strip():
                    end -= 1
                self._add(number, "", [text[4:] for text in lines[number:end]], run_by, not_run)
                number, run_by, not_run, before_is_blank = end, [], "", False
                continue
            if marked := RUN_BY.match(line):
                run_by = files_in(marked[1])
            elif marked := NOT_RUN.match(line):
                not_run = marked[1]
            elif line.strip():
                run_by, not_run = [], ""
                self.prose.append((number + 1, line))
            before_is_blank = not line.strip()
            number += 1
        if run_by or not_run:
            raise AssertionError(f"{self.name}: a comment says who runs a block, or why nobody does, and no block follows it")

    def _add(self, number, language, body, run_by, not_run):
        self.blocks.append(Block(self.name, number + 1, language, "\n".join(body), run_by, not_run))

    def headings(self):
        """[(level, text as it stands, without #)]"""
        found = (re.match(r"^(#{1,6}) +(.*?)\s*$", line) for _, line in self.prose)
        return [(len(m[1]), m[2]) for m in found if m]

    def anchors(self):
        """As GitHub makes them."""
        anchors = []
        for _, text in self.headings():
            text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            same = sum(1 for other in anchors if other == slug or re.fullmatch(re.escape(slug) + r"-\d+", other))
            anchors.append(slug if same == 0 else f"{slug}-{same}")
        return set(anchors)

    def section(self, heading):
        """The prose below that heading, with its own sub-headings, as one text."""
        taken, level = [], None
        for _, line in self.prose:
            m = re.match(r"^(#{1,6}) +(.*?)\s*$", line)
            if m and level is not None and len(m[1]) <= level:
                break
            if m and m[2] == heading:
                level = len(m[1])
            elif level is not None:
                taken.append(line)
        if level is None:
            raise AssertionError(f"{self.name} has no section '{heading}'")
        return "\n".join(taken)

    def subheadings(self, heading):
        """The headings one level below that one, their backticks taken off."""
        found = re.findall(r"^#{3,6} +(.*?)\s*$", self.section(heading), re.MULTILINE)
        return [text.strip("`") for text in found]

    def links(self):
        """[(line number, target)] of links and pictures."""
        return [
            (number, target)
            for number, line in self.prose
            for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"``.*?``|`[^`]*`", "", line))
        ]

    def in_backticks(self):
        """[(line number, words)]"""
        return [(number, words) for number, line in self.prose for words in re.findall(r"`([^`]+)`", line)]


def table_rows(text):
    """The cells of every row of the tables in a text, without heads."""
    rows = []
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\-: ]+", line):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))])
        elif line.startswith("|"):
            rows.pop()  # the head above the rule
    return rows
