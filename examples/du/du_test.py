#!/usr/bin/env python3
"""Compares the sums with those of the real du: du_test.py PROGRAM."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = None


def real(*paths):
    done = subprocess.run(["du", "-sb", *paths], stdout=subprocess.PIPE, text=True)
    return done.stdout


def directories_count():
    """Whether this machine's du -b gives directories a size."""
    with tempfile.TemporaryDirectory() as empty:
        return int(real(empty).split()[0]) == os.lstat(empty).st_size


class Du(unittest.TestCase):
    def ours(self, *paths):
        flag = f"--directories={str(directories_count()).lower()}"
        return subprocess.run(
            [PROGRAM, flag, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def assert_same(self, *paths):
        done = self.ours(*paths)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, real(*paths))

    def test_a_tree_of_everything(self):
        with tempfile.TemporaryDirectory() as root:
            top = pathlib.Path(root)
            (top / "sub" / "deep").mkdir(parents=True)
            (top / "file").write_bytes(b"x" * 1234)
            (top / "sub" / "odd\nname").write_bytes(b"x" * 77)
            (top / "sub" / "deep" / "empty").touch()
            with open(top / "sparse", "wb") as sparse:
                sparse.truncate(5 << 30)
            os.link(top / "file", top / "sub" / "same")
            os.symlink("nowhere", top / "link")
            os.mkfifo(top / "fifo")
            for number in range(300):
                directory = top / "many" / str(number % 20)
                directory.mkdir(parents=True, exist_ok=True)
                (directory / str(number)).write_bytes(b"x" * number)
            self.assert_same(root)
            self.assert_same(str(top / "sub"), str(top / "many"))
            self.assert_same(str(top / "file"))

    def test_what_is_installed(self):
        self.assert_same("/usr/include")

    def test_what_cannot_be_read_is_said(self):
        with tempfile.TemporaryDirectory() as root:
            done = self.ours(root + "/none")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("No such file or directory", done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
