#!/usr/bin/env python3
"""Sends guests into a chat room: chat_test.py PROGRAM."""

import socket
import subprocess
import sys
import unittest

PROGRAM = None


class Guest:
    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(60)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self.lines = self.socket.makefile("rb")
        host, number = self.socket.getsockname()
        self.name = f"{host}:{number}"
        self.read()  # That it is in.

    def read(self):
        return self.lines.readline().decode()

    def say(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def leave(self):
        self.lines.close()
        self.socket.close()


class Chat(unittest.TestCase):
    def start(self, connections, *flags):
        room = subprocess.Popen(
            [PROGRAM, f"--connections={connections}", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(room.kill)
        line = room.stdout.readline()
        self.assertRegex(line, r"\Alistening on 127\.0\.0\.1:\d+\n\Z")
        return room, int(line.split(":")[1])

    def test_what_one_says_the_others_hear(self):
        room, port = self.start(3)
        a, b, c = Guest(port), Guest(port), None
        self.assertEqual(a.read(), f"* {b.name} enters, 2 are here\n")
        c = Guest(port)
        for guest in (a, b):
            self.assertEqual(guest.read(), f"* {c.name} enters, 3 are here\n")
        a.say("hello")
        for guest in (b, c):
            self.assertEqual(guest.read(), f"{a.name}: hello\n")
        c.say("and hello")
        for guest in (a, b):
            self.assertEqual(guest.read(), f"{c.name}: and hello\n")
        b.leave()
        for guest in (a, c):
            self.assertEqual(guest.read(), f"* {b.name} has left\n")
        a.leave()
        self.assertEqual(c.read(), f"* {a.name} has left\n")
        c.leave()
        _, errors = room.communicate(timeout=60)
        self.assertEqual((room.returncode, errors), (0, ""))

    def test_who_does_not_read_is_dropped_and_the_others_miss_nothing(self):
        room, port = self.start(3, "--guest_bytes=65536")
        sleeper = Guest(port, receive_buffer=4096)
        talker, reader = Guest(port), Guest(port)
        self.assertIn("3 are here", talker.read())
        line = "x" * 4000
        gone = f"* {sleeper.name} has left\n"
        present = True
        said = 0
        while present:
            # One at a time, so that the reader is never behind.
            talker.say(line)
            said += 1
            while (heard := reader.read()) != f"{talker.name}: {line}\n":
                self.assertEqual(heard, gone)
                present = False
            self.assertLess(said, 100_000)
        with self.assertRaises(ConnectionResetError):
            while sleeper.socket.recv(1 << 20):
                pass
        for guest in (sleeper, talker, reader):
            guest.leave()
        _, errors = room.communicate(timeout=60)
        self.assertEqual(room.returncode, 0)
        self.assertRegex(errors, rf"dropped {sleeper.name}: write {sleeper.name}: \d+ bytes are queued")

    def test_a_line_without_end_ends_the_visit(self):
        room, port = self.start(2)
        a, rude = Guest(port), Guest(port)
        a.read()
        rude.socket.sendall(b"x" * 5000)
        self.assertEqual(a.read(), f"* {rude.name} has left\n")
        a.leave()
        rude.leave()
        _, errors = room.communicate(timeout=60)
        self.assertEqual(room.returncode, 0)
        self.assertIn("not within 4096 bytes", errors)


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
