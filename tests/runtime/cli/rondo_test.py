#!/usr/bin/env python3
"""The rondo command from outside: what it prints, where, and how it exits."""

import hashlib
import json
import os
import pty
import subprocess
import sys
import tempfile
import unittest

RONDO, GREET, TEXT = None, None, None


def rondo(*arguments, stdin=b""):
    return subprocess.run(
        [RONDO, *arguments], input=stdin, capture_output=True, timeout=120, check=False
    )


class RondoTest(unittest.TestCase):
    def succeeds(self, *arguments, stdin=b""):
        done = rondo(*arguments, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (0, b""), arguments)
        return done.stdout

    def fails(self, code, *arguments):
        """Returns its one line, without the code's name in brackets at its end."""
        done = rondo(*arguments)
        self.assertEqual((done.returncode, done.stdout), (code, b""), arguments)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("rondo: "), lines)
        return lines[0][len("rondo: ") :]


class Kinds(RondoTest):
    def test_a_line_for_each(self):
        lines = self.succeeds("kinds").decode().splitlines()
        names = [line.split()[0] for line in lines]
        self.assertEqual(names, sorted(names))
        for name in ("fs.read_file", "crypto.hash", "http.get", "net.connect"):
            self.assertIn(name, names)
        read_file = next(line for line in lines if line.startswith("fs.read_file "))
        self.assertEqual(read_file.split(), ["fs.read_file", "pool", "path", "[max_bytes]"])

    def test_of_one_plugin(self):
        names = self.succeeds("kinds", "http", "--names").decode().split()
        self.assertIn("http.get", names)
        self.assertTrue(all(name.startswith("http.") for name in names))

    def test_all_of_one_kind(self):
        text = self.succeeds("kinds", "fs.read_file").decode()
        self.assertIn("plugin fs, runs on the pool", text)
        self.assertRegex(text, r"\n  path +bytes +required")
        self.assertRegex(text, r"\n  max_bytes +int64 +default 1073741824")
        self.assertIn("\nresult: bytes\n", text)

    def test_as_json(self):
        kinds = {kind["name"]: kind for kind in json.loads(self.succeeds("kinds", "--json"))}
        self.assertEqual(kinds["fs.read_file"]["runs_on"], "pool")
        self.assertEqual(kinds["fs.read_file"]["request"]["fields"][0]["name"], "path")

    def test_of_nobody(self):
        line = self.fails(1, "kinds", "fs.read_fil")
        self.assertTrue(line.startswith('no plugin and no task kind "fs.read_fil"'), line)
        self.assertIn("did you mean fs.read_file", line)


class Call(RondoTest):
    def test_bytes_come_as_they_are(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bytes")
            content = bytes(range(256)) * 1000
            with open(path, "wb") as file:
                file.write(content)
            self.assertEqual(self.succeeds("call", "fs.read_file", f"path={path}"), content)

    def test_a_struct_comes_as_json(self):
        with open(TEXT, "rb") as file:
            size = len(file.read())
        info = json.loads(self.succeeds("call", "fs.stat", f"path={TEXT}"))
        self.assertEqual(info["size"], size)
        self.assertEqual(info["type"], "regular")

    def test_bytes_go_from_a_file_and_from_the_standard_input(self):
        with open(TEXT, "rb") as file:
            content = file.read()
        digest = hashlib.sha256(content).hexdigest().encode()
        arguments = ("call", "crypto.hash", "algorithm=sha256")
        self.assertEqual(self.succeeds(*arguments, f"data=@{TEXT}"), digest)
        self.assertEqual(self.succeeds(*arguments, "data=@-", stdin=content), digest)
        self.assertEqual(
            self.succeeds(*arguments, "data=@@x"), hashlib.sha256(b"@x").hexdigest().encode()
        )

    def test_its_own_result_is_not_ended_but_on_a_terminal(self):
        primary, secondary = pty.openpty()
        done = subprocess.run(
            [RONDO, "call", "crypto.hash", "algorithm=sha256", "data="],
            stdout=secondary, timeout=120, check=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0)
        self.assertEqual(
            os.read(primary, 1000).strip(), hashlib.sha256(b"").hexdigest().encode()
        )
        os.close(primary)
        os.close(secondary)

    def test_errors_are_the_tasks(self):
        self.assertEqual(
            self.fails(1, "call", "fs.read_file", "path=/nowhere"),
            'open "/nowhere": No such file or directory (NOT_FOUND)',
        )

    def test_errors_in_the_request_name_kind_and_field(self):
        self.assertEqual(
            self.fails(1, "call", "fs.read_file"),
            'fs.read_file: field "path": it is missing, and has no default (INVALID_ARGUMENT)',
        )
        self.assertEqual(
            self.fails(1, "call", "fs.read_file", "path=x", "max_bytes=few"),
            'fs.read_file: field "max_bytes": expected an integer, not "few" (INVALID_ARGUMENT)',
        )
        self.assertIn("did you mean path?", self.fails(1, "call", "fs.read_file", "pth=x"))
        self.assertEqual(
            self.fails(1, "call", "fs.read_file", "x"),
            'fs.read_file: "x" is not of the form field=value (INVALID_ARGUMENT)',
        )
        self.assertIn("did you mean fs.read_file", self.fails(1, "call", "fs.readfile"))

    def test_a_timeout(self):
        with tempfile.TemporaryDirectory() as folder:
            fifo = os.path.join(folder, "fifo")
            os.mkfifo(fifo)
            line = self.fails(1, "call", "fs.read_file", f"path={fifo}", "--timeout=50ms")
            self.assertIn("(DEADLINE_EXCEEDED)", line)

    def test_again_and_again(self):
        text = self.succeeds(
            "call", "fs.stat", f"path={TEXT}", "--repeat=50", "--parallel=7"
        ).decode()
        self.assertRegex(text, r"^50 calls of fs.stat in .*, \d+ a second\nmin .*  p99 .*\nOK 50\n$")

    def test_again_and_again_in_vain(self):
        done = rondo("call", "fs.stat", "path=/nowhere", "--repeat=3")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"NOT_FOUND 3\n", done.stdout)

    def test_statistics(self):
        done = rondo("call", "fs.stat", f"path={TEXT}", "--stats")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr.decode(), r"fs\.stat +1 +0 +\S+ +\S+")


