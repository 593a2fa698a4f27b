#!/usr/bin/env python3
"""Compares what is printed with what the real tail prints: tail_follow_test.py PROGRAM."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = None


class Tail(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "log"

    def start(self, *command):
        process = subprocess.Popen(
            [*command, str(self.path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def both(self, lines):
        self.tails = [
            self.start(PROGRAM, f"--lines={lines}"),
            self.start("tail", "-F", "-n", str(lines)),
        ]

    def expect(self, text):
        """Both print exactly this next."""
        for tail in self.tails:
            printed = b""
            while len(printed) < len(text):
                part = os.read(tail.stdout.fileno(), len(text) - len(printed))
                self.assertNotEqual(part, b"", (tail.args, printed))
                printed += part
            self.assertEqual(printed, text, tail.args)

    def append(self, text):
        with open(self.path, "ab") as file:
            file.write(text)

    def test_begins_with_the_last_lines(self):
        long = b"x" * 100_000 + b"\n"  # More than is read at once.
        for content, lines, last in [
            (b"1\n2\n3\n", 2, b"2\n3\n"),
            (b"1\n2\n3", 2, b"2\n3"),
            (b"1\n2\n", 5, b"1\n2\n"),
            (b"\n\n\n", 2, b"\n\n"),
            (b"1\n" + long + b"3\n", 2, long + b"3\n"),
        ]:
            self.path.write_bytes(content)
            self.both(lines)
            self.expect(last)
            for tail in self.tails:
                tail.kill()

    def test_follows_what_is_appended(self):
        self.path.write_bytes(b"first\n")
        self.both(10)
        self.expect(b"first\n")
        for number in range(20):
            self.append(b"line %d\n" % number)
            self.expect(b"line %d\n" % number)
        self.append(b"y" * 300_000)
        self.expect(b"y" * 300_000)

    def test_follows_a_file_that_is_cut_off(self):
        self.path.write_bytes(b"some text\n")
        self.both(10)
        self.expect(b"some text\n")
        os.truncate(self.path, 0)
        self.append(b"new\n")
        self.expect(b"new\n")

    def test_follows_the_name_to_another_file(self):
        self.path.write_bytes(b"old\n")
        self.both(10)
        self.expect(b"old\n")
        os.rename(self.path, str(self.path) + ".1")
        self.path.write_bytes(b"after the rotation\n")
        self.expect(b"after the rotation\n")
        temporary = pathlib.Path(str(self.path) + ".new")
        temporary.write_bytes(b"replaced at once\n")
        os.rename(temporary, self.path)
        self.expect(b"replaced at once\n")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
