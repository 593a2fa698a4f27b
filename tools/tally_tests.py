#!/usr/bin/env python3
"""Prints how many tests of a `bazel test --build_event_json_file=FILE` passed and failed.

A test that was to run and of which nothing was heard, because it was not built, has failed.
"""

import json
import sys


def main():
    tests = set()
    passed = set()
    with open(sys.argv[1]) as events:
        for event in map(json.loads, events):
            event_id = event["id"]
            if "testSize" in event.get("configured", {}):
                tests.add(event_id["targetConfigured"]["label"])
            elif event.get("testSummary", {}).get("overallStatus") == "PASSED":
                passed.add(event_id["testSummary"]["label"])
    print(len(passed), len(tests | passed) - len(passed))


if __name__ == "__main__":
    main()
