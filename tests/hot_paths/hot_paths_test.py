#!/usr/bin/env python3
"""Fails when a hot path executes more instructions or makes more system calls than it should.

Instructions are counted by callgrind and system calls by strace, each where it is installed: exact
numbers, which are the same on every machine with this compiler, and no times. What an operation
costs is the difference between two runs of different lengths.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SMALL, LARGE = 2_000, 12_000

# What an operation may cost: instructions (a tenth above what it did when this was written) and
# system calls. When a path has become cheaper, lower its limit; when it must become dearer, say
# why in the message of the commit that raises it.
LIMITS = {
    "tick": (64, 0),
    "post": (90, 0.02),
    "timer": (325, 0),
    "timer_at": (225, 0),
    "yield": (48, 0),
    "loop_kind": (722, 0.03),
    "pool_kind": (839, 0.03),
    "stream": (1515, 6),
    "stream_callbacks": (1305, 6),
}


def run(*command):
    subprocess.run(command, check=True, timeout=300)


def instructions(path, times):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        run("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
            f"--log-file={log}", PROGRAM, path, str(times))  # fmt: skip
        with open(log, encoding="utf-8") as file:
            return int(re.search(r"Collected : (\d+)", file.read())[1])


def system_calls(path, times):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        run("strace", "-c", "-f", "-o", log, PROGRAM, path, str(times))
        with open(log, encoding="utf-8") as file:
            total = [line.split() for line in file if line.rstrip().endswith(" total")]
        return int(total[-1][3])


class HotPaths(unittest.TestCase):
    def check(self, what, count, limits):
        for path, limit in limits.items():
            with self.subTest(path):
                each = (count(path, LARGE) - count(path, SMALL)) / (LARGE - SMALL)
                print(f"{path}: {each:.2f} {what}, at most {limit}")
                self.assertLessEqual(each, limit)

    def test_they_run(self):
        for path in LIMITS:
            run(PROGRAM, path, str(SMALL))

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
    def test_instructions(self):
        self.check("instructions", instructions, {path: limit[0] for path, limit in LIMITS.items()})

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_system_calls(self):
        self.check("system calls", system_calls, {path: limit[1] for path, limit in LIMITS.items()})


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1], verbosity=2)
