#!/usr/bin/python3
"""Compares Rondo with the raw limit and with its peers, and writes docs/performance.md.

  bazel run -c opt //benchmarks -- [W1 W3 ...] [--install] [--quick] [--runs=5]
"""

# Not by way of env: the shims of some version managers change PATH, and with another PATH Bazel
# would build everything anew.

import argparse
import subprocess
import sys

import counters
import measure
import programs
import progress
import report
import rows
import workloads


def parse():
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("workloads", nargs="*", metavar="W1", help="which; all of them by default")
    parser.add_argument(
        "--install", action="store_true",
        help=f"install {' '.join(programs.PACKAGES)} by apt-get first",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="shorter runs, and less of them")
    parser.add_argument("--runs", type=int, default=5, help="of each program (default: 5)")
    args = parser.parse_args()
    args.workloads = args.workloads or workloads.names()
    unknown = set(args.workloads) - set(workloads.names())
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {workloads.names()}")
    if args.runs < 1:
        parser.error("--runs is at least 1")
    return args


def say(text):
    print(text, file=sys.stderr)


def tell_what_is_missing():
    absent = programs.missing()
    if absent:
        say(f"not here, so not measured: {', '.join(absent)}")
    for tool in counters.tools_missing():
        say(f"{tool} is not here: some counters will be missing")
    if set(absent) - set(rows.MANAGED) or counters.tools_missing():
        say("--install installs them")


def run(row, columns, runs, seconds, bar):
    bar.begin(row.key)
    times = measure.measure(row, columns, runs, seconds, bar.step)
    counts = {}
    if row.counted:
        bar.begin(f"{row.key}, counters")
        for column in times:
            counts[column] = counters.count(row, column, bar.step)
    return report.Result(row, times, counts)


def main():
    args = parse()
    if args.install:
        programs.install()
    tell_what_is_missing()
    say("building")
    programs.build(args.workloads)

    seconds = 0.1 if args.quick else 0.3
    chosen = workloads.rows_of(args.workloads, args.quick)
    work = [(row, programs.columns(row)) for row in chosen]
    total = sum(
        len(columns) * (args.runs + 1)
        + (sum(counters.steps(row, column) for column in columns) if row.counted else 0)
        for row, columns in work
    )
    bar = progress.Progress(total)
    results = [run(row, columns, args.runs, seconds, bar) for row, columns in work]
    bar.end()

    tables = report.tables(results)
    print(tables)
    # A part of the workloads is for the one who asked; the document has all of them.
    if args.workloads == workloads.names():
        say(f"written: {report.write(results, tables, args)}")


if __name__ == "__main__":
    try:
        main()
    except (programs.Failed, subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        sys.exit(f"benchmarks: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
