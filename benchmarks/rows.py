"""What a row of the report is, and how a goal is judged."""

import dataclasses

# The columns, in their order. Every other one is named when it is missing.
COLUMNS = ["raw", "rondo", "libuv", "asio", "node", "go"]
TITLES = {
    "raw": "raw", "rondo": "Rondo", "libuv": "libuv", "asio": "Asio", "node": "Node", "go": "Go",
}  # fmt: skip
# Whose programs are no native code of their own, so that callgrind can't count in them.
MANAGED = ("node", "go")

# What replaces SIZE among the arguments of a program is the number of operations.
SIZE = "SIZE"


@dataclasses.dataclass(frozen=True)
class Goal:
    """A goal; `reached` is told the medians by column, and says None if it cannot tell."""

    text: str
    reached: object


def at_most(limit, text):
    return Goal(f"≤ {text}", lambda medians: medians["rondo"] <= limit)


def of_raw(factor):
    def reached(medians):
        return medians["rondo"] <= factor * medians["raw"] if "raw" in medians else None

    return Goal(f"≤ {factor:g}x raw", reached)


def ahead_of(column, factor=1):
    """At least `factor` times as fast."""

    def reached(medians):
        return medians["rondo"] * factor <= medians[column] if column in medians else None

    how = f"{factor:g}x faster than" if factor != 1 else "ahead of"
    return Goal(f"{how} {TITLES[column]}", reached)


@dataclasses.dataclass(frozen=True)
class Figure:
    """A line of a table: something that every program of a row reports."""

    text: str
    value: object  # of one run's JSON object
    unit: str
    goals: tuple = ()


def per_operation(key):
    return lambda run: run[key] / run["operations"]


def wall(text, *goals):
    return Figure(text, per_operation("wall_ns"), "ns", goals)


def cpu(text, *goals):
    return Figure(text, per_operation("cpu_ns"), "ns", goals)


# What a unit is of those in which programs report.
SCALES = {"ns": 1, "µs": 1000, "ms": 1_000_000, "B": 1, "KiB": 1024}


def wall_in(unit, text, *goals):
    return Figure(text, lambda run: run["wall_ns"] / run["operations"] / SCALES[unit], unit, goals)


def reported(key, text, unit, *goals):
    return Figure(text, lambda run: run[key] / SCALES[unit], unit, goals)


@dataclasses.dataclass(frozen=True)
class Row:
    """Programs that do the same work, and what is told of it."""

    workload: str  # "W3"
    name: str  # unique in the workload
    programs: dict  # arguments by column, SIZE among them
    most: int  # operations
    figures: tuple
    least: int = 1000  # operations
    # The counters' two sizes, or none.
    counted: tuple = ()
    # Why two runs do not give the same counters; empty if they do.
    varies: str = ""
    instructions: bool = True  # whether callgrind can run it
    # Instruction goals and the like: figures of the differences.
    counter_goals: dict = dataclasses.field(default_factory=dict)
    # Of a plot of that name this row is the point at this size.
    plot: tuple = ()
    when: tuple = ("quick", "full")  # which runs have it
    runner: str = "program"

    @property
    def key(self):
        return f"{self.workload} {self.name}"
