"""The rows of W5."""

import echo
from rows import SIZE, Row, at_most, cpu, reported, wall

BATCH = "how many messages are found at once"
CALLBACKS = ["raw", "rondo", "libuv", "asio", "node"]
COROUTINES = ["raw", "rondo", "asio", "go"]


def _row(form, connections, depth, counted, goals, memory=(), **more):
    columns = CALLBACKS if form == "callbacks" else COROUTINES
    many = f"{connections} connection{'s' if connections > 1 else ''}"
    name = f"{many}, depth {depth}, {form}"
    figures = [cpu(f"{name}: CPU of the server"), wall(f"{name}: wall")]
    if memory:
        figures.append(
            reported("bytes_per_connection", f"memory of an idle connection, {form}", "B", *memory)
        )
    return Row(
        workload="W5",
        name=name,
        programs={
            # By hand there is one form.
            column: ["callbacks" if column == "raw" else form, connections, depth, SIZE]
            for column in columns
        },
        most=1_000_000,
        least=max(1_000, 4 * connections * depth),
        figures=tuple(figures),
        counted=counted,
        counter_goals=goals,
        varies=BATCH if connections > 1 else "",
        plot=("connections", connections) if depth == 1 and form == "callbacks" else (),
        runner="echo",
        **more,
    )


def _goals(instructions, system_calls):
    return {
        "instructions": (at_most(instructions, f"{instructions} instructions"),),
        "system_calls": (at_most(system_calls, f"{system_calls:.2f} system calls"),),
    }


# A little more than the whole number, for what happens now and then.
THREE_CALLS = {"system_calls": (at_most(3.001, "3.00 system calls"),)}
SIZES = (3_200, 16_000)
ROWS = [
    row
    for row in [
        _row("callbacks", 1, 1, (500, 6_500), THREE_CALLS),
        _row("coroutines", 1, 1, (500, 6_500), THREE_CALLS),
        _row("callbacks", 64, 1, SIZES, _goals(150, 2.03)),
        _row("coroutines", 64, 1, SIZES, _goals(250, 2.03)),
        _row("callbacks", 1000, 1, (), {}, (at_most(200, "200 B"),)),
        _row("coroutines", 1000, 1, (), {}, (at_most(600, "600 B"),)),
        _row("callbacks", 1, 16, (), {}),
        _row("callbacks", 64, 16, (), {}),
        _row("callbacks", 1000, 16, (), {}, when=("full",)),
        _row("callbacks", 10, 1, (), {}, when=("full",)),
        _row("callbacks", 100, 1, (), {}, when=("full",)),
        _row("callbacks", 10_000, 1, (), {}, when=("full",)),
    ]
    if echo.can_open(row.programs["rondo"][1])
]
