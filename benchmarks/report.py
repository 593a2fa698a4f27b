"""Makes tables of the results, and docs/performance.md of the tables."""

import dataclasses

import counters
import findings
import machine
import measure
import plot
import programs
import rows
import workloads

DOCUMENT = programs.WORKSPACE / "docs" / "performance.md"
COMMAND = "bazel run -c opt //benchmarks"


@dataclasses.dataclass
class Result:
    row: rows.Row
    runs: dict  # lists of JSON objects by column
    counts: dict  # counters by column


def number(value):
    """Three digits that count."""
    if value != 0 and abs(value) < 1000:
        return f"{value:.3g}"
    digits = len(str(abs(round(value))))
    return f"{round(value, 3 - digits):,.0f}".replace(",", " ")


def exact(value):
    """Two decimals of a small counter, none of a large one. Not 0 if there is any."""
    if abs(value) < 0.005:
        return "0" if abs(value) < 1e-5 else "< 0.01"
    if abs(value) < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < 1000 else number(value)


def verdict(goals, medians):
    """The goals as text and whether they are reached."""
    if not goals or "rondo" not in medians:
        return "", ""
    reached = [goal.reached(medians) for goal in goals]
    text = "; ".join(goal.text for goal in goals)
    if all(one is None for one in reached):
        return text, "?"
    if len(goals) > 1 and False in reached and True in reached:
        missed = [goal.text for goal, one in zip(goals, reached) if one is False]
        return text, f"**no**: {'; '.join(missed)}"
    return text, "**no**" if False in reached else "yes"


def ratio(medians):
    if "raw" not in medians or "rondo" not in medians or medians["raw"] <= 0:
        return ""
    return f"{number(medians['rondo'] / medians['raw'])}x"


def table(header, lines):
    text = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    text += ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join(text) + "\n"


def ratios_to_peers(medians):
    own = medians.get("rondo", 0)
    peers = [column for column in rows.COLUMNS[2:] if column in medians and own > 0]
    return ", ".join(f"{rows.TITLES[peer]} {number(medians[peer] / own)}" for peer in peers)


def times(results):
    """The figures of one workload's results, as a table."""
    columns = [column for column in rows.COLUMNS if any(column in r.runs for r in results)]
    lines = []
    for result in results:
        for figure in result.row.figures:
            spread = measure.spread(result.runs, figure)
            medians = {column: values[0] for column, values in spread.items()}
            cells = [
                f"{number(spread[c][0])} ({number(spread[c][1])}..{number(spread[c][2])})"
                if c in spread else ""
                for c in columns
            ]  # fmt: skip
            goals, reached = verdict(figure.goals, medians)
            what = f"{figure.text}, {figure.unit}"
            peers = ratios_to_peers(medians)
            lines.append([what, *cells, ratio(medians), peers, goals, reached])
    titles = [rows.TITLES[column] for column in columns]
    return table(
        ["", *titles, "Rondo to raw", "peers to Rondo", "goal", "reached"], lines
    )  # fmt: skip


def counts(results):
    """The counters of one workload's results, as a table; empty if there are none."""
    results = [result for result in results if result.counts]
    columns = [column for column in rows.COLUMNS if any(column in r.counts for r in results)]
    lines = []
    for result in results:
        for counter, title in counters.COUNTERS.items():
            found = {c: n[counter] for c, n in result.counts.items() if counter in n}
            if not found:
                continue
            goals, reached = verdict(result.row.counter_goals.get(counter, ()), found)
            # The kernel takes a processor away when it likes; only instructions are free of that.
            varies = result.row.varies or ("preemption" if counter == "context_switches" else "")
            cells = [exact(found[c]) if c in found else "" for c in columns]
            lines.append([result.row.name, title, *cells, goals, reached, varies])
    if not lines:
        return ""
    titles = [rows.TITLES[column] for column in columns]
    return table(["", "an operation", *titles, "goal", "reached", "varies"], lines)


def tables(results):
    text = []
    for workload in sorted({result.row.workload for result in results}):
        mine = [result for result in results if result.row.workload == workload]
        title = f"## {workloads.TITLES[workload]}\n"
        text += [title, workloads.NOTES.get(workload, ""), times(mine)]
        if counted := counts(mine):
            text += ["Exact counters, as the difference of two sizes:\n", counted]
        if workload in findings.FINDINGS:
            text += ["### What profiles say\n", findings.FINDINGS[workload]]
    return "\n".join(part for part in text if part)


def misses(results):
    """The goals that were not reached, as a list."""
    lines = []

    def judge(row, what, goals, medians, have):
        for goal in goals:
            if "rondo" in medians and goal.reached(medians) is False:
                own = have(medians["rondo"])
                lines.append(f"- {row.workload}, {what}: {goal.text}; it is {own}")

    for result in results:
        row = result.row
        for figure in row.figures:
            spread = measure.spread(result.runs, figure)
            medians = {column: values[0] for column, values in spread.items()}
            have = lambda value, unit=figure.unit: f"{number(value)} {unit}"  # noqa: E731
            judge(row, figure.text, figure.goals, medians, have)
        for counter, goals in row.counter_goals.items():
            found = {c: n[counter] for c, n in result.counts.items() if counter in n}
            judge(row, row.name, goals, found, exact)
    return lines


def write(results, text, args):
    """Writes the document and its plots; returns the document's path in the workspace."""
    absent = programs.missing()
    missed = misses(results)
    options = [" --quick"] if args.quick else []
    options += [f" --runs={args.runs}"] if args.runs != 5 else []
    parts = [
        "# Performance\n",
        workloads.INTRODUCTION.format(
            command=COMMAND + (" --" + "".join(options) if options else ""), runs=args.runs
        ),
        "This was a short run (`--quick`), which says less about times.\n" if args.quick else "",
        f"Not measured, because not installed: {', '.join(absent)}.\n" if absent else "",
        "## The machine\n",
        machine.describe(absent),
        "## Goals that are missed\n",
        "\n".join(missed) + "\n" if missed else "None.\n",
        findings.ABOUT if missed else "",
        text,
        plot.write_all(results, DOCUMENT.parent / "performance"),
    ]
    DOCUMENT.write_text("\n".join(part for part in parts if part), encoding="utf-8")
    return DOCUMENT.relative_to(programs.WORKSPACE)
