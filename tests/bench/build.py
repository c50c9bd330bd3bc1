#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a cold build costs: processor seconds of each module, compiled without a compiler cache in a folder of its own, and
the units that take longest.

    tests/bench/build.py [--quick] [--preset release] [--targets all] ...

The preset `release` compiles several sources at once; `--preset dev` shows each alone. Only the compiler and the linker are
counted, each with its children."""

import collections
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import harness
from harness import HERE, Report, say

ROOT = HERE.parent.parent
LAUNCH = "--launch"  # in place of an option: this is the launcher of the build, and the rest of the line is a compiler's
SLOWEST = 15


def launch(folder, command):
    """Runs a compiler or a linker, and writes down what it made in how many seconds."""
    done = subprocess.run(command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = command[command.index("-o") + 1] if "-o" in command else ""
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".json", delete=False) as file:
        json.dump({"made": made, "seconds": used.ru_utime + used.ru_stime}, file)
    sys.exit(done.returncode)


def module(made):
    """The folder that a made file belongs to: of lib/, the daemon, or of tests/."""
    found = re.search(r"CMakeFiles/([\w-]+)\.dir/", made)
    if not found:
        return "linking"
    target = found[1]
    if made.startswith("tests/"):
        return "tests/" + target.removesuffix("_tests").removeprefix("dsr_")
    return "daemon" if target == "ds-reconcilerd" else "lib/" + target.removeprefix("dsr_")


def unit(made):
    """A made file as it is named to people: without the build's own folders."""
    return re.sub(r"(tests/)?CMakeFiles/[\w-]+\.dir/|\.o$", "", made)


def build(preset, targets, folder):
    """[{"made", "seconds"}] of a build from nothing."""
    seen = folder / "seen"
    seen.mkdir()
    launcher = ";".join([sys.executable, str(pathlib.Path(__file__).resolve()), LAUNCH, str(seen)])
    options = ["-DCCACHE=OFF"] + [f"-DCMAKE_{what}_LAUNCHER={launcher}" for what in ("CXX_COMPILER", "CXX_LINKER")]
    work = ["-B", str(folder / "build")]
    subprocess.run(["cmake", "--preset", preset, *work, *options], cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", folder / "build", "--target", *targets], check=True, stdout=sys.stderr)
    return [json.loads(file.read_text()) for file in seen.glob("*.json")]


def measure(found):
    report = Report("Cold build")
    say(f"building {', '.join(found.targets)} of the preset {found.preset}")
    with tempfile.TemporaryDirectory(prefix="dsr-bench-") as folder:
        units = build(found.preset, found.targets, pathlib.Path(folder))
    by_module = collections.defaultdict(list)
    for one in units:
        by_module[module(one["made"])].append(one["seconds"])
    all_seconds = sum(one["seconds"] for one in units)
    table = report.table(
        f"Processor seconds of a cold build, preset {found.preset}", "module", "units", "seconds", "share", "slowest unit"
    )
    for name, seconds in sorted(by_module.items(), key=lambda item: -sum(item[1])):
        share = f"{sum(seconds) / all_seconds:.1%}"
        table.add(name, len(seconds), f"{sum(seconds):.1f}", share, f"{max(seconds):.1f}")
    table.add("all", len(units), f"{all_seconds:.1f}", "100.0%", "–")
    compiled = [one for one in units if module(one["made"]) != "linking"]
    slowest = report.table("The slowest units", "module", "unit", "seconds")
    for one in sorted(compiled, key=lambda one: -one["seconds"])[:SLOWEST]:
        slowest.add(module(one["made"]), unit(one["made"]), f"{one['seconds']:.1f}")
    return report


if __name__ == "__main__":
    if sys.argv[1:2] == [LAUNCH]:
        launch(sys.argv[2], sys.argv[3:])
    harness.main(
        measure,
        harness.arguments(
            __doc__,
            preset=("release", "release", "the preset to build, as in CMakePresets.json"),
            targets=(("all",), ("dsr_base",), "what to build of it"),
        ),
    )
