#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daemon/demo, but for installing and building: it ends well, says why one workflow was recovered and another waits, and
with --stay the page answers until Ctrl-C, after which nothing is left."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from testbed import main  # noqa: E402


class Demo(unittest.TestCase):
    def start(self, *arguments, **options):
        command = ["/usr/bin/python3", ROOT / "daemon/demo_cluster.py", os.environ["DSR_BINARY"], *arguments]
        demo = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
        )
        self.addCleanup(self.end, demo)
        return demo

    def end(self, demo):
        """It ends its daemon and its ZooKeeper itself, but not when it is killed."""
        demo.terminate()
        try:
            demo.communicate(timeout=60)
        finally:
            demo.kill()
            demo.wait()

    def test_terminated_in_the_background(self):
        """Where a shell lets a process ignore SIGINT."""
        demo = self.start("--stay", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        said = ""
        for line in demo.stdout:
            said += line
            if line.startswith("4. The daemon"):
                break
        demo.terminate()
        rest = demo.stdout.read()  # until the daemon and the ZooKeeper are gone, too, for they write there
        self.assertEqual(demo.wait(60), 130, said + rest)
        self.assertFalse(pathlib.Path(re.search(r"in SQLite, in (\S+)", said)[1]).exists(), rest)

    def test_options(self):
        """Nothing is built or started for what is no option."""
        script = pathlib.Path(__file__).resolve().parent.parent.parent / "daemon" / "demo"
        for option, code in (("--help", 0), ("--hepl", 2)):
            said = subprocess.run([script, option], capture_output=True, text=True, timeout=20)
            self.assertEqual((said.returncode, "usage: daemon/demo [--stay]" in said.stdout + said.stderr), (code, True), said)

    def test_without_a_terminal(self):
        """Nobody would end it; it says what it leaves out."""
        demo = self.start()
        said = demo.stdout.read()
        self.assertEqual(demo.wait(60), 0, said)
        self.assertIn("\n8. Skipped, because this is no terminal (--stay plays it)", said)

    def test_as_a_user_sees_it(self):
        demo = self.start("--stay")
        said, address = [], None
        for line in demo.stdout:  # ctest's time limit ends a demo that says nothing more
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                address = found[0]
            if address and " doctor -c " in line:
                break
        so_far = "".join(said)
        self.assertIsNotNone(address, so_far)
        self.assertNotIn("Connection dropped", so_far, "what a client library says")
        self.assertIn("10 workflows were handed to live masters, each once", so_far)
        self.assertRegex(so_far, r"Workflow instance 100: owned\n(.*\n)+.*failover +10\.0\.0\.7:5678 +orphan +recovered +.*\(\S+\) +10\.0\.0\.5:5678")
        self.assertRegex(so_far, r"Workflow instance 203: waiting\nhost 10\.0\.0\.6:5678 absent for .* due after 15 m 00 s")
        self.assertIn('"notRecovered":0,"needsPerson":1,', so_far)
        self.assertIn("\nNeeds a person: 1 (111): ", so_far)
        binary = re.escape(os.environ["DSR_BINARY"])
        printed = re.findall(rf"^ +({binary} (\w+)(?: [\w-]+)* -c \S+)$", so_far, re.MULTILINE)
        self.assertEqual([word for _, word in printed], ["sweep", "run", "explain", "explain", "status", "status", "verdicts", "explain", "explain", "history", "doctor"])
        for command, word in printed:
            if word != "run":  # it runs already
                result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
                self.assertEqual(result.returncode, 5 if word == "sweep" else 0, (command, result))
        verdicts = next(command for command, word in printed if word == "verdicts")
        self.assertRegex(subprocess.run(verdicts, shell=True, capture_output=True, text=True, check=False).stdout,
                         r" 111  unrecoverable +10\.0\.0\.7:5678 +RUNNING_EXECUTION +finance +payroll-111 ")
        with urllib.request.urlopen(address, timeout=10) as page:
            self.assertIn("<title>ds-reconciler", page.read().decode())
        with urllib.request.urlopen(f"{address}api/v1/explain/203", timeout=10) as answer:
            self.assertIn('"waiting"', answer.read().decode())
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
        self.assertEqual(demo.wait(60), 0, rest)
        scratch = re.search(r"in SQLite, in (\S+)", so_far)[1]
        self.assertFalse(pathlib.Path(scratch).exists(), rest)


if __name__ == "__main__":
    main()
