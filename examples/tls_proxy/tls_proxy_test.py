#!/usr/bin/env python3
"""Talks through a TLS proxy to servers of OpenSSL: tls_proxy_test.py PROGRAM."""

import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = None


def make_certificate(folder, name):
    """One that only itself has signed, for `name`."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=test", "-addext", f"subjectAltName=DNS:{name}", "-days", "2",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return key, certificate


class TlsProxy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.key, self.certificate = make_certificate(folder.name, "a.test")

    def serve(self, handle):
        """Calls `handle` with one TLS connection, or the exception instead of it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(60)
        self.addCleanup(listener.close)

        def run():
            plain, _ = listener.accept()
            plain.settimeout(60)
            with plain:
                try:
                    connection = context.wrap_socket(plain, server_side=True)
                except OSError as error:
                    return handle(error)
                with connection:
                    handle(connection)

        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        return listener.getsockname()[1]

    def start(self, port, *flags, host="127.0.0.1"):
        proxy = subprocess.Popen(
            [PROGRAM, f"--to={host}:{port}", "--connections=1", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(proxy.kill)
        line = proxy.stdout.readline()
        self.assertRegex(line, r"\Alistening on 127\.0\.0\.1:\d+\n\Z")
        port = int(line.split(":")[1])
        return proxy, lambda: socket.create_connection(("127.0.0.1", port), timeout=60)

    def test_both_directions_and_half_close(self):
        sent = bytes(range(256)) * 10000

        def echo(connection):
            data = bytearray()
            while part := connection.recv(1 << 16):
                data += part
            connection.sendall(data)  # All of it, after the end: a half-closed connection.
            connection.unwrap()

        port = self.serve(echo)
        proxy, connect = self.start(port, f"--ca={self.certificate}", "--server_name=a.test")
        with connect() as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            received = bytearray()
            while part := client.recv(1 << 16):
                received += part
        self.assertEqual(received, sent)
        _, errors = proxy.communicate(timeout=60)
        self.assertEqual((proxy.returncode, errors), (0, ""))

    def refused(self, port, *flags, **where):
        """What the proxy says when it must not carry anything."""
        proxy, connect = self.start(port, *flags, **where)
        # Even before it knows of the connection.
        with self.assertRaises(ConnectionResetError), connect() as client:
            client.recv(100)
        _, errors = proxy.communicate(timeout=60)
        self.assertEqual(proxy.returncode, 0)
        return errors

    def test_a_certificate_for_another_name(self):
        outcomes = []
        port = self.serve(outcomes.append)
        errors = self.refused(port, f"--ca={self.certificate}", "--server_name=b.test")
        self.assertIn("tls handshake with b.test", errors)
        self.assertIn("hostname mismatch", errors.lower())

    def test_a_certificate_that_nobody_trusts(self):
        port = self.serve(lambda outcome: None)
        errors = self.refused(port, "--server_name=a.test")
        self.assertIn("self-signed certificate", errors)

    def test_a_server_without_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(60)

            def answer():
                with listener.accept()[0] as plain:
                    plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

            thread = threading.Thread(target=answer)
            thread.start()
            errors = self.refused(listener.getsockname()[1], f"--ca={self.certificate}")
            thread.join()
        self.assertRegex(errors, r"\Atls handshake with 127\.0\.0\.1.*: wrong version number\n\Z")

    def test_an_ipv6_address_stands_in_brackets(self):
        with socket.socket(socket.AF_INET6) as nobody:  # It does not listen.
            nobody.bind(("::1", 0))
            port = nobody.getsockname()[1]
            errors = self.refused(port, f"--ca={self.certificate}", host="[::1]")
        self.assertEqual(errors, f"connect [::1]:{port}: Connection refused\n")

    def test_bad_flags(self):
        for flags, message in [
            (["--to=nowhere"], "--to=nowhere: not HOST:PORT\n"),
            (["--to=a.test:443", "--ca=/no/such/file"], 'open "/no/such/file"'),
        ]:
            result = subprocess.run([PROGRAM, *flags], capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 1)
            self.assertIn(message, result.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
