"""Runs an echo server and the client of all of them."""

import os
import resource
import subprocess

import programs


def _on(processor):
    """What a child does before it becomes its program."""
    available = sorted(os.sched_getaffinity(0))

    def prepare():
        os.sched_setaffinity(0, {available[processor % len(available)]})
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    return prepare


def can_open(connections):
    # A few more are a program's own.
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= connections + 100


def run(row, column, size, wrapper):
    """One run; what the client saw, with what the server counted in its whole life."""
    variant, connections, depth, _ = row.programs[column]
    server = subprocess.Popen(
        [*wrapper, *programs.command(row.workload, column, [variant], size)],
        stdout=subprocess.PIPE, text=True, preexec_fn=_on(0),
    )  # fmt: skip
    try:
        line = server.stdout.readline().split()
        if len(line) != 2 or line[0] != "port":
            raise programs.Failed(f"{row.key}: the server {column} does not listen")
        # Under a wrapper the process is not the server's.
        pid = 0 if wrapper else server.pid
        client = [programs.path(row.workload, "client"), line[1], connections, depth, size, pid]
        result = programs.run_json([str(word) for word in client], preexec_fn=_on(1))
        last = server.communicate(timeout=programs.TIMEOUT_S)[0].splitlines()
        if server.returncode != 0 or not last:
            raise programs.Failed(f"{row.key}: the server {column} ended: {server.returncode}")
    finally:
        server.kill()
        server.wait()
    life = programs.parse(last[-1])
    return {**result, **{key: life[key] for key in ("allocations",) if key in life}}


programs.RUNNERS["echo"] = run
