"""The rows of W3."""

import rows
from rows import SIZE, Row, ahead_of, at_most, cpu, of_raw, reported



def _power(number):
    return "⁰¹²³⁴⁵⁶⁷⁸⁹"[len(str(number)) - 1]


def _churn(timers):
    columns = ["raw", "rondo", "libuv", "asio", "go"]
    if timers < 1_000_000:  # To start more takes Node seconds.
        columns.append("node")
    goals = {
        10_000: (of_raw(1.5), ahead_of("libuv", 8)),
        1_000_000: (of_raw(1.3), ahead_of("libuv", 10)),
    }
    text = f"cancel and start, 10{_power(timers)} outstanding, CPU"
    figures = [cpu(text, *goals.get(timers, ()))]
    if timers == 1_000_000:
        goal = at_most(96, "96 B with its callback")
        figures.append(reported("bytes_per_timer", "memory a timer", "B", goal))
    if timers > 1_000_000:  # They would need gigabytes.
        columns = ["raw", "rondo"]
    return Row(
        workload="W3",
        name=f"churn {timers}",
        programs={column: ["churn", timers, SIZE] for column in columns},
        # To start a million takes so long that it is not done to find out how many fit.
        most=20_000_000 if timers < 1_000_000 else 300_000,
        least=20_000 if timers < 1_000_000 else 300_000,
        figures=tuple(figures),
        counted=(20_000, 120_000) if timers == 10_000 else (),
        varies="Asio's alone: its heap, by nanoseconds",
        plot=("timers", timers),
        when=("quick", "full") if timers <= 1_000_000 else ("full",),
    )


def _churn_at(timers):
    text = f"the same without reading the clock, 10{_power(timers)} outstanding, CPU"
    return Row(
        workload="W3",
        name=f"churn at {timers}",
        programs={
            "raw": ["churn", timers, SIZE],
            "rondo": ["churn-at", timers, SIZE],
            "libuv": ["churn", timers, SIZE],
        },
        most=20_000_000 if timers < 1_000_000 else 300_000,
        least=20_000 if timers < 1_000_000 else 300_000,
        figures=(cpu(text),),
        counted=(20_000, 120_000) if timers == 10_000 else (),
    )


def _churn_of_wheel(timers):
    goals = {10_000: (of_raw(1.5),), 1_000_000: (of_raw(1.3),)}
    text = f"the same of bare wheel nodes, 10{_power(timers)} outstanding, CPU"
    figures = [cpu(text, *goals.get(timers, ()))]
    if timers == 1_000_000:
        figures.append(reported("bytes_per_timer", "memory a node", "B", at_most(48, "48 B")))
    return Row(
        workload="W3",
        name=f"wheel {timers}",
        programs={"raw": ["churn", timers, SIZE], "rondo": ["wheel", timers, SIZE]},
        most=20_000_000,
        least=20_000,
        figures=tuple(figures),
        counted=(20_000, 120_000) if timers == 10_000 else (),
    )


def _expire(timers):
    size = f"10{_power(timers)}" if timers == 1_000_000 else f"{timers:,}".replace(",", " ")
    return Row(
        workload="W3",
        name=f"expire {timers}",
        programs={column: ["expire", SIZE] for column in rows.COLUMNS},
        most=timers,
        least=timers,
        figures=(
            cpu(f"start and expire {size} over 1 s, CPU", of_raw(1.3)),
            reported("lateness_p50_ns", "lateness, median", "µs"),
            reported("lateness_p99_ns", "lateness, 99th percentile", "µs"),
            reported("lateness_max_ns", "lateness, worst", "µs"),
        ),
        when=("full",) if timers == 1_000_000 else ("quick",),
    )


ROWS = [
    *[_churn(10**power) for power in range(2, 8)],
    *[_churn_at(timers) for timers in (10_000, 1_000_000)],
    *[_churn_of_wheel(timers) for timers in (10_000, 1_000_000)],
    _expire(200_000),
    _expire(1_000_000),
]
