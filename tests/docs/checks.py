# SPDX-License-Identifier: Apache-2.0
"""Commands of the pages that a test does not run, for they build, take long or need a booted machine: that what they
name exists. Each takes the words of one command and raises AssertionError."""

import json
import os
import re

from pages import ROOT


def require(true, words, message):
    if not true:
        raise AssertionError(f"{' '.join(words)}: {message}")


def after(words, *options):
    """The word behind the first of these options, or None."""
    for option in options:
        if option in words[:-1]:
            return words[words.index(option) + 1]
    return None


def script(words):
    """A program of the repository."""
    path = ROOT / words[0].removeprefix("./")
    require(path.is_file() and os.access(path, os.X_OK), words, "there is no such program")
    return path.read_text()


def cmake(words):
    presets = json.loads((ROOT / "CMakePresets.json").read_text())
    kind = "buildPresets" if "--build" in words else "configurePresets"
    name = after(words, "--preset") or words[-1]
    require(name in [p["name"] for p in presets[kind] if not p.get("hidden")], words, f"no preset {name}")


def test_cases(folder):
    """[(name, tags)] of the C++ tests of one folder of tests/."""
    found = []
    for file in (ROOT / "tests" / folder).rglob("*.cpp"):
        text = file.read_text()
        for name, tags in re.findall(r'^TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"(?:,\s*"((?:[^"\\]|\\.)*)")?', text, re.MULTILINE):
            found.append((name, re.findall(r"\[[^]]+\]", tags) + [f"[#{file.stem}]"]))
    return found


def test_names():
    """As ctest has them: of C++ tests without a blank behind the colon."""
    lists = (ROOT / "tests/CMakeLists.txt").read_text()
    names = [f"{folder}:{name}" for folder in re.findall(r"^dsr_tests\((\w+)", lists, re.MULTILINE) for name, _ in test_cases(folder)]
    names += [f"{kind}: {name}" for kind, name in re.findall(r"^dsr_(e2e|docs)\((\w+)", lists, re.MULTILINE)]
    return names + re.findall(r'add_test\(NAME "([^"$]+)"', lists)


def ctest(words):
    preset = re.fullmatch(r"build/(\w+)", after(words, "--test-dir") or "")
    require(preset is not None, words, "name the build folder by --test-dir build/PRESET")
    cmake(["cmake", "--preset", preset[1]])
    some_test(words)


def some_test(words):
    if pattern := after(words, "-R"):
        require(any(re.search(pattern, name) for name in test_names()), words, f"no test fits {pattern}")


def test_program(words):
    """build/PRESET/tests/FOLDER_tests [a name, with *, or tags]"""
    preset, folder = re.fullmatch(r"build/(\w+)/tests/(\w+)_tests", words[0]).groups()
    cmake(["cmake", "--preset", preset])
    require((ROOT / "tests" / folder).is_dir(), words, f"no folder tests/{folder}")
    for word in (w for w in words[1:] if not w.startswith("-")):
        tags = re.findall(r"\[[^]]+\]", word)
        pattern = re.escape(word).replace(r"\*", ".*")
        fits = [name for name, has in test_cases(folder) if (set(tags) <= set(has) if tags else re.fullmatch(pattern, name))]
        require(fits, words, f"no test of tests/{folder} fits '{word}'")


def run_tests(words):
    script(words)
    rest = words[1:]
    if rest and not rest[0].startswith("-"):
        cmake(["cmake", "--preset", rest[0]])
    some_test(words)


def fuzzers(words):
    script(words)
    for target in (w for w in words[1:] if not w.isdigit()):
        require((ROOT / "tests/fuzz/corpus" / target).is_dir(), words, f"no fuzzer {target}")


def packages(words):
    text = script(words)
    for purpose in words[1:]:
        require(re.search(rf"^{purpose}=\(", text, re.MULTILINE), words, f"no list of packages '{purpose}'")


def python(words):
    require((ROOT / words[1]).is_file(), words, "there is no such file")


def files(words):
    for word in (w for w in words[1:] if not w.startswith("-")):
        require((ROOT / word).is_file(), words, f"there is no file {word}")


def unit(words):
    """systemctl and journalctl: the unit is ours."""
    if words[0] == "systemctl":
        named = [word for word in words[1:] if not word.startswith("-")]
        verbs = {"status", "start", "stop", "restart", "reload", "enable", "disable", "daemon-reload", "cat", "edit"}
        require(named and named[0] in verbs, words, "not a verb that this test knows")
        units = named[1:]
    else:
        units = [word for option, word in zip(words, words[1:]) if option == "-u"]
    for name in units:
        require(re.fullmatch(r"ds-reconcilerd(@\S*)?(\.service)?", name), words, f"{name} is no unit of ours")


def anything(words):
    """A program of the system that tells something, and names nothing of ours."""


# By the first word of a command; a pattern that has to fit it whole.
CHECKS = {
    r"cmake": cmake,
    r"ctest": ctest,
    r"build/\w+/tests/\w+_tests": test_program,
    r"(\./)?tests/run": run_tests,
    r"(\./)?tests/fuzz/run": fuzzers,
    r"(\./)?cmake/packages": packages,
    r"(\./)?(\.ci|daemon)/\w+": script,
    r"/usr/bin/python3": python,
    r"clang-(format|tidy)-16": files,
    r"systemctl|journalctl": unit,
    r"timedatectl": anything,
}


def check_of(program):
    return next((check for pattern, check in CHECKS.items() if re.fullmatch(pattern, program)), None)
