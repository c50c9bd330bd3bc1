#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What docker/ and docs/container.md say agrees with each other and with the program: settings that exist, one grace, one user,
one version, and what Kubernetes' restricted profile asks for. tests/docker/lint and tests/docker/run look deeper and longer."""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/docker")]

from dockerfile import NotUnderstood, command, parse, substituted  # noqa: E402
from ignore import context  # noqa: E402
from image import ZONE, health_command, interpolated  # noqa: E402
from testbed import StandIn, World, main  # noqa: E402

DOCKER = ROOT / "docker"
GRACE = 40
USER = 9530
SETTING = re.compile(r"DS_RECONCILER_[A-Z0-9_]*[A-Z0-9]")
REGISTRIES = ("zookeeper", "etcd", "jdbc")
PLACEHOLDER = "CHANGE_ME"  # in the examples, where a person must write the zone of the masters


def read(path):
    return yaml.safe_load(interpolated((DOCKER / path).read_text()))


class Override(yaml.SafeLoader):
    """A Compose file that takes values of another one back by !reset."""


RESET = object()
Override.add_constructor("!reset", lambda *_: RESET)


def merged(base, override):
    """As Compose puts its second file over the first."""
    if not isinstance(base, dict) or not isinstance(override, dict):
        return override
    keys = [*base, *(key for key in override if key not in base)]
    both = {key: merged(base.get(key), override[key]) if key in override else base[key] for key in keys}
    return {key: value for key, value in both.items() if value is not RESET}


def compose(registry):
    """compose.yaml, with the file of that registry."""
    base = read("compose.yaml")
    if registry == "zookeeper":
        return base
    return merged(base, yaml.load((DOCKER / f"compose.{registry}.yaml").read_text(), Override))


def manifests():
    """{file: document} of docker/kubernetes."""
    return {file.relative_to(DOCKER): document for file in sorted((DOCKER / "kubernetes").rglob("*.yaml"))
            for document in yaml.safe_load_all(file.read_text())}


def pods():
    """{file: the pod's specification}"""
    return {file: document["spec"]["template"]["spec"] for file, document in manifests().items()
            if document["kind"] in ("Deployment", "StatefulSet") and "master" not in file.name}


def secrets():
    """The documents of the example."""
    return list(yaml.safe_load_all((DOCKER / "kubernetes/configuration/secret.example.yaml").read_text()))


def ours(pod):
    return next(c for c in pod["containers"] if c["name"] == "ds-reconciler")


def final_stage():
    """{instruction's name: the last one of it} of the stage that is shipped."""
    return {i.name: i for i in parse((DOCKER / "Dockerfile").read_text())[-1].instructions}


def check_config(environment, file=DOCKER / "reconciler.yaml"):
    return subprocess.run([os.environ["DSR_BINARY"], "check-config", "--config", file], env=environment,
                          capture_output=True, text=True, timeout=20)


