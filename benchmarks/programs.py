"""Builds the programs and runs them."""

import atexit
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import rows

WORKSPACE = pathlib.Path(
    os.environ.get("BUILD_WORKSPACE_DIRECTORY", pathlib.Path(__file__).resolve().parent.parent)
)
FOLDERS = {
    "W1": "w1_pool_latency",
    "W2": "w2_pool_throughput",
    "W3": "w3_timers",
    "W4": "w4_ticks",
    "W5": "w5_echo",
    "W6": "w6_fs",
    "W8": "w8_crypto",
    "W9": "w9_start",
}
# A header of each peer that is built, and the packages that --install brings.
HEADERS = {"libuv": "/usr/include/uv.h", "asio": "/usr/include/asio.hpp"}
PACKAGES = ["libuv1-dev", "libasio-dev", "valgrind", "strace"]
TIMEOUT_S = 120


class Failed(Exception):
    """A program did not do what it should."""


def has(column):
    if column in rows.MANAGED:
        return shutil.which(column) is not None
    return column not in HEADERS or os.path.exists(HEADERS[column])


def missing():
    return [column for column in rows.COLUMNS if not has(column)]


def _bazel(*arguments, **options):
    # The same output base as that of the `bazel run` that has started this, for the same results.
    command = ["bazel"]
    base, execroot, _ = os.path.abspath(sys.argv[0]).partition("/execroot/")
    if execroot:
        command.append(f"--output_base={base}")
    return subprocess.run(
        [*command, *arguments], cwd=WORKSPACE, check=True, text=True, **options
    )


def install():
    command = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    subprocess.run(command if os.geteuid() == 0 else ["sudo", *command], check=True)
    # The compiler's headers, of which Bazel has a list that was made when it was configured.
    _bazel("sync", "--configure")


@functools.lru_cache(None)
def _bin():
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    info = _bazel("info", "-c", "opt", "bazel-bin", **quiet)
    return pathlib.Path(info.stdout.strip())


@functools.lru_cache(None)
def _go_bin():
    folder = tempfile.TemporaryDirectory(prefix="benchmarks-go-")
    atexit.register(folder.cleanup)
    return pathlib.Path(folder.name)


def _go_folder(workload):
    return WORKSPACE / "benchmarks" / "go" / workload.lower()


def _build_go(workloads):
    for workload in workloads:
        if _go_folder(workload).exists():
            done = subprocess.run(
                ["go", "build", "-buildvcs=false", "-o", str(_go_bin() / workload),
                 f"./{workload.lower()}"],
                cwd=_go_folder(workload).parent, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                print("Go: not built, so not measured", file=sys.stderr)


def build(workloads):
    """Builds what is there of these workloads, with the flags of `bazel build -c opt`."""
    targets = []
    for workload in workloads:
        folder = f"//benchmarks/{FOLDERS[workload]}"
        targets.append(f"{folder}:all")  # Not the peers, which are manual.
        for peer in HEADERS:
            if has(peer) and (WORKSPACE / "benchmarks" / FOLDERS[workload] / f"{peer}.cc").exists():
                targets.append(f"{folder}:{peer}")
    if has("go"):
        _build_go(workloads)
    _bazel(
        "build", "-c", "opt", "--experimental_convenience_symlinks=ignore", "--curses=no",
        "--show_progress_rate_limit=60", "--noshow_loading_progress", *targets,
    )  # fmt: skip


def path(workload, name):
    return _bin() / "benchmarks" / FOLDERS[workload] / name


def command(workload, column, arguments, size):
    """What to run, of the program of this column."""
    arguments = [str(size) if argument == rows.SIZE else str(argument) for argument in arguments]
    if column == "node":
        script = WORKSPACE / "benchmarks" / FOLDERS[workload] / "node.js"
        return ["node", "--expose-gc", str(script), *arguments]
    if column == "go":
        return [str(_go_bin() / workload), *arguments]
    return [str(path(workload, column)), *arguments]


def parse(line):
    return json.loads(line)


def run_json(arguments, **options):
    """The JSON object that a program prints, as its last line."""
    done = subprocess.run(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_S,
        check=False, **options,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        error = done.stderr.strip().splitlines() or ["no output"]
        raise Failed(f"{os.path.basename(arguments[0])} {' '.join(arguments[1:])}: {error[-1]}")
    return parse(lines[-1])


def run_program(row, column, size, wrapper=()):
    return run_json([*wrapper, *command(row.workload, column, row.programs[column], size)])


RUNNERS = {"program": run_program}


def run(row, column, size, wrapper=()):
    """One run; `wrapper` is what the program runs under, such as strace."""
    return RUNNERS[row.runner](row, column, size, wrapper)


def columns(row):
    """Those that can be run, in order."""
    return [
        column for column in rows.COLUMNS
        if column in row.programs and has(column)
        and (column != "go" or (_go_bin() / row.workload).exists())
    ]  # fmt: skip
