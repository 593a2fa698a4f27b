"""The row of W9, and how it is run."""

import shutil

import programs
import rows
from rows import Row, at_most, of_raw, reported, wall_in


def run(row, column, size, _):
    command = programs.command(row.workload, column, [], size)
    if column == "node":
        command[0] = shutil.which(column)  # It is not looked for.
    launch = str(programs.path(row.workload, "launch"))
    return programs.run_json([launch, str(size), *command])


programs.RUNNERS["start"] = run

ROWS = [
    Row(
        workload="W9",
        name="start and exit",
        programs={column: [] for column in rows.COLUMNS},
        most=500,
        least=5,
        figures=(
            wall_in("µs", "start and exit of an empty program", of_raw(2)),
            reported("resident_bytes", "largest memory (RSS)", "KiB", at_most(6144, "6 MiB")),
        ),
        runner="start",
    )
]
