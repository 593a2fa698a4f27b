"""Tells how far the driver is: a bar on a terminal, otherwise a line a step."""

import sys
import time

WIDTH = 30


class Progress:
    def __init__(self, total):
        self._total = total
        self._done = 0
        self._begin = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def begin(self, what):
        """`what` is being done from now on."""
        self._what = what
        if self._terminal:
            self._draw()
        else:
            done = f"{self._done}/{self._total}, {time.monotonic() - self._begin:.0f} s"
            print(f"[{done}] {what}", file=sys.stderr, flush=True)

    def step(self):
        self._done += 1
        if self._terminal:
            self._draw()

    def end(self):
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        seconds = time.monotonic() - self._begin
        print(f"measured for {seconds:.0f} s", file=sys.stderr)

    def _draw(self):
        filled = WIDTH * self._done // max(self._total, 1)
        bar = "#" * filled + "." * (WIDTH - filled)
        print(
            f"\r\033[K[{bar}] {self._done}/{self._total} {self._what}",
            end="", file=sys.stderr, flush=True,
        )  # fmt: skip
