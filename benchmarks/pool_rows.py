"""The rows of W1 and W2."""

import os

from rows import SIZE, Figure, Row, ahead_of, at_most, cpu, of_raw, reported, wall

ALL = ["raw", "rondo", "libuv", "asio", "node", "go"]
POOL_THREADS = 4
IN_FLIGHT = 1024


def _rounds(name, how, columns, figures, **more):
    """`how` is the raw program's way to wait."""
    variant = name.split(",")[0]
    return Row(
        workload="W1",
        name=name,
        programs={
            column: [variant, SIZE, *([how] if column == "raw" else [])] for column in columns
        },
        most=200_000,
        least=500,
        figures=tuple(figures),
        instructions=False,
        varies="threads",
        **more,
    )


def _latency(text, *goals):
    return reported("latency_p50_ns", text, "ns", *goals)


LATENCY = [
    _rounds(
        "busy",
        "spin",
        ALL,
        [
            wall("a round, work keeps coming", at_most(1000, "1 µs"), ahead_of("libuv", 10)),
            cpu("the same, CPU"),
        ],
        counted=(500, 3_500),
    ),
    _rounds("busy, futex", "futex", ["raw"], [wall("the same by hand, without spinning")]),
    _rounds("busy, eventfd", "eventfd", ["raw"], [wall("the same by hand, and the loop in epoll")]),
    _rounds(
        "pause",
        "eventfd",
        ALL,
        [
            _latency("a round after a pause, median", of_raw(1.2), ahead_of("libuv")),
            reported("latency_p99_ns", "the same, 99th percentile", "ns"),
            cpu("the same, CPU, with that of the pause"),
        ],
        counted=(500, 2_500),
    ),
    Row(
        workload="W1",
        name="idle",
        programs={column: ["idle", SIZE] for column in ALL},
        most=200,
        least=200,
        figures=(cpu("idle, CPU a millisecond", at_most(5000, "0.5 %")),),
    ),
]


def _over_body(run):
    """What a task costs, in units of what its body alone would with all cores at it."""
    cores = min(POOL_THREADS, os.cpu_count())
    return run["wall_ns"] / run["operations"] * cores / run["body_ns"]


def _flight(in_flight, microseconds, figures, **more):
    columns = ALL if microseconds == 0 else ["raw", "rondo", "libuv", "asio"]
    return Row(
        workload="W2",
        name=f"{in_flight} in flight, {microseconds} us",
        programs={column: ["flight", SIZE, microseconds, in_flight] for column in columns},
        most=2_000_000,
        least=5_000,
        figures=tuple(figures),
        instructions=False,
        varies="threads",
        **more,
    )


def _fan_out(variant, columns, text, *goals):
    return Row(
        workload="W2",
        name=variant,
        programs={
            column: [variant if column == "rondo" else "fanout", SIZE] for column in columns
        },
        most=2_000_000,
        least=20_000,
        figures=(wall(text, *goals),),
        instructions=False,
        varies="threads",
    )


THROUGHPUT = [
    _flight(
        IN_FLIGHT,
        0,
        [wall("a task, 1024 in flight, empty body", of_raw(2), ahead_of("libuv", 3.5))],
        counted=(10_000, 110_000),
        plot=("flight", IN_FLIGHT),
    ),
    _flight(
        IN_FLIGHT,
        1,
        [
            wall("a task, 1024 in flight, body of 1 µs"),
            Figure(
                "the same, in units of the body's time by the cores",
                _over_body,
                "times",
                (at_most(1.05, "1.05"),),
            ),
        ],
    ),
    *[
        _flight(
            number,
            0,
            [wall(f"a task, {number} in flight, empty body")],
            plot=("flight", number),
            when=("quick", "full") if number in (1, 100_000) else ("full",),
        )
        for number in (1, 10, 100, 10_000, 100_000)
    ],
    _fan_out(
        "fanout",
        ["raw", "rondo", "asio", "go"],
        "a task without completion, closures",
        at_most(50, "50 ns"),
        ahead_of("go", 2),
    ),
    _fan_out(
        "fanout-intrusive",
        ["raw", "rondo"],
        "the same, tasks that need no memory",
        at_most(50, "50 ns"),
    ),
    Row(
        workload="W2",
        name="busy",
        programs={"rondo": ["busy", SIZE]},
        most=20_000,
        least=1_000,
        figures=(
            Figure(
                "the loop's own work beside workers that look for more, to that beside ones that don't",
                lambda run: run["beside_spinning_ns"] / run["beside_sleeping_ns"],
                "times",
                (at_most(1.02, "1.02"),),
            ),
        ),
    ),
]

ROWS = [*LATENCY, *THROUGHPUT]
