#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is exported, against Prometheus' own tools: promtool's linter, the dashboard's queries and the alert rules in a
real Prometheus. $DSR_METRICS_SAMPLE prints what a daemon would export after so many sweeps."""

import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import main, wait_for  # noqa: E402
from testbed.dashboard import (  # noqa: E402
    RULES, check_names, check_queries, dashboard_queries, exported, names_in, rules, selectors, variables,
)
from servers import Prometheus  # noqa: E402


def sample(sweeps):
    command = [os.environ["DSR_METRICS_SAMPLE"], str(sweeps)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Exporter(http.server.BaseHTTPRequestHandler):
    """Each scrape sees one more sweep."""

    sweeps = 0

    def do_GET(self):
        Exporter.sweeps += 1
        text = sample(Exporter.sweeps).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


OLD_NAMES = {"ds_reconciler_zookeeper_session_events_total"}  # exported for one release more, and shown no longer


class Exposition(unittest.TestCase):
    def test_lint(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=sample(9), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_names(self):
        check_names(self, sample(1))

    def test_dashboard_shows_every_metric(self):
        shown = {name for _, query in dashboard_queries() for name in names_in(query)}
        helpers = ("_bucket", "_sum", "_count")
        shown |= {name.removesuffix(end) for name in shown for end in helpers}
        alerted = {name for rule in rules() for name in names_in(rule["expr"])}
        for name in exported(sample(1)):
            if not name.endswith(helpers) and name not in OLD_NAMES:
                self.assertIn(name, shown | alerted)

    def test_dashboard_shows_one_cluster(self):
        """By the instances of build_info, the only metric that names the cluster."""
        self.assertIn(", cluster)", variables()["cluster"])
        self.assertIn('cluster=~"$cluster"}, instance)', variables()["instance"])
        shown = [found for found in selectors() if found[1:] != ("ds_reconciler_build_info", "")]
        self.assertGreater(len(shown), 30)
        for panel, metric, selector in shown:
            self.assertIn('job=~"$job", instance=~"$instance"', selector, f"{panel}: {metric}")

    def test_the_scrape_configuration_of_the_page(self):
        page = (RULES.parent.parent / "docs/metrics.md").read_text()
        config = page.split("```yaml\n")[1].split("```")[0]
        with tempfile.TemporaryDirectory(prefix="dsr-test-") as folder:
            token, file = pathlib.Path(folder) / "token", pathlib.Path(folder) / "prometheus.yml"
            token.write_text("a token")
            paths = {"/etc/prometheus/ds-reconciler.token": token, "/etc/prometheus/prometheus-rules.yaml": RULES}
            for path, there in paths.items():
                self.assertIn(path, config)
                config = config.replace(path, str(there))
            file.write_text(config)
            done = subprocess.run(["promtool", "check", "config", file], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"{len(rules())} rules found", done.stdout)

    def test_rules(self):
        """Each has its words, and a test in which it fires."""
        tested = "".join(file.read_text() for file in RULES.parent.glob("prometheus-rules*.test.yaml"))
        for rule in rules():
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
                self.assertGreater(len(rule["annotations"]["description"]), 60)
                self.assertTrue(rule["annotations"]["summary"])
                self.assertIn(rule["alert"], tested)

    def test_real_prometheus(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="dsr-test-"))
        self.addCleanup(shutil.rmtree, scratch, ignore_errors=True)
        target = f"127.0.0.1:{server.server_address[1]}"
        with Prometheus(scratch / "prometheus", target, [RULES]) as prometheus:
            swept = 'ds_reconciler_sweeps_total{outcome="failed"}'
            wait_for("a few scrapes", lambda: sum(v for _, v in prometheus.query(swept)) >= 2, 60, prometheus.log_tail)
            self.assertEqual([t["health"] for t in prometheus.targets()], ["up"], prometheus.targets())
            check_queries(self, prometheus)
            groups = prometheus.ask("rules")["groups"]
            wait_for("rules evaluated", lambda: all(r["health"] == "ok" for g in prometheus.ask("rules")["groups"]
                                                    for r in g["rules"]), 30, lambda: groups)
            self.assertEqual(sum(len(g["rules"]) for g in groups), len(rules()))


if __name__ == "__main__":
    main()
