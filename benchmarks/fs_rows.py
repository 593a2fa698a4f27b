"""The rows of W6."""

from rows import SIZE, Row, ahead_of, cpu, of_raw, wall


def _reads(name, text, most, *goals, **more):
    return Row(
        workload="W6",
        name=name,
        programs={column: [name, SIZE] for column in ["raw", "rondo", "libuv"]},
        most=most,
        figures=(wall(text, *goals), cpu("the same, CPU")),
        instructions=False,
        varies="threads",
        **more,
    )


ROWS = [
    _reads(
        "random",
        "random 4 KiB reads from the page cache, 64 in flight",
        1_000_000,
        of_raw(1.3),
        ahead_of("libuv"),
        counted=(2_000, 22_000),
    ),
    _reads(
        "small",
        "whole files of 4 KiB, 64 in flight",
        300_000,
        of_raw(1.2),
        ahead_of("libuv"),
        counted=(2_000, 12_000),
    ),
    _reads("sequential", "1 MiB reads, one at a time", 20_000, of_raw(1.05), ahead_of("libuv")),
]
