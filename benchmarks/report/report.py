# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Writes docs/performance.md and its charts: report.py RESULTS.json GOALS FOLDER"""

import os
import sys

import chart
import titles
from results import Results, read_goals

PREAMBLE = """<!-- SPDX-FileCopyrightText: 2026 The ForkFd authors -->
<!-- SPDX-License-Identifier: MIT -->
<!-- Written by ./dev bench; see benchmarks/report. -->

# Performance

What a child costs with ForkFd::ChildProcess, with the libraries that one might use in its place, and with the
bare system calls. The figure to look at is the **ratio**: times alone say more of the machine. In each round of the
measurement a contestant has a median, and two of these a ratio; shown is the median of the rounds' ratios, and in
parentheses their quartiles.
"""

REPEAT = """## How to repeat it

`./dev bench` measures for about three minutes and writes this page; `./dev bench --full` takes about half an hour,
and has larger parents, more children and more rounds. If it is interrupted after the first round, the page is
written from what was measured by then. The machine should have nothing else to do. `taskset -c 0 ./dev bench` keeps
parent and child on one processor, which magnifies what is not the kernel's.

Each contestant is a program of its own, made of the same scenarios and one class that starts children in its way
([benchmarks](../benchmarks)); so none has another one's signal handlers, threads or heap in its way. All are Qt
programs with the event dispatcher {dispatcher}, and so the same to fork. In each of {rounds} rounds all scenarios are
measured, and the contestants of each in an order drawn at random, each by a fresh process in which Google Benchmark
takes the median of {repetitions} repetitions; who takes too long is there in fewer rounds, and not among more children
or in larger parents. The child that only exits is a static program without any start-up code. Every end, exit code
and byte count is checked while it is measured, and that the child has its pipes, or none, before.
"""


def seconds(value):
    microseconds = value.median
    if microseconds < 1000:
        return f"{microseconds:.3g} µs"
    if microseconds < 1e6:
        return f"{microseconds / 1e3:.3g} ms"
    return f"{microseconds / 1e6:.3g} s"


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def with_spread(value):
    if value is None:
        return "–"
    if value.rounds < 2:
        return number(value.median)
    return f"{number(value.median)} ({number(value.lower)}–{number(value.upper)})"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def in_order(names):
    return [name for name in titles.CONTESTANTS if name in names] + [name for name in names
                                                                     if name not in titles.CONTESTANTS]


def machine_section(results):
    data = results.data
    machine = data["machine"]
    yield from table(("", ""), [
        ("Machine", f"{machine['processor']}, {machine['processors']} processors, {machine['memory']}"),
        ("Kernel", machine["kernel"]),
        ("Compiler", data["compiler"]),
        ("Date", f"{data['date']}, {data['form']} form, {data['minutes']:.0f} minutes, load before it "
                 f"{machine['load']:.2f}"),
    ])
    yield from table(("Contestant", "", "Version"), [
        (name, titles.CONTESTANTS.get(name, ""), data["versions"][name]) for name in in_order(data["versions"])])


def goals_section(results, goals):
    yield "## Goals\n"
    rows = []
    for goal in goals:
        value = goal.value(results)
        verdict = "not measured" if value is None else "yes" if goal.is_met_by(value) else "**no**"
        rows.append((goal.text, goal.bound.replace("<=", "≤").replace(">=", "≥"), with_spread(value), verdict))
    yield from table(("", "Goal", "Measured", "Met"), rows)


def scenario_table(results, scenario, heading):
    contestants = in_order(results.contestants(scenario))
    if not contestants:
        return
    yield f"### {heading}\n"
    yield from table(("", "Time", "Of the limit", "ChildProcess takes of this"), [
        (name, seconds(results.microseconds(name, scenario)),
         with_spread(results.ratio((name, scenario), (titles.LIMIT, scenario))),
         with_spread(results.ratio((titles.OURS, scenario), (name, scenario))))
        for name in contestants])


def reasons(results, scenarios):
    prefix = os.path.commonprefix(list(scenarios))
    for scenario, contestant, reason in results.impossible(prefix):
        if scenario in scenarios:
            yield f"- {contestant} is not in “{scenarios[scenario]}”: {reason}."
    yield ""


