# SPDX-License-Identifier: Apache-2.0
"""Links that can be made slow or cut: a toxiproxy server and its proxies."""

import json
import os
import pathlib
import subprocess
import urllib.request

from servers import Server

from .dolphinscheduler import NotFetched

HERE = pathlib.Path(__file__).resolve().parent


def fetch_toxiproxy():
    """The program; built when it is not there yet. `DSR_TOXIPROXY` names another folder for it."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    directory = pathlib.Path(os.environ.get("DSR_TOXIPROXY") or cache / "ds-reconciler" / "toxiproxy")
    done = subprocess.run(
        [HERE / "fetch_toxiproxy", directory],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise NotFetched(f"{HERE}/fetch_toxiproxy ended with {done.returncode}: {done.stdout.strip()[-3000:]}")
    return max(directory.glob("toxiproxy-*"))


class Toxiproxy(Server):
    """The server; `link` makes a proxy on it."""

    name = "toxiproxy"

    def begin(self):
        self.program = fetch_toxiproxy()

    def command(self):
        return [self.program, "-host", "127.0.0.1", "-port", self.port]

    def call(self, method, path, **body):
        request = urllib.request.Request(
            f"http://{self.address}{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def link(self, name, upstream, host="127.0.0.1"):
        """A link to that HOST:PORT, which listens at `host`."""
        made = self.call("POST", "/proxies", name=name, listen=f"{host}:0", upstream=upstream, enabled=True)
        return Link(self, name, made["listen"])


class Link:
    """One proxy. `address` is where it listens, `port` that one's port."""

    def __init__(self, server, name, listen):
        self.server, self.name = server, name
        self.port = int(listen.rpartition(":")[2])
        self.address = f"{listen.rpartition(':')[0]}:{self.port}"
        self.toxics = []

    def spoil(self, kind, stream="downstream", **attributes):
        """From now on: latency(latency, jitter), bandwidth(rate in KB/s), timeout(timeout; 0: nothing gets through any
        more and nothing is closed), reset_peer(timeout)."""
        made = self.server.call(
            "POST", f"/proxies/{self.name}/toxics", type=kind, stream=stream, toxicity=1.0, attributes=attributes
        )
        self.toxics.append(made["name"])

    def cut(self):
        """Closes its connections and refuses new ones."""
        self.server.call("POST", f"/proxies/{self.name}", enabled=False)

    def heal(self):
        for toxic in self.toxics:
            self.server.call("DELETE", f"/proxies/{self.name}/toxics/{toxic}")
        self.toxics = []
        self.server.call("POST", f"/proxies/{self.name}", enabled=True)
