# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: contenders timed in turn within one run, figures with their spread, and the report that
`run` gathers.

A machine's speed drifts, so no figure stands alone: contenders take turns (A B C A B C ...), after a warm-up that is
not counted, and a ratio is taken turn by turn. Nothing here passes or fails by its time."""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "support")]

from servers import MissingPackage  # noqa: E402
from testbed.dolphinscheduler import NotFetched  # noqa: E402
from testbed.world import SKIPPED  # noqa: E402


class Series:
    """One figure, measured again and again, in the order of the turns."""

    def __init__(self, values):
        self.values = [float(v) for v in values]
        if not self.values:
            raise ValueError("a figure without a measurement")

    @property
    def median(self):
        return statistics.median(self.values)

    def percentile(self, share):
        """The smallest value that at least this share of them does not exceed."""
        ordered = sorted(self.values)
        return ordered[max(0, math.ceil(len(ordered) * share) - 1)]

    def over(self, other):
        """The ratio to another contender, turn by turn."""
        return Series(a / b for a, b in zip(self.values, other.values, strict=True))

    def show(self, form="{:.3g}"):
        """The median, and where the values spread: `1.2 (1.1-1.4)`."""
        low, high = form.format(min(self.values)), form.format(max(self.values))
        middle = form.format(self.median)
        return middle if len(self.values) == 1 else f"{middle} ({low}–{high})"


@dataclasses.dataclass
class Table:
    title: str
    columns: list
    rows: list = dataclasses.field(default_factory=list)

    def add(self, *cells):
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns: {cells}")
        self.rows.append([str(c) for c in cells])

    def plain(self):
        """For a terminal."""
        widths = [max(len(r[i]) for r in [self.columns, *self.rows]) for i in range(len(self.columns))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in [self.columns, *self.rows]]
        return "\n".join([self.title, *(f"  {line}" for line in lines)])

    def markdown(self):
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join([f"**{self.title}**", "", *(f"| {' | '.join(cells)} |" for cells in lines)])


@dataclasses.dataclass
class Bar:
    """One bar of the chart: a ratio. `goal`: at most that much, or `at_least` that much."""

    label: str
    value: float
    goal: float = None
    at_least: bool = False

    @property
    def reached(self):
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclasses.dataclass
class Report:
    """What one benchmark found. `missing`: what was not measured, and why; told loudly. `about`: when, where, of which
    commit; `run` fills it in."""

    title: str
    about: str = ""
    tables: list = dataclasses.field(default_factory=list)
    bars: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    missing: list = dataclasses.field(default_factory=list)

    def table(self, title, *columns):
        self.tables.append(Table(title, list(columns)))
        return self.tables[-1]

    def bar(self, label, value, goal=None, at_least=False):
        self.bars.append(Bar(label, value, goal, at_least))

    def miss(self, what, why):
        self.missing.append(f"{what}: {why}")
        line = "=" * 100
        print(f"{line}\nWARNING: NOT MEASURED: {what}: {why}\n{line}", file=sys.stderr, flush=True)

    def json(self):
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)

    @staticmethod
    def of_json(text):
        plain = json.loads(text)
        plain["tables"] = [Table(**t) for t in plain["tables"]]
        plain["bars"] = [Bar(**b) for b in plain["bars"]]
        return Report(**plain)


def seconds_of(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def interleaved(turns, contenders, prepare=lambda name: None, warm_up=1):
    """{name: Series} of seconds. `contenders`: {name: what it does}; what it returns, if anything, counts as its time
    in place of the wall clock. `prepare(name)` goes before each and is not timed."""
    taken = {name: [] for name in contenders}
    for turn in range(-warm_up, turns):
        for name, work in contenders.items():
            prepare(name)
            begun = time.perf_counter()
            told = work()
            wall = time.perf_counter() - begun
            if turn >= 0:
                taken[name].append(wall if told is None else told)
    return {name: Series(values) for name, values in taken.items()}


def say(text):
    """Progress, for who waits."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def arguments(doc, **sizes):
    """The command line of one benchmark. `sizes`: {name: (default, of --quick, help)}; a list is comma-separated."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes: a smoke run, no measurement")
    parser.add_argument("--report", type=pathlib.Path, help="write what was found to this file, for `run`")
    for name, (default, quick, text) in sizes.items():
        kind = str if isinstance(default, (str, tuple)) else type(default)
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=kind, help=f"{text} (default: {shown(default)}; quick: {shown(quick)})"
        )
    found = parser.parse_args()
    for name, (default, quick, _) in sizes.items():
        given = getattr(found, name)
        if given is None:
            setattr(found, name, quick if found.quick else default)
        elif isinstance(default, tuple):
            number = all(isinstance(item, int) for item in default)
            setattr(found, name, tuple(int(i) if number else i for i in given.split(",") if i))
    return found


def shown(default):
    return ",".join(map(str, default)) if isinstance(default, tuple) else default


def main(measure, found):
    """Runs one benchmark, prints its tables, and ends with ctest's exit code for a skip when a real part is missing."""
    try:
        report = measure(found)
    except (MissingPackage, NotFetched) as missing:
        line = "=" * 100
        print(f"{line}\nWARNING: {sys.argv[0]} WAS NOT RUN, a real part is missing: {missing}\n{line}", flush=True)
        sys.exit(SKIPPED)
    print(report.title)
    for table in report.tables:
        print(f"\n{table.plain()}")
    for note in report.notes:
        print(f"\n{note}")
    for missing in report.missing:
        print(f"\nNOT MEASURED: {missing}")
    if found.report:
        found.report.write_text(report.json())


def machine():
    """What the figures were taken on, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, load {os.getloadavg()[0]:.2f} at the start"


def daemon_knows(binary, command, option):
    """Whether this build has that option: it may be older than the benchmark."""
    done = subprocess.run([binary, command, "--help"], capture_output=True, text=True)
    return option in done.stdout