def in_force(said):
    """{path of a key: its value in force} of what check-config prints; None where there is none."""
    found, sections = {}, []
    for line in said.splitlines():
        indent, key, value = re.fullmatch(r"( *)(?:# )?([a-z_]+):(.*)", line).groups()
        sections = sections[: len(indent) // 2]
        if value:
            value = value.strip()
            found[".".join([*sections, key])] = None if value in ("null", "(not set)") else as_text(value)
        else:
            sections.append(key)
    return found


def as_text(value):
    """A scalar as it is written, without its quotes: `off` is no truth value here."""
    return yaml.load(value, Loader=yaml.BaseLoader)


def variable(path):
    return "DS_RECONCILER_" + path.replace(".", "__").upper()


class Settings(unittest.TestCase):
    def keys(self, registry):
        said = check_config({"DS_RECONCILER_DATABASE__TIME_ZONE": "UTC", "DS_RECONCILER_REGISTRY__TYPE": registry})
        self.assertEqual(said.returncode, 0, said.stderr)
        keys = in_force(said.stdout)
        self.assertGreater(len(keys), 60)
        return keys, said.stdout

    def test_every_key_can_come_from_the_environment(self):
        for registry in REGISTRIES:
            with self.subTest(registry):
                keys, said = self.keys(registry)
                again = check_config({variable(path): value or "" for path, value in keys.items()})
                self.assertEqual((again.returncode, again.stdout), (0, said), again.stderr)

    def test_what_is_written_down_exists(self):
        known = {variable(path) for registry in REGISTRIES for path in self.keys(registry)[0]}
        for file in [ROOT / "docs/container.md", *(f for f in DOCKER.rglob("*") if f.is_file())]:
            with self.subTest(file.name):
                self.assertEqual(set(SETTING.findall(file.read_text())) - known, set())

    def assert_whole(self, said, registry):
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(in_force(said.stdout)["registry.type"], registry)

    def test_compose_alone_is_a_whole_configuration(self):
        for registry, service in itertools.product(REGISTRIES, ("journal", "reconciler")):
            environment = compose(registry)["services"][service]["environment"]
            with self.subTest(registry, service=service), tempfile.NamedTemporaryFile("w") as password:
                password.write("a password\n")
                password.flush()
                self.assertIn("/run/secrets/", environment["DS_RECONCILER_DATABASE__PASSWORD_FILE"])
                said = check_config(environment | {"DS_RECONCILER_DATABASE__PASSWORD_FILE": password.name})
                self.assert_whole(said, registry)

    def test_compose_has_the_named_registry_only(self):
        for registry in REGISTRIES:
            with self.subTest(registry):
                services = compose(registry)["services"]
                self.assertEqual(services.keys() & {"zookeeper", "etcd"}, {registry} - {"jdbc"})
                for name, service in services.items():
                    self.assertLessEqual(service.get("depends_on", {}).keys(), services.keys(), name)
                for name in ("master", "worker", "api"):
                    said = services[name]["environment"]
                    self.assertEqual(said.get("REGISTRY_TYPE", "zookeeper"), registry, name)
                    self.assertEqual("REGISTRY_ZOOKEEPER_CONNECT_STRING" in said, registry == "zookeeper", name)

    def test_the_config_map_is_a_whole_configuration(self):
        text = read("kubernetes/configuration/config-map.yaml")["data"]["reconciler.yaml"]
        for registry in REGISTRIES:
            with self.subTest(registry), tempfile.TemporaryDirectory() as folder:
                for secret in secrets():
                    for name, value in secret["stringData"].items():
                        (pathlib.Path(folder) / name).write_text(value)
                file = pathlib.Path(folder) / "reconciler.yaml"
                file.write_text(text.replace("/etc/ds-reconciler/credentials", folder).replace(PLACEHOLDER, ZONE))
                environment = read(f"kubernetes/configuration/registry-{registry}.yaml")["data"]
                said = check_config(environment | {"DS_RECONCILER_HTTP__LISTEN": "0.0.0.0:9530"}, file)
                self.assert_whole(said, registry)

    def test_nobody_runs_an_example_with_a_zone_that_was_not_filled_in(self):
        text = read("kubernetes/configuration/config-map.yaml")["data"]["reconciler.yaml"]
        self.assertEqual(yaml.safe_load(text)["database"]["time_zone"], PLACEHOLDER)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            said = check_config({}, file.name)
        self.assertEqual(said.returncode, 2)
        self.assertRegex(said.stderr, "database.time_zone: is still the placeholder CHANGE_ME.*masters' JVM")
        image = check_config({})
        self.assertEqual(image.returncode, 2)
        self.assertRegex(image.stderr, "database.time_zone: is missing")
        raw = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
        for service, name in (("master", "TZ"), ("journal", "DS_RECONCILER_DATABASE__TIME_ZONE"), ("reconciler", "DS_RECONCILER_DATABASE__TIME_ZONE")):
            self.assertRegex(raw[service]["environment"][name], r"^\$\{TIME_ZONE:\?.+\}$", service)  # Compose stops without it

    def test_examples_are_in_shadow_mode(self):
        self.assertEqual(read("reconciler.yaml"), {"failover": {"mode": "shadow"}})
        self.assertEqual(compose("zookeeper")["services"]["reconciler"]["environment"]["DS_RECONCILER_FAILOVER__MODE"], "shadow")
        text = read("kubernetes/configuration/config-map.yaml")["data"]["reconciler.yaml"]
        self.assertEqual(yaml.safe_load(text)["failover"]["mode"], "shadow")

    def test_one_path_of_the_password(self):
        """That of the unit's LoadCredential, in each page and example outside Compose, whose secrets have a folder of their own."""
        pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "config").glob("*"), *(DOCKER / "kubernetes").rglob("*.yaml")]
        found = {path for page in pages if page.is_file() and page.suffix != ".png"
                 for path in re.findall(r"/etc/ds-reconciler/[\w/.-]*database\.password", page.read_text())}
        self.assertEqual(found - {"/etc/ds-reconciler/blue.credentials/database.password"}, {"/etc/ds-reconciler/credentials/database.password"})

    def test_pods_take_the_registry_from_its_config_map(self):
        for file, pod in pods().items():
            self.assertEqual(ours(pod)["envFrom"], [{"configMapRef": {"name": "ds-reconciler-registry"}}], file)
        for registry in REGISTRIES:
            self.assertEqual(read(f"kubernetes/configuration/registry-{registry}.yaml")["metadata"]["name"], "ds-reconciler-registry")


