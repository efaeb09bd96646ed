# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Writes docs/performance.md and its charts: report.py RESULTS.json GOALS FOLDER"""

import os
import sys
import textwrap

import tables
from charts import make_charts
from conclusions import name_of, rows_behind, sentences
from contestants import DESCRIPTIONS, QT, in_order
from groups import COSTS, GROUPS
from results import Results, read_goals

PREAMBLE = """<!-- SPDX-FileCopyrightText: 2026 The ForkFd authors -->
<!-- SPDX-License-Identifier: MIT -->
<!-- Written by ./dev bench; see benchmarks/report. Do not edit. -->

# Performance
"""

READING = """Compare the **ratios**: absolute times depend mostly on the machine. A table shows a figure of ForkFd,
which is that of ChildProcess if the row does not name another class, and then this figure divided by that of each other
contestant: **below 1.00, ForkFd needs less**. Each round gives one ratio of medians; the tables show the median of all
rounds and, in parentheses, their quartiles.
"""

REPEAT = """## How to repeat it

`./dev bench` measures for a few minutes and writes this page. `./dev bench --full` takes up to an hour; it measures
larger parents, more children and more rounds. `--only PREFIX`, which may be repeated, measures only the scenarios whose
names begin so ([benchmarks](../benchmarks)), and keeps the other results. Ctrl-C stops the measurement early, and the
page then reports the results so far. Run nothing else on the machine.

The contestants {together} share a process, in which they have their turns in random order, one child at a time or,
where the set-up is expensive, in short blocks. {alone} have their own process for each scenario. So has each
contestant where memory is measured. Rows on one processor pin parent and child to it. All use the event dispatcher
{dispatcher}.
The child that exits at once is a static program without start-up code. The benchmarks check every exit code, signal and
byte count while they measure. Before that they check that the child has pipes, or none, as the scenario requires.

| Scenarios | Date | Form | Rounds |
|---|---|---|---|
"""

TOGETHER = ("limit", "notifier", "posix_spawn", "QProcess", "ChildProcess", "Background", "run", "RunQueue")


def machine_section(results):
    data = results.data
    machine = data["machine"]
    yield from tables.table(("", ""), [
        ("Machine", f"{machine['processor']}, {machine['processors']} processors, {machine['memory']}"),
        ("Caches", machine["caches"]),
        ("Kernel", f"{machine['kernel']}, {'with' if machine['kdamond'] else 'without'} kdamond"),
        ("Compiler", data["compiler"]),
        ("Load at the start", f"{machine['load']:.2f}"),
    ])
    yield from tables.table(("Contestant", "", "Version"), [
        (name, DESCRIPTIONS[name], data["versions"][name]) for name in in_order(data["versions"])])


def group_section(results, group, charts):
    yield f"## {group.title}\n\n{wrap(group.text)}\n"
    for name in group.charts:
        if name in charts:
            yield f"![{charts[name][0]}](performance/{name}.svg)\n"
    yield from tables.comparison(results, group.rows)
    reasons = [f"- {name} is missing from “{row.label}”: {reason}."
               for row, name, reason in tables.absences(results, group.rows)]
    if reasons:
        yield "\n".join(dict.fromkeys(reasons)) + "\n"


def costs_section(results):
    yield "## What stays, and what runs\n\nMemory, descriptors and wake-ups of the parent; the figures themselves.\n"
    yield from tables.costs(results, COSTS)
    yield wrap("What a child costs from its constructor to its destructor: system calls of parent and child and of the "
               "parent alone, instructions that the parent executes outside the kernel, and its allocations, "
               "with the usual six folders in PATH. These figures hardly depend on the load.") + "\n"
    yield from tables.counts(results)


def losses_section(results):
    yield "## Where we lose\n"
    for other in (QT, "Boost"):
        behind, compared = rows_behind(results, other)
        if not behind:
            yield f"Against {other}: in none of {compared} rows.\n"
            continue
        yield f"Against {other}, in {len(behind)} of {compared} rows:\n"
        yield from tables.table(("", "", "Ratio"), [
            (group.title, name_of(row), tables.with_spread(value)) for group, row, value in behind])


def goals_section(results, goals):
    rows = []
    for goal in goals:
        value = goal.value(results)
        verdict = tables.MISSING if value is None else "yes" if goal.is_met_by(value) else "**no**"
        rows.append((goal.text, goal.bound.replace("<=", "≤").replace(">=", "≥"), tables.with_spread(value), verdict))
    missed = sum(row[3] == "**no**" for row in rows)
    measured = sum(row[3] != tables.MISSING for row in rows)
    yield f"## Goals and misses\n\n{missed} of {measured} measured goals are missed.\n"
    yield from tables.table(("", "Goal", "Measured", "Met"), rows)


def repeat_section(results):
    present = in_order(results.data["versions"])
    yield wrap_paragraphs(REPEAT.format(
        together=listed([name for name in present if name in TOGETHER]),
        alone=listed([name for name in present if name not in TOGETHER]),
        dispatcher=results.data["dispatcher"]))
    families = {}
    for scenario in results.scenarios(""):
        entry = results.entry(scenario)
        families.setdefault((entry["date"], entry["form"], entry["rounds"]), set()).add(scenario.split("/")[0])
    for (date, form, rounds), names in sorted(families.items()):
        yield f"| {', '.join(f'`{name}`' for name in sorted(names))} | {date} | {form} | {rounds} |"


def listed(names):
    return " and ".join(filter(None, (", ".join(names[:-1]), "".join(names[-1:])))) or "None"


def wrap(text, indent=""):
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def wrap_paragraphs(text):
    """Tables and headings stay as they are."""
    return "\n\n".join(part if part.startswith(("|", "#")) else wrap(part) for part in text.strip("\n").split("\n\n"))


def page(results, goals, charts):
    yield PREAMBLE
    for index, sentence in enumerate(sentences(results), 1):
        yield wrap(f"{index}. {sentence}", "   ")
    yield f"\n{READING}"
    yield from machine_section(results)
    for group in GROUPS:
        yield from group_section(results, group, charts)
    yield from costs_section(results)
    yield from losses_section(results)
    yield from goals_section(results, goals)
    yield from repeat_section(results)


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def main():
    results_path, goals_path, folder = sys.argv[1:]
    results = Results(results_path)
    charts = make_charts(results)
    os.makedirs(os.path.join(folder, "performance"), exist_ok=True)
    for name, (_, content) in charts.items():
        write(os.path.join(folder, "performance", f"{name}.svg"), content)
    write(os.path.join(folder, "performance.md"),
          "\n".join(page(results, read_goals(goals_path), charts)).rstrip("\n") + "\n")


if __name__ == "__main__":
    main()
