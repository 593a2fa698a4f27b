"""The rows of W4."""

from rows import SIZE, Row, ahead_of, at_most, cpu, of_raw, wall


def _row(name, columns, figure, **more):
    # By hand nothing needs memory.
    return Row(
        workload="W4",
        name=name,
        programs={
            column: [name.removesuffix("-intrusive") if column == "raw" else name, SIZE]
            for column in columns
        },
        figures=(figure,),
        least=10_000,
        **more,
    )


ROWS = [
    _row(
        "tick",
        ["raw", "rondo", "libuv", "asio", "node"],
        cpu("next tick, CPU", at_most(6, "6 ns")),
        most=10_000_000,
        counted=(10_000, 210_000),
    ),
    _row(
        "post",
        ["raw", "rondo", "asio"],
        cpu("post on the loop, 1000 at once, CPU", at_most(6, "6 ns")),
        most=10_000_000,
        counted=(10_000, 210_000),
    ),
    _row(
        "post-intrusive",
        ["raw", "rondo"],
        cpu("the same, tasks that need no memory, CPU", at_most(6, "6 ns")),
        most=10_000_000,
        counted=(10_000, 210_000),
    ),
    _row(
        "coroutine",
        ["raw", "rondo", "asio", "node", "go"],
        cpu("coroutine's yield, CPU", at_most(20, "20 ns")),
        most=10_000_000,
        counted=(10_000, 210_000),
    ),
    _row(
        "turn",
        ["raw", "rondo", "libuv", "node"],
        cpu("turn of the loop with an immediate, CPU"),
        most=2_000_000,
        counted=(10_000, 30_000),
    ),
    _row(
        "remote",
        ["raw", "rondo", "libuv", "asio", "go"],
        wall("post from another thread", of_raw(1.3), ahead_of("libuv")),
        most=5_000_000,
        counted=(100_000, 300_000),
        instructions=False,
        varies="two threads",
    ),
    _row(
        "remote-intrusive",
        ["raw", "rondo"],
        wall("the same, tasks that need no memory", of_raw(1.3)),
        most=5_000_000,
        instructions=False,
    ),
]
