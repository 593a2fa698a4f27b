#!/usr/bin/env python3
"""Talks to an echo server: echo_server_test.py PROGRAM."""

import socket
import struct
import subprocess
import sys
import threading
import unittest

PROGRAM = None


class EchoServer(unittest.TestCase):
    def start(self, connections):
        server = subprocess.Popen(
            [PROGRAM, f"--connections={connections}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(server.kill)
        line = server.stdout.readline()
        self.assertRegex(line, r"\Alistening on 127\.0\.0\.1:\d+\n\Z")
        port = int(line.split(":")[1])
        return server, lambda: socket.create_connection(("127.0.0.1", port), timeout=60)

    def assert_ends(self, server, stderr=r"\A\Z"):
        out, err = server.communicate(timeout=60)
        self.assertEqual((server.returncode, out), (0, ""), err)
        self.assertRegex(err, stderr)

    def test_serves_clients_at_once_and_ends(self):
        server, connect = self.start(3)
        with connect() as silent, connect() as a, connect() as b:
            for client, text in [(a, b"theme"), (b, b"episode"), (a, b"theme again")]:
                client.sendall(text)
                self.assertEqual(client.recv(100), text)
            silent.shutdown(socket.SHUT_WR)
            self.assertEqual(silent.recv(1), b"")
        self.assert_ends(server)

    def test_returns_every_byte_of_much(self):
        server, connect = self.start(1)
        sent = bytes(range(256)) * 40000
        received = bytearray()
        with connect() as client:

            def send():
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)

            sender = threading.Thread(target=send)
            sender.start()
            while part := client.recv(1 << 20):
                received += part
            sender.join()
        self.assertEqual(received, sent)
        self.assert_ends(server)

    def test_survives_a_reset(self):
        server, connect = self.start(2)
        with connect() as rude:
            rude.sendall(b"hello")
            self.assertEqual(rude.recv(100), b"hello")
            rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with connect() as polite:
            polite.sendall(b"hello")
            self.assertEqual(polite.recv(100), b"hello")
        self.assert_ends(server, r"\Aread 127\.0\.0\.1:\d+: Connection reset by peer\n\Z")

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            result = subprocess.run(
                [PROGRAM, f"--port={port}"], capture_output=True, text=True, timeout=60
            )
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, rf"\A.*127\.0\.0\.1:{port}: Address already in use\n\Z")


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
