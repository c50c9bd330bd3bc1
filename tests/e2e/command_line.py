#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line itself: which configuration it takes, words that it does not know; and what is written down of it is
what --help says: the completions of bash, zsh and fish, and the man page."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from testbed import main  # noqa: E402

COMPLETION = ROOT / "config/completion/ds-reconcilerd.bash"
ZSH = ROOT / "config/completion/ds-reconcilerd.zsh"
FISH = ROOT / "config/completion/ds-reconcilerd.fish"
MAN = ROOT / "config/man/ds-reconcilerd.8"


def help_of(*command):
    return subprocess.run(
        [os.environ["DSR_BINARY"], *command, "--help"], capture_output=True, text=True, check=True, timeout=20
    ).stdout


def call(*arguments, env=None):
    return subprocess.run([os.environ["DSR_BINARY"], *arguments], env=env or {}, capture_output=True, text=True, timeout=20)


def options_in(text):
    """Options of the lines that begin with one."""
    lines = (line.strip() for line in text.splitlines())
    return {o for line in lines if line.startswith("-") for o in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line.split("  ")[0])}


def subcommands():
    section = help_of().split("Subcommands:")[1]
    return re.findall(r"^  ([a-z][a-z-]*)", section, re.MULTILINE)


def completions(*words):
    """What bash offers for the last word."""
    script = (
        f'source "{COMPLETION}"; COMP_WORDS=(ds-reconcilerd "$@"); COMP_CWORD=$#; _ds_reconcilerd; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True, timeout=20)
    return set(done.stdout.split())


def in_braces_and_quotes(text):
    """The options that the specifications of zsh's _arguments name; each begins with its option, behind those that it
    excludes."""
    found = set()
    for braced, plain in re.findall(r"""\{(-[^}]*)\}|'(?:\([^)]*\))?\*?(--[a-z-]+)[\['=]""", text):
        found |= set(braced.split(",")) if braced else {plain}
    return found


def zsh_completions():
    """{command: options}; "" has those before a command."""
    text = ZSH.read_text()
    lists = {name: in_braces_and_quotes(body) for name, body in re.findall(r"^    (help|config|named|output)=\((.*?)\)$", text, re.M | re.S)}

    def options(arguments):
        return in_braces_and_quotes(arguments).union(*(lists[name] for name in re.findall(r"\$(\w+)", arguments) if name in lists))

    found = {"": options(re.search(r"^    _arguments -C (.*)$", text, re.M)[1])}
    for names, arguments in re.findall(r"^        ([a-z| -]+)\) _arguments (.*) ;;$", text, re.M):
        for name in names.split(" | "):
            found[name] = options(arguments)
    return found


def zsh_commands():
    return set(re.findall(r"""^        ['"]([a-z-]+):""", ZSH.read_text(), re.M))


def fish_completions():
    """{command: options}; "" has those before a command."""
    text = FISH.read_text()
    sets = dict(re.findall(r'^set -l (\w+) "?([^"\n]*)"?$', text, re.M))
    commands = sets["commands"].split()
    found = {command: set() for command in ("", *commands)}
    for line in text.splitlines():
        if not line.startswith("complete "):
            continue
        options = {f"-{o}" for o in re.findall(r" -s (\w)", line)} | {f"--{o}" for o in re.findall(r" -l ([a-z-]+)", line)}
        condition = re.search(r' -n (?:\$(\w+)|"([^"]*)")', line)
        words = (sets[condition[1]] if condition[1] else condition[2]).replace("$commands", sets["commands"]).split() if condition else []
        for command in found:
            named = command in words
            if not condition or (not named if words[0] == "not" else named):
                found[command] |= options
    return found


def fish_commands():
    return set(re.findall(r"^complete -c ds-reconcilerd -n \$none -a ([a-z-]+)", FISH.read_text(), re.M))


def rendered():
    return subprocess.run(
        ["groff", "-man", "-Tascii", "-P-cbou", str(MAN)], capture_output=True, text=True, check=True, timeout=20
    ).stdout


def sections():
    """The man page's text below each command's heading."""
    found = {}
    for part in re.split(r"^\.SS ", MAN.read_text(), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        found[heading.replace("\\", "").split()[0]] = re.split(r"^\.SH ", text, flags=re.MULTILINE)[0].replace("\\-", "-")
    return found


class CommandLine(unittest.TestCase):
    def test_there_are_subcommands(self):
        self.assertIn("explain", subcommands())
        self.assertIn("--verdict", options_in(help_of("verdicts")))

    def test_completion_offers_every_subcommand_and_option(self):
        offered = completions("")
        self.assertEqual(set(subcommands()) | options_in(help_of()), offered)
        for command in subcommands():
            with self.subTest(command):
                self.assertEqual(options_in(help_of(command)), completions(command, "-"))

    def test_completion_knows_where_it_is(self):
        self.assertEqual(completions("expl"), {"explain"})
        self.assertEqual(completions("release", "m"), {"mass-loss"})
        self.assertEqual(completions("release", "c"), {"cluster", "clock"})
        self.assertEqual(completions("verdicts", "--verdict", "orph"), {"orphan", "orphan_earlier_incarnation"})
        for option in ("--sort", "--state"):
            said = re.search(option + r" .*?\{(.*?)\}", help_of("verdicts"), re.DOTALL).group(1)
            self.assertEqual(completions("verdicts", option, ""), set(re.findall(r"[A-Za-z_]+", said)))
        said = re.search(r"--verdict.*?\{(.*?)\}", help_of("verdicts"), re.DOTALL).group(1)
        self.assertEqual(completions("verdicts", "--verdict", ""), set(re.findall(r"[a-z_]+", said)))

    def test_zsh_and_fish_offer_every_subcommand_and_option(self):
        for shell, commands, offered in (("zsh", zsh_commands(), zsh_completions()), ("fish", fish_commands(), fish_completions())):
            self.assertEqual(commands, set(subcommands()), shell)
            for command in ("", *subcommands()):
                with self.subTest(shell, command=command):
                    self.assertEqual(offered[command], options_in(help_of(*([command] if command else []))))

    def test_zsh_and_fish_know_every_verdict(self):
        said = re.search(r"--verdict.*?\{(.*?)\}", help_of("verdicts"), re.DOTALL).group(1)
        verdicts = set(re.findall(r"[a-z_]+", said))
        self.assertEqual(set(re.search(r"verdicts=\((.*?)\)", ZSH.read_text(), re.S)[1].split()), verdicts)
        self.assertEqual(set(re.search(r"^set -l verdicts (.*)$", FISH.read_text(), re.M)[1].split()), verdicts)

    def test_an_unknown_word_is_named_with_the_nearest(self):
        for arguments, said in (
            (("statu",), "error: unknown command 'statu': did you mean 'status'?"),
            (("statu", "--json"), "error: unknown command 'statu': did you mean 'status'?"),
            (("-c", "x.yaml", "verdict"), "error: unknown command 'verdict': did you mean 'verdicts'?"),
            (("dance",), "error: unknown command 'dance'; `ds-reconcilerd help` lists what there is"),
            (("status", "--jsn"), "error: unknown option '--jsn': did you mean '--json'?"),
            (("pause", "--reson=x"), "error: unknown option '--reson': did you mean '--reason'?"),
            (("--confg", "x.yaml", "status"), "error: unknown option '--confg': did you mean '--config'?"),
            (("help", "statu"), "error: unknown command 'statu': did you mean 'status'?"),
            (("sta\x1b[2Jtu",), "error: unknown command 'sta?[2Jtu'"),
        ):
            with self.subTest(arguments):
                done = call(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_help_and_version_are_commands(self):
        self.assertEqual(call("help").stdout, help_of())
        self.assertEqual(call("help", "explain").stdout, help_of("explain"))
        self.assertEqual(call("version").stdout, call("--version").stdout)
        self.assertRegex(call("version").stdout, r"^ds-reconcilerd \d+\.\d+")

    def test_the_configuration_is_named_before_or_after_the_command(self):
        good = ROOT / "config/reconciler.yaml"
        zone = {"DS_RECONCILER_DATABASE__TIME_ZONE": "UTC"}
        expected = call("print-config", "--config", good, env=zone).stdout
        self.assertIn("time_zone", expected)
        for arguments, env in (
            (("-c", good, "print-config"), {}),
            (("--config", good, "print-config"), {}),
            (("print-config", "-c", good), {}),
            (("print-config",), {"DS_RECONCILER_CONFIG": str(good)}),
            (("print-config", "-c", good), {"DS_RECONCILER_CONFIG": "/nonexistent"}),
        ):
            with self.subTest(arguments, env=env):
                done = call(*arguments, env=zone | env)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, expected, ""))

    def test_what_names_no_configuration_or_two_is_refused(self):
        good = str(ROOT / "config/reconciler.yaml")
        for arguments, env, said in (
            (("-c", good, "status", "-c", good), {}, "before and after the command"),
            (("-c", good, "status", "--cluster", "blue"), {}, "give one of them"),
            (("status", "--cluster", "../blue"), {}, "is not the name of an instance"),
            (("status", "--config", ""), {}, "--config is empty"),
            (("status", "--cluster", "no-such"), {}, "/etc/ds-reconciler/no-such.yaml: cannot be opened"),
            (("status", "--cluster", "no-such"), {}, "--url unix:/run/ds-reconciler-no-such/http.sock"),
            (("status",), {"DS_RECONCILER_CONFIG": "/nonexistent.yaml"}, "/nonexistent.yaml: cannot be opened"),
        ):
            with self.subTest(arguments, env=env):
                done = call(*arguments, env=env)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(said, done.stderr)

    def test_the_default_configuration(self):
        default = "/etc/ds-reconciler/reconciler.yaml"
        if os.path.exists(default):
            self.assertEqual(call("check-config").stdout, call("check-config", "-c", default).stdout)
            return
        done = call("status")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("error: /etc/ds-reconciler/reconciler.yaml: cannot be opened: No such file or directory", done.stderr)
        self.assertIn("--config FILE, --cluster NAME or the variable DS_RECONCILER_CONFIG", done.stderr)
        self.assertIn("--url unix:/run/ds-reconciler/http.sock", done.stderr)
        self.assertNotIn("--url", call("check-config").stderr)

    def test_urls_that_are_none(self):
        for url, said in (
            ("https://127.0.0.1:9530", "the daemon has no TLS"),
            ("127.0.0.1:9530", "write an address and a port"),
            ("http://127.0.0.1", "write an address and a port"),
            ("http://a b:1", "write an address and a port"),
        ):
            with self.subTest(url):
                done = call("status", "--url", url)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(said, done.stderr)
        done = call("status", "--url", "unix:/nonexistent.sock")
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("no daemon answers at /nonexistent.sock", done.stderr)

    def test_print_config_prints_what_is_shipped(self):
        reference = (ROOT / "docs/configuration.md").read_text().split("writes it anew. -->\n\n")[1]
        shipped = {
            "--example": (ROOT / "config/reconciler.yaml").read_text(),
            "--schema": (ROOT / "config/reconciler.schema.json").read_text(),
            "--reference": reference,
        }
        self.assertIn("\n  mode: shadow\n", shipped["--example"], "what a package installs would act at once")
        for option, text in shipped.items():
            with self.subTest(option):
                done = call("print-config", option)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, text, ""))

    def test_print_config_prints_what_is_in_force(self):
        environment = {
            "DS_RECONCILER_DATABASE__TIME_ZONE": "UTC",
            "DS_RECONCILER_DATABASE__PASSWORD": "hunter2",
            "DS_RECONCILER_SWEEP__JITTER": "0.25",
        }
        done = call("print-config", "--config", ROOT / "config/reconciler.yaml", env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("hunter2", done.stdout)
        self.assertIn("# password: (set)\n", done.stdout)
        self.assertIn("  jitter: 0.25\n", done.stdout)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(done.stdout)
            file.flush()
            again = call("print-config", "--config", file.name)
        self.assertEqual(again.stdout, done.stdout.replace("# password: (set)", "# password: (not set)"))

    def test_print_config_prints_one_thing(self):
        for arguments in ((), ("--example", "--schema"), ("--example", "--config", ROOT / "config/reconciler.yaml")):
            with self.subTest(arguments):
                done = call("print-config", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_man_page_has_every_subcommand_and_option(self):
        page = sections()
        self.assertEqual(set(page), set(subcommands()))
        common = {"--help", "-h", "--config", "-c", "--cluster", "--url", "--token-file", "--output", "-o", "--json", "--utc"}
        asking = {"--direct"}
        for command in subcommands():
            with self.subTest(command):
                written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page[command])) - common
                told = options_in(help_of(command)) - common
                if command in ("status", "verdicts", "explain", "history", "impact"):
                    self.assertLessEqual(asking, told)
                    told -= asking
                self.assertEqual(written, told)
        text = rendered()
        for option in options_in(help_of()) | common | asking:
            self.assertIn(option, text)
        for section in ("FILES", "ENVIRONMENT", "EXIT STATUS"):
            self.assertRegex(text, rf"(?m)^{section}$")
        for name in ("/etc/ds-reconciler/reconciler.yaml", "/etc/ds-reconciler/NAME.yaml", "DS_RECONCILER_CONFIG"):
            self.assertIn(name, text)

    def test_man_page_has_no_warning(self):
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(MAN)],
            capture_output=True, text=True, timeout=20, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"},
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    main()
