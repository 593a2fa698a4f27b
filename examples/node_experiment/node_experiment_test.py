#!/usr/bin/env python3
"""Runs the experiment as a user does: node_experiment_test.py PROGRAM [--threads_flag].

The times are checked by order alone: what is due a second earlier comes first on any machine.
"""

import os
import re
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = None
HAS_THREADS_FLAG = False

LINE = re.compile(r" *([0-9.]+) ms  turn (\d+) +(\w+) +(.*)")


def run(*args, limit=None):
    def set_limit():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    return subprocess.run(
        [PROGRAM, *args], capture_output=True, text=True, timeout=60, preexec_fn=set_limit
    )


class Server:
    """Accepts one connection, reads the request, answers with `answer` and closes or resets."""

    def __init__(self, answer, reset=False):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.thread = threading.Thread(target=self.serve, args=(answer, reset))
        self.thread.start()

    def serve(self, answer, reset):
        connection, _ = self.listener.accept()
        connection.recv(65536)
        connection.sendall(answer)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def __enter__(self):
        return self.url

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()


class GoodRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.result = run()
        cls.lines = [LINE.fullmatch(line) for line in cls.result.stdout.splitlines()]
        cls.lines = [match.groups() for match in cls.lines if match]

    def index(self, pattern):
        found = [i for i, line in enumerate(self.lines) if re.search(pattern, line[3])]
        self.assertTrue(found, f"no line says {pattern}:\n{self.result.stdout}")
        return found[0]

    def test_ends_by_itself_without_complaint(self):
        self.assertEqual((self.result.returncode, self.result.stderr), (0, ""))

    def test_immediates_come_first(self):
        self.assertEqual([line[3] for line in self.lines[:2]], ["immediate 1", "immediate 2"])

    def test_reads_overlap_on_two_threads(self):
        first = [i for i, line in enumerate(self.lines) if re.match("read 1: .* so far", line[3])]
        second = [i for i, line in enumerate(self.lines) if re.match("read 2: .* so far", line[3])]
        self.assertLess(first[0], second[-1])
        self.assertLess(second[0], first[-1])
        self.assertEqual(len({self.lines[first[0]][2], self.lines[second[0]][2]}), 2)
        self.assertRegex(self.lines[first[0]][2], r"pool\d")

    def test_what_follows_comes_in_order(self):
        order = ["read 1 done", "read 3 done", "sealed"]
        self.assertEqual(order, sorted(order, key=self.index))
        order = ["immediate 2", "^1000 ms timer", "GET .* 200", "^3000 ms timer", "^nested 500 ms"]
        self.assertEqual(order, sorted(order, key=self.index))

    def test_turns_are_few(self):
        turns = int(re.search(r"^(\d+) turns", self.result.stdout, re.MULTILINE)[1])
        self.assertLess(turns, 100)

    def test_table_names_the_kinds(self):
        for kind, count in {
            "experiment.read_slowly": 2,
            "fs.read_file": 1,
            "crypto.scrypt": 1,
            "crypto.seal": 1,
            "http.get": 1,
        }.items():
            self.assertRegex(self.result.stdout, rf"(?m)^{re.escape(kind)} +\w+ +{count} +0 ")


class BadInput(unittest.TestCase):
    def assert_fails(self, result, pattern):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertRegex(result.stderr, rf"\A.*{pattern}.*\n\Z")

    def test_missing_file(self):
        self.assert_fails(run("--file=/no/such.txt"), 'open "/no/such.txt": No such file')

    def test_line_break_in_a_name(self):
        self.assert_fails(run("--file=/no\nsuch"), re.escape(r'open "/no\nsuch": No such file'))

    def test_directory(self):
        self.assert_fails(run("--file=/"), '"/": Is a directory')

    def test_fifo_with_nobody_at_the_other_end(self):
        with tempfile.TemporaryDirectory() as directory:
            fifo = os.path.join(directory, "fifo")
            os.mkfifo(fifo)
            self.assert_fails(run(f"--file={fifo}"), f'"{fifo}": it is not a regular file')

    def test_unreadable_file(self):
        with tempfile.NamedTemporaryFile() as file:
            os.chmod(file.name, 0)
            if os.access(file.name, os.R_OK):
                self.skipTest("this user may read everything")
            self.assert_fails(run(f"--file={file.name}"), f'open "{file.name}": Permission denied')

    def test_refused_connection(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # Bound, but it does not listen.
            port = unused.getsockname()[1]
            result = run(f"--url=http://127.0.0.1:{port}/")
        self.assert_fails(result, f"127.0.0.1:{port}.*Connection refused")

    def test_reset_connection(self):
        with Server(b"", reset=True) as url:
            self.assert_fails(run(f"--url={url}"), "127.0.0.1")

    def test_server_closes_before_it_answers(self):
        with Server(b"") as url:
            self.assert_fails(run(f"--url={url}"), "127.0.0.1")

    def test_server_closes_half_way(self):
        with Server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as url:
            self.assert_fails(run(f"--url={url}"), "127.0.0.1")

    def test_server_speaks_something_else(self):
        with Server(b"220 mail.example ESMTP\r\n") as url:
            self.assert_fails(run(f"--url={url}"), "127.0.0.1")

    def test_server_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            self.assert_fails(run(f"--url={url}", "--patience=100ms"), f"{url}.*deadline exceeded")

    def test_no_url(self):
        for url in ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/"]:
            with self.subTest(url):
                self.assert_fails(run(f"--url={url}"), re.escape(url))

    def test_bad_thread_counts(self):
        if not HAS_THREADS_FLAG:
            self.skipTest("this program has no --threads")
        for threads in ["0", "-1", "10000"]:
            with self.subTest(threads):
                self.assert_fails(run(f"--threads={threads}"), threads)

    def test_no_descriptors(self):
        # With one more each time, until there are enough, it fails somewhere else.
        for limit in range(4, 100):
            result = run(limit=limit)
            if result.returncode == 0:
                return
            if "which does not point to an object of type" in result.stderr:
                # UBSan's check of dynamic types looks at memory through a pipe, and takes having
                # no descriptor for one as a wrong type.
                continue
            self.assertRegex(result.stderr, r"\A.+\n\Z", f"with {limit} descriptors")
        self.fail("it never has enough descriptors")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    HAS_THREADS_FLAG = "--threads_flag" in sys.argv
    unittest.main(argv=sys.argv[:1], verbosity=2)
