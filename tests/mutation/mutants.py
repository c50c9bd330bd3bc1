# SPDX-License-Identifier: Apache-2.0
"""Mistakes that a person could make, made in C++ source one at a time: an operator, a condition, a constant, a step left out."""

import dataclasses
import re

# What is not code to change: texts, comments, the lines of the preprocessor.
_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|^[ \t]*\#[^\n]*|^[ \t]*(?:using|namespace)\b[^\n]*)
      | (?P<binary>(?<=[ ])(?:<=|>=|==|!=|&&|\|\||<|>|\+|-|\*|/|%|\+=|-=)(?=[ \n]))
      | (?P<step>\+\+|--)
      | (?P<not>!(?=[\w(*]))
      | (?P<number>(?<![\w.])\d[\d']*(?=(?:h|min|s|ms|us|U|u)?\b)(?![\d.]))
      | (?P<word>\b(?:true|false|std::min|std::max|std::any_of|std::all_of|std::none_of|continue|break|if)\b)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_BINARY = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "+=": ["-="], "-=": ["+="],
}  # fmt: skip
_WORD = {
    "true": "false", "false": "true", "std::min": "std::max", "std::max": "std::min",
    "std::any_of": "std::all_of", "std::all_of": "std::any_of", "std::none_of": "std::any_of", "continue": "", "break": "",
}  # fmt: skip

# A statement that stands alone on its line and does something: a call, an assignment, a step.
_STATEMENT = re.compile(r"^[ ]+(?!return\b|using\b|const\b|auto\b|throw\b|case\b|else\b|if\b|for\b|while\b)[\w.:>\-\[\]*+]+(?:\(.*\)|\s[+-]?=\s.*)?;(?:  //.*)?$")


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of one file: `start` to `end` of its text becomes `becomes`."""

    file: str
    start: int
    end: int
    becomes: str
    line: int
    before: str
    after: str

    def applied(self, source):
        """The whole text with the mistake in it."""
        return source[: self.start] + self.becomes + source[self.end :]

    @property
    def name(self):
        return f"{self.file}:{self.line}"

    @property
    def key(self):
        """What stays the same when lines move."""
        return (self.file, self.before, self.after)


def of(file, source):
    """All mutants of a source text."""
    found = []

    def change(start, end, becomes):
        first = source.rfind("\n", 0, start) + 1
        last = source.find("\n", end)
        before = source[first:last]
        after = source[first:start] + becomes + source[end:last]
        found.append(Mutant(file, start, end, becomes, source.count("\n", 0, start) + 1, _flat(before), _flat(after)))

    for token in _TOKEN.finditer(source):
        text, start, end = token.group(), token.start(), token.end()
        match token.lastgroup:
            case "binary":
                for other in _BINARY[text]:
                    change(start, end, other)
            case "step":
                change(start, end, "--" if text == "++" else "++")
            case "not":
                change(start, end, "")
            case "number":
                number = int(text.replace("'", ""))
                change(start, end, str(number + 1))
            case "word" if text == "if":
                condition = _condition(source, end)
                if condition:
                    change(*condition, f"(!{source[condition[0]:condition[1]]})")
            case "word":
                change(start, end, _WORD[text])
    for line in re.finditer(r"^.*$", source, re.MULTILINE):
        if _STATEMENT.match(line.group()) and _stands_alone(source, line.start()):
            at = line.start() + len(line.group()) - len(line.group().lstrip())
            change(at, line.end(), ";")
    unique = {(mutant.start, mutant.end, mutant.becomes): mutant for mutant in found}
    return sorted(unique.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.becomes))


def _flat(text):
    return " ".join(text.split())


def _condition(source, at):
    """Where the bracketed condition of an `if` stands. Nothing for those that declare something or are decided early, nor
    for those with operators, which are turned by themselves."""
    if not source.startswith(" (", at):
        return None
    depth = 0
    for end in range(at + 1, len(source)):
        depth += {"(": 1, ")": -1}.get(source[end], 0)
        if depth == 0:
            inside = source[at + 1 : end + 1]
            left_alone = re.match(r"\((?:const )?auto\b|\(!", inside) or ";" in inside or any(
                token.lastgroup == "binary" for token in _TOKEN.finditer(inside)
            )
            return None if left_alone else (at + 1, end + 1)
    return None


def _stands_alone(source, start):
    """Whether the line before ends a statement or opens a block, so that this line is no continuation."""
    before = source[:start].rstrip().splitlines()
    if not before:
        return False
    text = re.sub(r"\s*//.*$", "", before[-1]).rstrip()
    return text == "" or text[-1] in ";{}" or text.endswith("else")
