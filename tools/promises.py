#!/usr/bin/env python3
"""Names, beside each promise of docs/semantics.md, the tests that carry its number.

  SOURCES=$(git ls-files 'tests/*.cc' 'benchmarks/*.cc')
  tools/promises.py docs/semantics.md $SOURCES          rewrites the column
  tools/promises.py --check docs/semantics.md $SOURCES  fails if it would
"""

import argparse
import collections
import pathlib
import re
import sys

# | L1 | what is promised | tests |
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.*) \| ([^|]*) \|$")
# TEST(Loop, L1_TheOrderOfATurn); a name may carry several numbers.
TEST = re.compile(r"\bTEST(?:_[FP])?\(\s*(\w+)\s*,\s*((?:[A-Z]\d+_)+\w+)\s*\)")
# A promise of speed is not for a test to keep: the document names a benchmark instead.
BENCHMARK = re.compile(r"\bBENCHMARK\((\w+)")
MEASURED = re.compile(r"measured by `(\w+)`")
NOT_YET = "not yet"


def read_sources(paths):
    """The tests by the numbers that they carry, and the names of all benchmarks."""
    tests = collections.defaultdict(set)
    benchmarks = set()
    for path in paths:
        source = path.read_text()
        benchmarks.update(BENCHMARK.findall(source))
        for suite, name in TEST.findall(source):
            for number in re.match(r"(?:[A-Z]\d+_)+", name)[0].split("_")[:-1]:
                tests[number].add(f"`{suite}.{name}`")
    return tests, benchmarks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("document", type=pathlib.Path)
    parser.add_argument("sources", type=pathlib.Path, nargs="+")
    args = parser.parse_args()

    tests, benchmarks = read_sources(args.sources)
    known = set()
    errors = []
    lines = []
    for line in args.document.read_text().splitlines():
        if row := ROW.match(line):
            number, promise, column = row.groups()
            known.add(number)
            expected = ", ".join(sorted(tests[number])) or NOT_YET
            measured = MEASURED.fullmatch(column)
            if expected == NOT_YET and measured and measured[1] in benchmarks:
                expected = column
            if column != expected:
                errors.append(f"{number}: the document says {column}; the tests say {expected}")
            line = f"| {number} | {promise} | {expected} |"
        lines.append(line)
    unknown = sorted(number for number in tests if tests[number] and number not in known)
    errors += [f"{number}: {', '.join(tests[number])}: no such promise" for number in unknown]

    if not args.check:
        args.document.write_text("\n".join(lines) + "\n")
    elif errors:
        print(*errors, "Run tools/promises.py as its first lines say.", sep="\n", file=sys.stderr)
    return 1 if unknown or (args.check and errors) else 0


if __name__ == "__main__":
    sys.exit(main())
