# SPDX-License-Identifier: Apache-2.0
"""A Prometheus of Debian's package that scrapes one address."""

import json
import pathlib
import urllib.error
import urllib.parse
import urllib.request

from .process import Server, find_program


class Prometheus(Server):
    """Scrapes http://TARGET/metrics every second, and evaluates the rule files."""

    name = "prometheus"

    def __init__(self, directory, target, rules=()):
        super().__init__(directory)
        self.target = target
        self.rules = [str(pathlib.Path(r).resolve()) for r in rules]

    def begin(self):
        self.make_directory()
        # JSON, which YAML is a superset of
        (self.directory / "prometheus.yml").write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": self.rules,
                    "scrape_configs": [
                        {"job_name": "ds-reconciler", "static_configs": [{"targets": [self.target]}]}
                    ],
                }
            )
        )

    def command(self):
        return [
            find_program(["prometheus"], "prometheus"),
            f"--config.file={self.directory}/prometheus.yml",
            f"--storage.tsdb.path={self.directory}/data",
            f"--web.listen-address={self.address}",
            "--log.level=warn",
        ]

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def ask(self, path, **parameters):
        """`data` of an answer of its HTTP API; an error of Prometheus is an AssertionError with its words."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{path} {parameters}: {json.load(refused)['error']}") from None

    def query(self, expression):
        """The series that an instant query finds: [({label: value}, number)]."""
        found = self.ask("query", query=expression)
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in found["result"]]

    def targets(self):
        return self.ask("targets")["activeTargets"]
