"""Times: runs of the programs of a row by turns, and what they say."""

import statistics

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
    """Lists of JSON objects by column; `step()` is called after each turn of a column."""
    results = {column: [] for column in columns}
    sizes = {}
    for column in columns:
        sizes[column] = choose_size(row, column, seconds)
        step()
    for _ in range(runs):
        for column in columns:
            results[column].append(programs.run(row, column, sizes[column]))
            step()
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
