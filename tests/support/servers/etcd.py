# SPDX-License-Identifier: Apache-2.0
"""An etcd of Debian's package (etcd-server), and a plain client of its JSON gateway."""

import base64
import json
import urllib.error
import urllib.request

from .process import Server, find_program, free_port


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Etcd(Server):
    """One etcd. Its data survive `kill` and `restart`."""

    name = "etcd"

    def __init__(self, directory, *options):
        """`options`: further flags."""
        super().__init__(directory)
        self.options, self.peer_port = options, free_port()

    def command(self):
        peer = f"http://127.0.0.1:{self.peer_port}"
        return [
            find_program(["/usr/bin/etcd"], "etcd-server"),
            *("--data-dir", self.directory / "data"),
            *("--listen-client-urls", self.endpoint, "--advertise-client-urls", self.endpoint),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}"),
            *self.options,
        ]

    @property
    def endpoint(self):
        return f"http://{self.address}"

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.endpoint}/health", timeout=2) as answer:
                return json.load(answer).get("health") == "true"
        except (OSError, ValueError):
            return False

    # The client ------------------------------------------------------------------------------------------------------

    def post(self, path, body):
        request = urllib.request.Request(f"{self.endpoint}{path}", json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as failed:
            raise RuntimeError(f"{path}: {failed.code} {failed.read().decode(errors='replace')}") from None

    def grant(self, ttl):
        return self.post("/v3/lease/grant", {"TTL": str(ttl)})["ID"]

    def revoke(self, lease):
        self.post("/v3/lease/revoke", {"ID": lease})

    def put(self, key, value, lease="0"):
        self.post("/v3/kv/put", {"key": encoded(key), "value": encoded(value), "lease": lease})

    def delete(self, key):
        self.post("/v3/kv/deleterange", {"key": encoded(key)})

    def get(self, key):
        """Its value, or None."""
        found = self.post("/v3/kv/range", {"key": encoded(key)}).get("kvs")
        return base64.b64decode(found[0].get("value", "")).decode(errors="replace") if found else None

    def keys(self, prefix):
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        body = {"key": encoded(prefix), "range_end": encoded(end), "keys_only": True}
        found = self.post("/v3/kv/range", body).get("kvs", [])
        return [base64.b64decode(kv["key"]).decode(errors="replace") for kv in found]


class EtcdCluster:
    """Several members of one etcd. A client's call goes to a member that runs."""

    def __init__(self, directory, size=3):
        self.members = [Etcd(directory / f"etcd{number}") for number in range(size)]
        names = [f"m{number}=http://127.0.0.1:{m.peer_port}" for number, m in enumerate(self.members)]
        for number, member in enumerate(self.members):
            member.options = ("--name", f"m{number}", "--initial-cluster", ",".join(names))

    def __getattr__(self, name):
        return getattr(next(member for member in self.members if member.running), name)

    @property
    def endpoint(self):
        return ",".join(member.endpoint for member in self.members)

    def leader(self):
        for member in self.members:
            if member.running:
                status = member.post("/v3/maintenance/status", {})
                if status["leader"] == status["header"]["member_id"]:
                    return member
        raise RuntimeError("the etcd has no leader")