class Files(unittest.TestCase):
    def test_time_to_stop(self):
        self.assertEqual(read("compose.yaml")["services"]["reconciler"]["stop_grace_period"], f"{GRACE}s")
        self.assertEqual({f.name: p["terminationGracePeriodSeconds"] for f, p in pods().items()},
                         {"deployment.yaml": GRACE, "sidecar.yaml": GRACE})
        self.assertEqual(final_stage()["STOPSIGNAL"].text, "SIGTERM")

    def test_image_runs_without_root_and_without_a_shell(self):
        stage = final_stage()
        self.assertEqual(stage["USER"].text, f"{USER}:{USER}")
        for name in ("ENTRYPOINT", "CMD"):
            self.assertEqual(command(stage[name]), stage[name].list, f"{name} is not in exec form")
        health = health_command(stage["HEALTHCHECK"])
        self.assertEqual(health[:2], [stage["ENTRYPOINT"].list[0], "health"])
        self.assertEqual(["CMD", *health], read("compose.yaml")["services"]["reconciler"]["healthcheck"]["test"])

    def test_compose_confines_it(self):
        service = read("compose.yaml")["services"]["reconciler"]
        self.assertEqual((service["read_only"], service["cap_drop"], service["security_opt"]),
                         (True, ["ALL"], ["no-new-privileges:true"]))
        # Its folder is root's: Docker alone knows uid=, and nobody else is in the container.
        self.assertEqual(service["tmpfs"], ["/run/ds-reconciler:mode=1777,size=1m"])
        self.assertIn(f"reconciler-state:{final_stage()['VOLUME'].list[0]}", service["volumes"])

    def test_pods_fit_the_restricted_profile(self):
        for file, pod in pods().items():
            with self.subTest(file.name):
                context = pod.get("securityContext", {}) | ours(pod)["securityContext"]
                self.assertEqual((context["runAsNonRoot"], context["runAsUser"], context["allowPrivilegeEscalation"],
                                  context["readOnlyRootFilesystem"], context["capabilities"], context["seccompProfile"]),
                                 (True, USER, False, True, {"drop": ["ALL"]}, {"type": "RuntimeDefault"}))
                kinds = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
                self.assertLessEqual(kinds, {"projected", "emptyDir"})

    def test_what_others_read_is_in_a_secret_of_its_own(self):
        keys = {secret["metadata"]["name"]: set(secret["stringData"]) for secret in secrets()}
        self.assertEqual(keys, {"ds-reconciler": {"database.password", "http.token"}, "ds-reconciler-read": {"http.read-token"}})
        endpoint = read("kubernetes/replicas/pod-monitor.yaml")["spec"]["podMetricsEndpoints"][0]
        self.assertEqual(endpoint["authorization"]["credentials"], {"name": "ds-reconciler-read", "key": "http.read-token"})
        for file, pod in pods().items():
            with self.subTest(file.name):
                mounted = {source["secret"]["name"]: {item["key"] for item in source["secret"]["items"]}
                           for volume in pod["volumes"] for source in volume.get("projected", {}).get("sources", [])
                           if "secret" in source}
                self.assertEqual(mounted, keys)

    def test_pods_get_no_token_of_the_cluster(self):
        for file, pod in pods().items():
            self.assertIs(pod.get("automountServiceAccountToken"), False, file)

    def test_image_is_hardened_as_the_package_is(self):
        build = parse((DOCKER / "Dockerfile").read_text())[0]
        preset = re.search(r"cmake --preset (\w+)", " ".join(i.text for i in build.instructions))[1]
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        flags = json.dumps(next(p for p in presets if p["name"] == preset)["cacheVariables"])
        for flag in ("-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-z,relro", "-z,now", "-pie"):
            self.assertIn(flag, flags)

    def test_probes(self):
        deployment, sidecar = (ours(pod) for _, pod in sorted(pods().items()))
        paths = {kind: deployment[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
        self.assertEqual(paths, {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"})
        self.assertEqual(sidecar["livenessProbe"]["exec"]["command"], health_command(final_stage()["HEALTHCHECK"]))
        self.assertNotIn("readinessProbe", sidecar)

    def test_one_version(self):
        version = re.search(r"^project\(ds-reconciler VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)[1]
        self.assertIn(f"ARG VERSION={version}\n", (DOCKER / "Dockerfile").read_text())
        self.assertEqual({ours(pod)["image"] for pod in pods().values()}, {f"ds-reconciler:{version}"})

    def test_what_is_copied_is_in_the_context(self):
        kept = context(ROOT)
        self.assertNotIn("tests", {path.parts[0] for path in kept})
        for stage in parse((DOCKER / "Dockerfile").read_text()):
            for copy in (i for i in stage.instructions if i.name == "COPY" and not i.option("from")):
                for source in copy.text.split()[:-1]:
                    self.assertTrue(any(path.is_relative_to(source) for path in kept), f"COPY {source}")

    def test_what_is_copied_is_enough_to_configure(self):
        """The first stage's own COPY lines, and then its CMake preset."""
        build = parse((DOCKER / "Dockerfile").read_text())[0]
        preset = re.search(r"cmake --preset (\w+)", " ".join(i.text for i in build.instructions))[1]
        with tempfile.TemporaryDirectory() as folder:
            for source in (s for i in build.instructions if i.name == "COPY" for s in i.text.split()[:-1]):
                for path in (p for p in context(ROOT) if p.is_relative_to(source)):
                    (pathlib.Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / path, pathlib.Path(folder) / path)
            done = subprocess.run(["cmake", "--preset", preset], cwd=folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)


class Commands(unittest.TestCase):
    @unittest.skipIf(os.geteuid() != 0, "the page's commands are for root")
    def test_making_the_secrets_of_compose(self):
        page = (ROOT / "docs/container.md").read_text()
        lines = [line.strip() for line in page.splitlines() if line.startswith("    ") and "secrets/" in line]
        self.assertEqual(len(lines), 3, lines)
        with tempfile.TemporaryDirectory() as folder:
            secrets = pathlib.Path(folder) / "secrets"
            secrets.mkdir()
            subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(lines)], cwd=folder, check=True, timeout=20)
            password, environment = secrets / "database.password", secrets / "dolphinscheduler.env"
            self.assertRegex(password.read_text(), r"\A[0-9a-f]{48}\n\Z")
            self.assertEqual(environment.read_text(), "SPRING_DATASOURCE_PASSWORD=" + password.read_text())
            own = secrets / "reconciler.password"
            self.assertNotEqual(own.read_text(), password.read_text())
            for file in (password, own):
                self.assertEqual((file.stat().st_uid, oct(file.stat().st_mode & 0o777)), (USER, "0o400"))
            self.assertEqual(oct(environment.stat().st_mode & 0o777), "0o400")
        compose = read("compose.yaml")
        for name in ("database.password", "reconciler.password"):
            self.assertEqual(compose["secrets"][name]["file"], f"secrets/{name}")
        self.assertEqual(compose["services"]["master"]["env_file"], ["secrets/dolphinscheduler.env"])


class Compose(unittest.TestCase):
    def test_its_steps_make_a_user_with_whom_the_daemon_sweeps(self):
        """The very commands of the steps journal and grants, in a shell here; only places are others. Twice: `up` again
        runs them again."""
        services = read("compose.yaml")["services"]
        with World(["postgresql"]) as world, tempfile.TemporaryDirectory() as folder:
            world.end(StandIn(world.zookeeper, "127.9.9.8:5678"))
            server = world.database("dolphinscheduler", kind="postgresql").server
            passwords = {"database.password": server.password, "reconciler.password": "of the daemon's own"}
            for name, text in passwords.items():
                (pathlib.Path(folder) / name).touch(mode=0o600)
                (pathlib.Path(folder) / name).write_text(text + "\n")

            def here(text):
                for place, ours_ in (("/run/secrets", folder), ("/var/lib/ds-reconciler", folder), ("ds-reconcilerd ", "$DSR_BINARY "),
                                     ("/etc/ds-reconciler", str(DOCKER)), ("$$", "$")):  # fmt: skip
                    text = text.replace(place, ours_)
                return text

            def environment(service):
                place = {"DS_RECONCILER_DATABASE__HOST": "127.0.0.1", "DS_RECONCILER_DATABASE__PORT": str(server.port),
                         "DS_RECONCILER_REGISTRY__CONNECT": world.zookeeper.address, "PGHOST": "127.0.0.1",
                         "PGPORT": str(server.port), "DSR_BINARY": os.environ["DSR_BINARY"], "PATH": os.environ["PATH"],
                         "DS_RECONCILER_RECORDING__ENABLED": "false"}  # fmt: skip
                owner = {"PGUSER": server.user, "DS_RECONCILER_DATABASE__USER": server.user} if service != "reconciler" else {}
                return {k: here(v) for k, v in services[service]["environment"].items()} | place | owner

            script = DOCKER / "make_user.sql"
            (pathlib.Path(folder) / "make_user.sql").write_text(here(script.read_text()))
            for service in ("journal", "grants", "journal", "grants"):
                (text,) = services[service]["command"]
                text = here(text).replace(str(script), f"{folder}/make_user.sql")
                done = subprocess.run([*services[service]["entrypoint"], text], env=environment(service),
                                      capture_output=True, text=True, timeout=60)  # fmt: skip
                self.assertEqual(done.returncode, 0, f"{service}: {done.stdout}{done.stderr}")
            swept = subprocess.run([os.environ["DSR_BINARY"], "sweep", "--config", DOCKER / "reconciler.yaml"],
                                   env=environment("reconciler"), capture_output=True, text=True, timeout=60)  # fmt: skip
            self.assertEqual(swept.returncode, 0, swept.stdout + swept.stderr)
            self.assertEqual(services["reconciler"]["environment"]["DS_RECONCILER_DATABASE__USER"], "ds_reconciler")


class Reader(unittest.TestCase):
    """tests/docker/dockerfile.py: what it takes for a build must be what Docker would."""

    def test_stages_options_and_continued_lines(self):
        build, last = parse("# a comment\nFROM a AS build\nRUN --mount=type=cache,target=/c one \\\n  # between\n  && two\n"
                            "FROM b\nCOPY --from=build /x /y\nCMD [\"p\", \"q r\"]\n")
        self.assertEqual((build.name, build.base, last.name, last.base), ("build", "a", "1", "b"))
        self.assertEqual((build.instructions[0].text, build.instructions[0].option("mount")),
                         ("one && two", "type=cache,target=/c"))
        self.assertEqual(last.instructions[0].option("from"), "build")
        self.assertEqual(command(last.instructions[1]), ["p", "q r"])

    def test_shell_form_is_a_shell(self):
        stage = parse("FROM a\nENTRYPOINT run it\nHEALTHCHECK --retries=3 CMD is it well\n")[0]
        self.assertEqual(command(stage.instructions[0]), ["/bin/sh", "-c", "run it"])
        self.assertEqual(health_command(stage.instructions[1]), ["/bin/sh", "-c", "is it well"])

    def test_what_it_does_not_know_is_refused(self):
        for text in ("RUN x", "FROM a\nADD x y", "FROM a\nRUN --network=none x", "FROM a\nRUN <<EOF", "# syntax=x\nFROM a",
                     "FROM a\nRUN x \\", "FROM --platform=x a"):
            with self.subTest(text), self.assertRaises(NotUnderstood):
                parse(text)

    def test_variables(self):
        self.assertEqual(substituted("$A-${B}-${C}", {"A": "1", "B": "2"}), "1-2-")
        with self.assertRaises(NotUnderstood):
            substituted("${A:-x}", {})


if __name__ == "__main__":
    main()
