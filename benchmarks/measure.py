"""Times: runs of the programs of a row by turns, and what they say."""

import statistics

import programs

# A program is first run with few operations, to see how many fit into the time that it has.
PROBES = 50


def choose_size(row, column, seconds):
    """Operations that take about `seconds`, within what the row allows."""
    if row.least >= row.most:
        return row.most
    probe = max(row.least, row.most // PROBES)
    run = programs.run(row, column, probe)
    per_second = probe / max(run["wall_ns"], 1) * 1e9
    return int(min(row.most, max(row.least, per_second * seconds)))


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