def footprint_section(results):
    yield "## What a live child takes\n\nDescriptors and bytes of heap of an idle child, in the parent.\n"
    for scenario, heading in titles.FOOTPRINTS.items():
        yield f"### {heading}\n"
        yield from table(("", "Descriptors", "Heap"), [
            (name, *(f"{results.counter(name, scenario, counter).median:.4g}" for counter in ("descriptors", "heap")))
            for name in in_order(results.contestants(scenario))])


def page(results, goals, charts):
    yield PREAMBLE
    yield from machine_section(results)
    yield from goals_section(results, goals)
    for group in titles.GROUPS:
        yield f"## {group.title}\n\n{group.text}\n"
        for name, (title, of_group, _) in charts.items():
            if of_group == group.title:
                yield f"![{title}](performance/{name}.svg)\n"
        for scenario, heading in group.scenarios.items():
            yield from scenario_table(results, scenario, heading)
        yield from reasons(results, group.scenarios)
    yield from footprint_section(results)
    yield REPEAT.format(**results.data)


def ratio_bars(results, scenario, title, subtitle, inverse=False):
    rows = []
    for name in in_order(results.contestants(scenario)):
        pair = (name, scenario), (titles.LIMIT, scenario)
        value = results.ratio(*(reversed(pair) if inverse else pair))
        if value:
            rows.append(chart.Bar(name, value.median, value.lower, value.upper))
    rows.sort(key=lambda row: row.value, reverse=inverse)
    return chart.bars(title, subtitle, rows, 1) if rows else None


def lines_over(results, prefix, title, subtitle, x_label):
    points = {}
    for scenario in results.scenarios(prefix):
        for name in results.contestants(scenario):
            points.setdefault(name, []).append((int(scenario.rsplit("/", 1)[1]),
                                                results.microseconds(name, scenario).median))
    series = [chart.Line(name, sorted(points[name])) for name in in_order(points)]
    return chart.lines(title, subtitle, series, x_label) if series else None


def make_charts(results):
    """By file name: title, the group they belong to, and the chart."""
    def children(count):
        return f"{count:,} alive"

    charts = {
        "start-plain": ("Start and finish, no channels", "Start and finish", ratio_bars(
            results, "run/plain/loop", "Start and finish a child, no channels",
            "Time, of what the system calls alone take. Shorter is better.")),
        "start-pipes": ("Start and finish, three pipes", "Start and finish", ratio_bars(
            results, "run/pipes/loop", "Start and finish a child, three pipes",
            "Time, of what the system calls alone take with the same pipes. Shorter is better.")),
        "resident": ("Start and finish in large parents", "Large parents", lines_over(
            results, "resident/plain/", "Start and finish a child of a large parent",
            "Time by the parent's resident memory. Lower is better.",
            lambda size: f"{size} GiB" if size else "small")),
        "ending-plain": ("One ending among many, no channels", "One ending among many", lines_over(
            results, "ending/plain/", "Kill one of many children and learn of its end, no channels",
            "Time by how many live. Lower and flatter is better.", children)),
        "ending-pipes": ("One ending among many, three pipes", "One ending among many", lines_over(
            results, "ending/pipes/", "Kill one of many children and learn of its end, three pipes",
            "Time by how many live. Lower and flatter is better.", children)),
        "output": ("Output", "Output", ratio_bars(
            results, "output", "Read all that a child writes",
            "Bytes per second, of what a plain read loop over a pipe of 1 MiB reads. Longer is better.",
            inverse=True)),
        "roundtrip": ("Round trips", "Round trips", ratio_bars(
            results, "echo/loop", "Send 1 KiB to a child and get it back",
            "Time, of what plain write() and read() take. Shorter is better.")),
    }
    return {name: entry for name, entry in charts.items() if entry[2]}


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def main():
    results_path, goals_path, folder = sys.argv[1:]
    results = Results(results_path)
    charts = make_charts(results)
    os.makedirs(os.path.join(folder, "performance"), exist_ok=True)
    for name, (_, _, content) in charts.items():
        write(os.path.join(folder, "performance", f"{name}.svg"), content)
    write(os.path.join(folder, "performance.md"),
          "\n".join(page(results, read_goals(goals_path), charts)).rstrip("\n") + "\n")


if __name__ == "__main__":
    main()
