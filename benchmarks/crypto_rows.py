"""The rows of W8."""

import os

from rows import SIZE, Row, ahead_of, cpu, of_raw, wall


def _hash(size, text, in_flight, goals=(), **more):
    return Row(
        workload="W8",
        name=f"hash {size}, {in_flight} in flight",
        programs={column: ["hash", size, SIZE, in_flight] for column in ["raw", "rondo", "node"]},
        most=max(100, 200_000_000 // (size + 256)),
        least=20,
        figures=(cpu(f"SHA-256 of {text}, {in_flight} in flight, CPU", *goals), wall("the same")),
        **more,
    )


def _either(size, text):
    """The same hash where the loop is, and on a worker."""
    inline = 1 << 30
    return [
        Row(
            workload="W8",
            name=f"hash {size} {where}",
            programs={"rondo": ["hash", size, SIZE, 1, limit]},
            most=100_000,
            least=1000,
            figures=(wall(f"SHA-256 of {text}, {where}"), cpu("the same, CPU")),
            when=("full",),
        )
        for where, limit in (("on the loop", inline), ("on a worker", 0))
    ]


def _seal(size, text, goals=()):
    return Row(
        workload="W8",
        name=f"seal {size}",
        programs={column: ["seal", size, SIZE] for column in ["raw", "rondo", "node"]},
        most=max(100, 400_000_000 // (size + 256)),
        least=20,
        figures=(cpu(f"AES-256-GCM of {text}, CPU", *goals), wall("the same")),
    )


def _pbkdf2(threads, goals):
    return Row(
        workload="W8",
        name=f"pbkdf2 on {threads}",
        programs={
            column: ["pbkdf2", 20_000, SIZE, threads] for column in ["raw", "rondo", "node"]
        },
        most=400,
        least=20,
        figures=(wall(f"PBKDF2 of 20 000 iterations, {threads} at once", *goals),),
    )


ROWS = [
    _hash(256, "256 B", 64, (of_raw(1.3), ahead_of("node"))),
    _hash(256, "256 B", 1),
    _hash(1024, "1 KiB", 64),
    *[row for size in (256, 1024, 2048, 4096, 16384) for row in _either(size, f"{size} B")],
    _hash(16384, "16 KiB", 1),
    _hash(1 << 20, "1 MiB", 1, (of_raw(1 / 0.98),)),
    _seal(1024, "1 KiB"),
    _seal(1 << 20, "1 MiB", (of_raw(1 / 0.98),)),
    _pbkdf2(1, (of_raw(1 / 0.98),)),
    _pbkdf2(os.cpu_count(), (of_raw(1 / 0.98),)),
]
