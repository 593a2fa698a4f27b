"""Times: runs of the programs of a row by turns, and what they say."""

import statistics
import subprocess
import sys

import programs

# How much of the time that a program has is enough to tell how many operations fit into it.
ENOUGH = 1 / 20


def choose_size(row, column, seconds):
    """Operations that take about `seconds`, within what the row allows."""
    size = row.least
    while size < row.most:
        nanos = max(programs.run(row, column, size)["wall_ns"], 1)
        if nanos > seconds * 1e9 * ENOUGH:
            return int(min(row.most, max(row.least, size / nanos * seconds * 1e9)))
        size *= 10
    return row.most


def measure(row, columns, runs, seconds, step):
    """Lists of JSON objects by column; `step()` is called after each turn of a column.

    A peer that fails is left out, as this may be its own affair; a failure of Rondo's program or of
    the raw one is an error.
    """
    results = {column: [] for column in columns}

    def attempt(column, function, *arguments):
        try:
            return function(row, column, *arguments)
        except (programs.Failed, subprocess.TimeoutExpired) as error:
            if column in ("raw", "rondo"):
                raise
            print(f"left out: {error}", file=sys.stderr)
            del results[column]
            return None
        finally:
            step()

    sizes = {column: attempt(column, choose_size, seconds) for column in columns}
    for _ in range(runs):
        for column in list(results):
            run = attempt(column, programs.run, sizes[column])
            if run is not None:
                results[column].append(run)
    return results


def spread(results, figure):
    """(median, least, most) by column."""
    found = {}
    for column, runs in results.items():
        try:
            values = [figure.value(run) for run in runs]
        except KeyError:
            continue  # This program does not report it.
        found[column] = (statistics.median(values), min(values), max(values))
    return found
