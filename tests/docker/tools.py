# SPDX-License-Identifier: Apache-2.0
"""The tools of tests/docker/lint and tests/docker/helm, from PyPI and the Go module proxy, pinned, in a folder under ~/.cache."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOCK = HERE / "requirements.txt"
GO_TOOLS = {  # program: what to install
    "cmd": "github.com/compose-spec/compose-go/v2/cmd@v2.16.2",
    "helm": "helm.sh/helm/v3/cmd/helm@v3.22.0",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1",
}
CRDS = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
CRD_FILES = [f"example/prometheus-operator-crd/monitoring.coreos.com_{kind}.yaml" for kind in ("podmonitors", "prometheusrules")]
# 1.29: the first with native sidecars; the newest that the locked kubernetes-validate has schemas of.
KUBERNETES = ("1.29.0", "1.37.0")


class NotHad(Exception):
    """A tool could not be had; the text says which and why."""


def run(command, what, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=900, **options)
    if done.returncode != 0:
        raise NotHad(f"{what}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def tools():
    """The folder with everything, made when it is missing."""
    key = hashlib.sha256(LOCK.read_bytes() + pathlib.Path(__file__).read_bytes()).hexdigest()[:12]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "ds-reconciler" / f"container-lint-{key}"
    done = folder / "done"
    if done.exists():
        return folder
    if not shutil.which("go"):
        raise NotHad("go is not installed: apt-get install golang-go")
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", folder / "venv"], "a venv")
    run([folder / "venv/bin/pip", "install", "-q", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", LOCK],
        f"packages of {LOCK.name}")
    environment = os.environ | {"GOBIN": str(folder / "bin"), "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local"}
    for module in GO_TOOLS.values():
        run(["go", "install", module], module, env=environment)
    for version in KUBERNETES:
        write_schemas(folder, version)
    module = json.loads(run(["go", "mod", "download", "-json", CRDS], CRDS, cwd=folder, env=environment))
    for file in CRD_FILES:
        write_crd(pathlib.Path(module["Dir"]) / file, folder / "schemas")
    done.touch()
    return folder


def write_schemas(folder, version):
    """The schemas of that Kubernetes, each kind in one file with what it refers to: kubeconform does not follow the links
    between the package's files."""
    packed = next(folder.glob(f"venv/lib/python3*/site-packages/kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"))
    shared = json.loads((packed / "_definitions.json").read_text())["$defs"]
    to = folder / "schemas" / f"v{version}"
    to.mkdir(parents=True)
    for kind in manifests_kinds():
        for file in packed.glob(f"{kind}-*.json"):
            schema, used = json.loads(file.read_text()), {}
            take_references(schema, shared, used)
            (to / file.name).write_text(json.dumps(schema | {"definitions": used}))


def manifests_kinds():
    """The kinds, in small letters, that the manifests and the chart have."""
    files = [*(ROOT / "docker/kubernetes").rglob("*.yaml"), *(ROOT / "docker/helm/ds-reconciler/templates").glob("*.yaml")]
    return {kind.lower() for file in files for kind in re.findall(r"^kind: (\w+)$", file.read_text(), re.MULTILINE)}


def take_references(node, shared, used):
    if isinstance(node, list):
        for item in node:
            take_references(item, shared, used)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].rpartition("/")[2]
            node["$ref"] = f"#/definitions/{name}"
            if name not in used:
                used[name] = json.loads(json.dumps(shared[name]))
                take_references(used[name], shared, used)
        for item in list(node.values()):
            take_references(item, shared, used)


def write_crd(crd, to):
    """The schema of a custom resource, in which a key that it does not name is wrong."""
    definition = yaml.safe_load(crd.read_text())
    names = definition["spec"]["names"]
    for version in definition["spec"]["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        close(schema)
        schema["properties"]["metadata"] = {"type": "object"}
        group = definition["spec"]["group"].partition(".")[0]
        (to / f"{names['kind'].lower()}-{group}-{version['name']}.json").write_text(json.dumps(schema))


def close(node):
    if isinstance(node, list):
        for item in node:
            close(item)
    elif isinstance(node, dict):
        if "properties" in node and not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
        for item in node.values():
            close(item)


def kubeconform(folder, version):
    """The command that checks manifests on its standard input."""
    return [folder / "bin/kubeconform", "-strict", "-verbose", "-summary", "-kubernetes-version", version,
            "-schema-location", f"{folder}/schemas/{{{{.NormalizedKubernetesVersion}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
            "-schema-location", f"{folder}/schemas/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", "-"]  # fmt: skip
