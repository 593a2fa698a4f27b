"""Describes the machine, but not whose it is."""

import os
import platform
import re
import subprocess


def _first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.splitlines()[0].strip()


def _cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _kernel():
    # What follows the numbers may name the one who built it.
    return re.match(r"[0-9.]*[0-9]", platform.release())[0]


def _versions(absent):
    found = []
    for name, package in (("libuv", "libuv1-dev"), ("asio", "libasio-dev")):
        if name not in absent:
            version = _first_line("dpkg-query", "-W", "-f", "${Version}", package)
            found.append(f"{'Asio' if name == 'asio' else name} {version}")
    if "node" not in absent:
        found.append(f"Node {_first_line('node', '--version')}")
    if "go" not in absent:
        found.append(f"Go {_first_line('go', 'version').split()[2].removeprefix('go')}")
    return ", ".join(found) or "none"


# What else the machine had to do.
LOAD = os.getloadavg()[0]


def describe(absent):
    return "\n".join([
        f"- processor: {_cpu()}, {os.cpu_count()} cores",
        f"- kernel: Linux {_kernel()}",
        f"- compiler: {_first_line('clang-19', '--version')}, `-c opt`",
        f"- peers: {_versions(absent)}",
        f"- load average when it began, that is, of other programs: {LOAD:.1f}",
        "",
    ])  # fmt: skip
