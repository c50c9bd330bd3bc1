# SPDX-License-Identifier: Apache-2.0
"""What the Grafana dashboard and the alert rules ask Prometheus for."""

import json
import pathlib
import re

import yaml

CONFIG = pathlib.Path(__file__).resolve().parent.parent.parent / "config"
RULES = CONFIG / "prometheus-rules.yaml"
DASHBOARD = CONFIG / "grafana-dashboard.json"


def dashboard_queries(rate_interval="10s"):
    """[(panel, query)] of the dashboard, with Grafana's variables filled in as Grafana does for "All"."""
    found = []
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"].replace("$job", ".+").replace("$instance", ".+").replace("$__rate_interval", rate_interval)
            if "$" in query:
                raise AssertionError(f"{panel['title']}: a variable that this test does not know: {query}")
            found.append((panel["title"], query))
    return found


def variables():
    """The query of each of the dashboard's variables, by name."""
    return {v["name"]: v["definition"] for v in json.loads(DASHBOARD.read_text())["templating"]["list"] if "definition" in v}


def selectors():
    """[(panel, metric, selector)]: what stands in braces after each metric in the dashboard, as written."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [(panel["title"], *found) for panel in panels for target in panel.get("targets", [])
            for found in re.findall(r"\b((?:ds_reconciler|process)_[a-z_]+)(\{[^}]*\})?", target["expr"])]


def rules():
    """The alerting rules, as written."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def names_in(query):
    """The metrics of ours that a query names."""
    return set(re.findall(r"\b(?:ds_reconciler|process)_[a-z_]+", query))


def exported(text):
    """The names that a query may use, by what /metrics answered."""
    return {re.split(r"[{ ]", line, maxsplit=1)[0] for line in text.splitlines() if line and line[0] != "#"}


def check_names(test, text):
    """Fails for a query or rule that names what is not exported."""
    known = exported(text)
    asked = dashboard_queries() + [(rule["alert"], rule["expr"]) for rule in rules()]
    for where, query in asked:
        test.assertTrue(names_in(query), f"{where}: names no metric: {query}")
        test.assertLessEqual(names_in(query), known, f"{where}: {query}")


def check_queries(test, prometheus):
    """Runs every query of the dashboard; fails for an error, and for one that finds nothing."""
    for panel, query in dashboard_queries():
        with test.subTest(panel=panel, query=query):
            test.assertTrue(prometheus.query(query), "finds no series")
