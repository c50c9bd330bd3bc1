# SPDX-License-Identifier: Apache-2.0
"""Reads a Dockerfile into its stages. What it does not know it refuses: a build here must not pass over what Docker would
do."""

import dataclasses
import json
import re
import shlex

SHELL = ["/bin/sh", "-c"]
KNOWN = {"FROM", "ARG", "ENV", "RUN", "COPY", "WORKDIR", "USER", "LABEL", "VOLUME", "STOPSIGNAL", "SHELL", "HEALTHCHECK",
         "ENTRYPOINT", "CMD"}
ONLY_WITH = {"RUN": {"mount"}, "COPY": {"from", "chown", "chmod"},
             "HEALTHCHECK": {"interval", "timeout", "start-period", "retries"}}


class NotUnderstood(Exception):
    """The Dockerfile has something that this reader does not know; the text says where."""


@dataclasses.dataclass
class Instruction:
    name: str
    text: str  # what follows the name and the options, lines joined
    options: list  # [(name, value)], of "--name=value"
    line: int

    @property
    def list(self):
        """The exec form, a JSON array of texts; None where it is written in another form."""
        if not self.text.startswith("["):
            return None
        value = json.loads(self.text)
        if not all(isinstance(v, str) for v in value):
            raise NotUnderstood(f"line {self.line}: {self.text}")
        return value

    def option(self, name):
        return next((value for option, value in self.options if option == name), None)


@dataclasses.dataclass
class Stage:
    name: str  # of "AS name"; its number, as text, without one
    base: str
    instructions: list = dataclasses.field(default_factory=list)


def parse(text):
    """The stages, in their order."""
    stages = []
    for instruction in instructions(text):
        if instruction.name == "FROM":
            words = instruction.text.split()
            if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
                raise NotUnderstood(f"line {instruction.line}: FROM {instruction.text}")
            stages.append(Stage(words[2] if len(words) == 3 else str(len(stages)), words[0]))
        elif not stages:
            raise NotUnderstood(f"line {instruction.line}: {instruction.name} before the first FROM")
        else:
            stages[-1].instructions.append(instruction)
    return stages


def instructions(text):
    for line, joined in logical_lines(text):
        name, _, rest = joined.partition(" ")
        name, rest = name.upper(), rest.strip()
        if name not in KNOWN:
            raise NotUnderstood(f"line {line}: {name} is not known here")
        options = []
        while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
            if match[1] not in ONLY_WITH.get(name, ()):
                raise NotUnderstood(f"line {line}: {name} --{match[1]} is not known here")
            options.append((match[1], match[2]))
            rest = rest[match.end():]
        if rest.startswith("--") or "<<" in rest:
            raise NotUnderstood(f"line {line}: {name} {rest}")
        yield Instruction(name, rest, options, line)


def logical_lines(text):
    """(number, line) without comments, what a backslash continues joined."""
    begun, parts = None, []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            if re.match(r"#\s*(escape|syntax|check)\s*=", line):
                raise NotUnderstood(f"line {number}: {line}")
            continue
        begun = begun or number
        parts.append(line.strip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            yield begun, " ".join(parts)
            begun, parts = None, []
    if parts:
        raise NotUnderstood(f"line {begun}: nothing follows the last backslash")


def pairs(text):
    """Of ENV and LABEL: {name: value}."""
    found = {}
    for word in shlex.split(text):
        name, equals, value = word.partition("=")
        if not equals:
            raise NotUnderstood(f"{text}: expected name=value")
        found[name] = value
    return found


def substituted(text, variables):
    """With $NAME and ${NAME} replaced; one that is not set is empty, as with Docker."""
    if re.search(r"\$\{\w+[^\w}]", text):
        raise NotUnderstood(f"{text}: ${{NAME:-...}} is not known here")
    return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda m: variables.get(m[1] or m[2], ""), text)


def command(instruction, shell=SHELL):
    """What ENTRYPOINT, CMD or the CMD of HEALTHCHECK runs, as a list."""
    return instruction.list or [*shell, instruction.text]
