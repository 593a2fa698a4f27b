"""Exact counters an operation: the difference of two sizes, so that start-up cancels out."""

import os
import re
import shutil
import tempfile

import programs
import rows

COUNTERS = {
    "instructions": "instructions",
    "system_calls": "system calls",
    "allocations": "allocations",
    "context_switches": "context switches",
}


def tools_missing():
    return [tool for tool in ("valgrind", "strace") if shutil.which(tool) is None]


def _instructions(row, column, size):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        wrapper = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
            f"--log-file={log}",
        ]  # fmt: skip
        programs.run(row, column, size, wrapper)
        with open(log, encoding="utf-8") as file:
            return int(re.search(r"Collected : (\d+)", file.read())[1])


def _system_calls(row, column, size):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        programs.run(row, column, size, ["strace", "-c", "-f", "-o", log])
        with open(log, encoding="utf-8") as file:
            total = [line.split() for line in file if line.rstrip().endswith(" total")]
        return int(total[-1][3])


def count(row, column, step):
    """The counters of one program by name; `step()` is called after each run of it."""
    small, large = row.counted
    result = {}

    def difference(name, measure):
        counts = []
        for size in (small, large):
            counts.append(measure(row, column, size))
            step()
        result[name] = (counts[1] - counts[0]) / (large - small)

    if row.instructions and column not in rows.MANAGED and shutil.which("valgrind"):
        difference("instructions", _instructions)
    if shutil.which("strace"):
        difference("system_calls", _system_calls)
    plain = [programs.run(row, column, size) for size in (small, large)]
    step()
    for name in ("allocations", "context_switches"):
        if all(name in run for run in plain):
            result[name] = (plain[1][name] - plain[0][name]) / (large - small)
    return result


def steps(row, column):
    """How often `step` will be called."""
    valgrind = row.instructions and column not in rows.MANAGED and shutil.which("valgrind")
    return 1 + (2 if valgrind else 0) + (2 if shutil.which("strace") else 0)
