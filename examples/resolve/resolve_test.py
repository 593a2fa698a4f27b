#!/usr/bin/env python3
"""Compares what `resolve` prints with what a dnsmasq was told: resolve_test.py PROGRAM."""

import os
import re
import shutil
import socket
import subprocess
import sys
import unittest

PROGRAM = None

RECORDS = [
    "--host-record=both.test,192.0.2.1,2001:db8::1,300",
    "--host-record=four.test,192.0.2.4,60",
    "--host-record=four.test,192.0.2.5,60",
    "--host-record=six.test,2001:db8::6",
    "--cname=alias.test,four.test",
    "--srv-host=_chat._tcp.test,one.test,5222,10,5",
    "--srv-host=_chat._tcp.test,two.test,5223,10,60",
    "--srv-host=_chat._tcp.test,last.test,5224,20,0",
    "--txt-record=text.test,v=1,; tau",
    "--ptr-record=9.2.0.192.in-addr.arpa,nine.test",
    "--ptr-record=9.2.0.192.in-addr.arpa,neun.test",
]


def free_port():
    """dnsmasq does not let the kernel choose."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_dnsmasq():
    program = shutil.which("dnsmasq", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if program is None:
        raise AssertionError("dnsmasq is not installed: run setup.sh")
    for _ in range(20):  # Somebody may take the port in between.
        port = free_port()
        server = subprocess.Popen(
            [program, "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null",
             "--no-resolv", "--no-hosts", "--local=/test/", "--listen-address=127.0.0.1",
             "--bind-interfaces", f"--port={port}", "--user=", "--group=", "--pid-file=",
             *RECORDS],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = ""
        for line in server.stderr:
            said += line
            # Its sockets are bound before it says so.
            if "started, version" in line:
                return server, f"127.0.0.1:{port}"
        server.wait(timeout=60)
        if "Address already in use" not in said:
            raise AssertionError(f"dnsmasq: {said}")
    raise AssertionError("no port is free")


class Resolve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmasq, cls.server = start_dnsmasq()

    @classmethod
    def tearDownClass(cls):
        cls.dnsmasq.kill()
        cls.dnsmasq.communicate()

    def resolve(self, *arguments, code=0):
        result = subprocess.run(
            [PROGRAM, f"--server={self.server}", *arguments],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(result.returncode, code, result.stderr)
        return sorted(result.stdout.splitlines()), result.stderr

    def test_addresses(self):
        lines, errors = self.resolve("both.test", "six.test")
        self.assertEqual(errors, "")
        self.assertEqual(
            [re.sub(" for .*", "", line) for line in lines],
            ["both.test: 192.0.2.1", "both.test: 2001:db8::1", "six.test: 2001:db8::6"],
        )
        self.assertEqual(
            self.resolve("--type=ipv4", "both.test")[0], ["both.test: 192.0.2.1 for 5m"]
        )
        self.assertEqual(
            self.resolve("--type=ipv6", "both.test")[0], ["both.test: 2001:db8::1 for 5m"]
        )

    def test_several_addresses_and_an_alias(self):
        lines, _ = self.resolve("--type=ipv4", "alias.test")
        self.assertEqual(
            [re.sub(" for .*", "", line) for line in lines],
            ["alias.test: 192.0.2.4", "alias.test: 192.0.2.5"],
        )

    def test_services_texts_and_names(self):
        result = subprocess.run(
            [PROGRAM, f"--server={self.server}", "--type=srv", "_chat._tcp.test"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(  # In this order.
            result.stdout,
            "_chat._tcp.test: two.test:5223 priority 10 weight 60\n"
            "_chat._tcp.test: one.test:5222 priority 10 weight 5\n"
            "_chat._tcp.test: last.test:5224 priority 20 weight 0\n",
        )
        self.assertEqual(
            self.resolve("--type=txt", "text.test")[0], ['text.test: "v=1; tau"']
        )
        self.assertEqual(
            self.resolve("--type=names", "192.0.2.9")[0],
            ["192.0.2.9: neun.test", "192.0.2.9: nine.test"],
        )

    def test_what_is_not_there(self):
        lines, errors = self.resolve("nothing.test", "four.test", code=1)
        self.assertEqual(len(lines), 2)  # The others are answered all the same.
        self.assertRegex(errors, r'\Aresolve "nothing.test": Domain name not found\n\Z')
        _, errors = self.resolve("--type=ipv6", "four.test", code=1)
        self.assertRegex(errors, r'\Aresolve "four.test": DNS server returned answer with no data')

    def test_a_server_that_does_not_answer(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            result = subprocess.run(
                [PROGRAM, f"--server=127.0.0.1:{silent.getsockname()[1]}", "--timeout=50ms", "a.test"],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
        self.assertEqual(result.returncode, 1)
        self.assertIn("net.resolve", result.stderr)

    def test_bad_flags(self):
        self.assertIn("--type=mx: no such type", self.resolve("--type=mx", "a.test", code=1)[1])
        self.assertEqual(self.resolve()[0], [])


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
