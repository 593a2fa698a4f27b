#!/usr/bin/env python3
"""Prints the Nth block of C++ in a Markdown file: snippet.py FILE N, N from 1 on."""

import re
import sys


def main():
    path, number = sys.argv[1], int(sys.argv[2])
    with open(path) as file:
        blocks = re.findall(r"^```cpp\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    if not 1 <= number <= len(blocks):
        sys.exit(f"{path} has {len(blocks)} blocks of C++, and no block {number}")
    print(f'#line 1 "{path}, block {number}"')
    print(blocks[number - 1], end="")


if __name__ == "__main__":
    main()
