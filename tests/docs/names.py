#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The pages have a place for every guard, verdict, gate, alert and rule that the program knows, and for none that it does
not; and the numbers that they name are those of the source."""

import re
import unittest

import yaml

from pages import ROOT, Page, table_rows


def source(path):
    return (ROOT / path).read_text()


def names_in(path, array):
    """The texts of `inline constexpr std::array<std::string_view, ...> ARRAY{...}`."""
    return re.findall(r'"(\w+)"', re.search(array + r"\{(.*?)\};", source(path), re.DOTALL)[1])


def first_cells(text):
    """Every word in backticks in the first cell of each row."""
    return [word for row in table_rows(text) for word in re.findall(r"`(\w+)`", row[0])]


GUARDS = names_in("lib/model/hold.hpp", "guard_names")
VERDICTS = names_in("lib/model/verdict.hpp", "verdict_names")
GATES = names_in("lib/plan/judge.hpp", "gate_names")
RULES = [
    rule for group in yaml.safe_load(source("config/prometheus-rules.yaml"))["groups"] for rule in group["rules"] if "alert" in rule
]


ALERT_SOURCES = ("lib/alert/events.cpp", "lib/alert/resolved.cpp", "daemon/commands/test_alert.cpp")


def alert_events():
    """What stands under `event` in the content of each alert that the daemon may send."""
    text = "".join(source(path) for path in ALERT_SOURCES)
    events = set(re.findall(r'"event", "(\w+)"', text))
    events |= {word for pair in re.findall(r'"event", \w+ \? "(\w+)" : "(\w+)"', text) for word in pair}
    events |= set(re.findall(r"verdict\(report, Verdict::(\w+)", text))
    made = len(re.findall(r'\{"event",|\{\{"event",', text))
    return events, made


class Operating(unittest.TestCase):
    def setUp(self):
        self.page = Page("docs/operating.md")

    def test_a_section_for_every_guard(self):
        self.assertEqual(sorted(self.page.subheadings("Guards")), sorted(GUARDS))

    def test_a_section_for_every_verdict(self):
        self.assertEqual(sorted(self.page.subheadings("Verdicts")), sorted(VERDICTS))

    def test_every_guard_says_what_to_do(self):
        for guard in GUARDS:
            with self.subTest(guard):
                text = self.page.section(f"`{guard}`")
                self.assertIn("**Means**", text)
                self.assertIn("**Do**", text)

    def test_a_row_and_a_section_for_every_alert(self):
        events, made = alert_events()
        # Of the places that make an event one makes two, and one makes those of the verdicts.
        verdicts = len(set(re.findall(r"verdict\(report, Verdict::(\w+)", source("lib/alert/events.cpp"))))
        self.assertEqual(len(events), made + 1 + (verdicts - 1), "an event that this test does not find in the source")
        text = self.page.section("Alerts that the daemon sends")
        self.assertEqual(sorted(first_cells(text)), sorted(events))
        self.assertEqual(
            sorted(self.page.subheadings("Alerts that the daemon sends")), sorted(e for e in events if e not in VERDICTS)
        )
        # Titles are what people see.
        sent = "".join(source(path) for path in ALERT_SOURCES)
        for row in table_rows(text):
            for title in row[1].split(" / "):
                self.assertIn(title.split(": ")[-1].removeprefix("ds-reconciler "), sent, row)

    def test_a_runbook_for_every_rule(self):
        self.assertEqual(sorted(self.page.subheadings("Prometheus alerts")), sorted(rule["alert"] for rule in RULES))
        for rule in RULES:
            with self.subTest(rule["alert"]):
                page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
                where = "{{ with $externalLabels.ds_reconciler_docs }}{{ . }}{{ else }}docs{{ end }}"
                self.assertEqual(page, f"{where}/operating.md")
                self.assertEqual(anchor, rule["alert"].lower())
                self.assertIn(anchor, self.page.anchors())


class Tests(unittest.TestCase):
    def test_a_row_for_every_folder(self):
        folders = [path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"]
        self.assertEqual(sorted(first_cells(source("tests/README.md"))), sorted(folders))


class Decisions(unittest.TestCase):
    def setUp(self):
        self.page = Page("docs/how-a-sweep-decides.md")

    def test_gates_in_their_order(self):
        self.assertEqual(first_cells(self.page.section("The questions, in their order")), GATES)

    def test_a_row_for_every_verdict(self):
        self.assertEqual(sorted(first_cells(self.page.section("Verdicts"))), sorted(VERDICTS))

    def test_a_row_for_every_guard(self):
        self.assertEqual(sorted(first_cells(self.page.section("Guards"))), sorted(GUARDS))

    def test_every_verdict_comes_from_a_gate(self):
        rows = table_rows(self.page.section("The questions, in their order"))
        from_gates = {word for row in rows for word in re.findall(r"`(\w+)`", row[2])}
        passed = {"orphan", "orphan_earlier_incarnation", "stranded"}
        self.assertEqual((from_gates & set(VERDICTS)) | passed, set(VERDICTS))

    def test_numbers(self):
        rows = table_rows(self.page.section("Numbers that no key changes"))
        self.assertGreater(len(rows), 8)
        for name, value, file, _ in rows:
            name, file = name.strip("`"), file.strip("`")
            with self.subTest(name):
                found = re.search(rf"constexpr std::(\S+) {name}(?: = |\{{)([\d.' *]+)[;}}]", source(file)) or re.search(
                    rf"constexpr (\S+) {name}(?: = |\{{)([\d.' *]+)[;}}]", source(file)
                )
                self.assertIsNotNone(found, f"not found in {file}")
                number = 1.0
                for factor in found[2].replace("'", "").split("*"):
                    number *= float(factor)
                unit = found[1].removeprefix("chrono::") if found[1].startswith("chrono::") else ""
                self.assertEqual(value, f"{number:g} {unit}".strip())


class Readme(unittest.TestCase):
    def setUp(self):
        self.page = Page("README.md")

    def test_it_stays_short(self):
        self.assertLess(len(self.page.text), 14_000, "README.md is for the first ten minutes: the rest belongs into docs/")

    def test_what_must_be_there(self):
        headings = [text for _, text in self.page.headings()]
        for wanted in ("Why", "Requirements and support", "Quick start", "Not there yet"):
            self.assertIn(wanted, headings)
        promises = Page("docs/promises.md").section("What it promises, and what proves it")
        self.assertEqual([row[0][0] for row in table_rows(promises)], list("1234567"))


if __name__ == "__main__":
    unittest.main()
