#!/usr/bin/env python3
"""Writes compile_commands.json, for clangd and clang-tidy. Arguments go to `bazel aquery`."""

import json
import pathlib
import re
import subprocess
import sys

# Of GCC alone; Clang stops at them.
GCC_ONLY = {"-fno-canonical-system-headers", "-fno-gnu-unique", "-Wno-free-nonheap-object"}
# Of layering_check: module maps, which need not have been built, and would be checked again.
LAYERING = re.compile(r"-fmodule-(map-file|name)=|-fmodules-strict-decluse|-Wprivate-header")


def bazel(*args):
    return subprocess.run(["bazel", *args], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    workspace = bazel("info", "workspace").strip()
    external = bazel("info", "output_base").strip() + "/external/"
    query = 'mnemonic("CppCompile", //...)'
    output = bazel("aquery", "--output=jsonproto", "--include_artifacts=false", *sys.argv[1:], query)
    commands = {}
    for action in json.loads(output)["actions"]:
        arguments = [
            re.sub(r"^(-I)?external/", lambda match: (match[1] or "") + external, argument)
            for argument in action["arguments"]
            if argument not in GCC_ONLY and not LAYERING.match(argument)
        ]
        file = arguments[arguments.index("-c") + 1]
        commands.setdefault(
            file, {"directory": workspace, "file": file, "arguments": arguments}
        )
    path = pathlib.Path(workspace, "compile_commands.json")
    path.write_text(json.dumps(list(commands.values()), indent=1) + "\n")
    print(f"{path}: {len(commands)} files", file=sys.stderr)


if __name__ == "__main__":
    main()