class Plugins(RondoTest):
    def test_loaded_and_called(self):
        self.assertEqual(
            self.succeeds("call", "greet.say", "--plugin", GREET, "name=you"), b"hello you"
        )

    def test_loaded_with_options(self):
        self.assertEqual(
            self.succeeds("call", "greet.say", "--plugin", f"{GREET}:greeting=bye", "name=you"),
            b"bye you",
        )

    def test_a_wrong_option(self):
        line = self.fails(1, "kinds", "--plugin", f"{GREET}:greting=bye")
        self.assertIn("did you mean greeting?", line)
        self.assertIn("configure plugin fz", self.fails(1, "kinds", "--plugin", "fz:a=b"))

    def test_no_plugin(self):
        self.assertIn(TEXT, self.fails(1, "kinds", "--plugin", f"./{TEXT}"))

    def test_checked(self):
        text = self.succeeds("check", GREET).decode()
        self.assertIn("plugin greet: says hello\n", text)
        self.assertRegex(text, r"\n  greeting +bytes +default \"hello\"")
        self.assertRegex(text, r"\ngreet.say +pool +name\n")
        checked = json.loads(self.succeeds("check", GREET, "--json"))
        self.assertEqual(checked["abi"], checked["host_abi"])
        self.assertIsNone(checked["error"])
        self.assertEqual(
            [kind["name"] for kind in checked["plugin"]["kinds"]], ["greet.main", "greet.say"]
        )

    def test_an_application(self):
        done = rondo("run", GREET, "--json", "3")
        self.assertEqual((done.returncode, done.stdout), (3, b"--json 3\n"))
        done = rondo("run", GREET, "fail")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"asked to fail", done.stderr)


class CommandLine(RondoTest):
    def test_help(self):
        self.assertIn(b"rondo call KIND", self.succeeds("--help"))
        self.assertEqual(self.succeeds("help"), self.succeeds("--help"))
        self.assertIn(b"--repeat N", self.succeeds("help", "call"))
        self.assertEqual(self.succeeds("help", "call"), self.succeeds("call", "--help"))
        self.assertIn(b"rondo=", self.succeeds("--version"))

    def test_no_command(self):
        done = rondo()
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn("did you mean call?", self.fails(2, "cal"))
        self.assertIn("no option --jsn; did you mean json?", self.fails(2, "kinds", "--jsn"))
        self.assertIn("which kind?", self.fails(2, "call"))

    def test_colours_only_where_they_are_wanted(self):
        self.assertNotIn(b"\x1b", self.succeeds("kinds"))
        self.assertIn(b"\x1b[1m", self.succeeds("kinds", "--colour=always"))

    def test_completion(self):
        script = self.succeeds("completion", "bash").decode()
        ask = (
            'COMP_WORDS=("$RONDO" call fs.rea); COMP_CWORD=2; _rondo "$RONDO"; echo "${COMPREPLY[@]}"\n'
            'COMP_WORDS=("$RONDO" call fs.read_file pa); COMP_CWORD=3; _rondo "$RONDO" 2>/dev/null;'
            'echo "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", script + ask],
            capture_output=True, timeout=120, check=True, env={**os.environ, "RONDO": RONDO},
        )  # fmt: skip
        kinds, fields = done.stdout.decode().splitlines()
        self.assertIn("fs.read_file", kinds.split())
        self.assertEqual(fields, "path=")


if __name__ == "__main__":
    RONDO, GREET, TEXT = (os.path.abspath(path) for path in sys.argv[1:4])
    TEXT = os.path.relpath(TEXT)
    unittest.main(argv=sys.argv[:1], verbosity=2)
