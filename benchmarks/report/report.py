# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Writes docs/performance.md and its charts: report.py RESULTS.json GOALS FOLDER"""

import os
import re
import sys

import chart
import titles
from results import Results, read_goals

PREAMBLE = """<!-- SPDX-FileCopyrightText: 2026 The ForkFd authors -->
<!-- SPDX-License-Identifier: MIT -->
<!-- Written by ./dev bench; see benchmarks/report. -->

# Performance

This page compares the cost of a child process with ForkFd::ChildProcess, with other libraries and with bare system
calls. Compare the **ratios**: absolute times depend mostly on the machine. Each round of the measurement gives one
median time for each contestant, and so one ratio for each pair of contestants. The tables show the median of the
ratios of all rounds, and their quartiles in parentheses.
"""

REPEAT = """## How to repeat it

`./dev bench` measures for about three minutes and writes this page. `./dev bench --full` takes about half an hour; it
measures larger parents, more children and more rounds. Ctrl-C after the first round stops the measurement early, and
the page then reports the results so far. Run nothing else on the machine. `taskset -c 0 ./dev bench` keeps parent and
child on one processor, which makes the time spent outside the kernel more visible.

Each contestant is a separate program, built from the same scenarios and one class that starts children with its
library ([benchmarks](../benchmarks)). So the signal handlers, threads and heap of one contestant do not affect
another. All are Qt programs with the event dispatcher {dispatcher}, so that forking them costs the same. Each of the
{rounds} rounds measures all scenarios; for each scenario, the contestants run in random order. Each measurement uses a
new process, in which Google Benchmark takes the median of {repetitions} repetitions. A contestant that takes too long
gets fewer rounds, and skips the same scenario with more children or a larger parent. The child that exits at once is a
static program without start-up code. The benchmarks check every exit code, signal and byte count while they measure.
Before that they check that the child has pipes, or none, as the scenario requires.
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
        ("Date", f"{data['date']}, {data['form']} form, {data['minutes']:.0f} minutes, load at the start "
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
    yield from table(("", "Time", "Relative to the limit", "ChildProcess relative to this"), [
        (name, seconds(results.microseconds(name, scenario)),
         with_spread(results.ratio((name, scenario), (titles.LIMIT, scenario))),
         with_spread(results.ratio((titles.OURS, scenario), (name, scenario))))
        for name in contestants])


def reasons(results, scenarios):
    prefix = os.path.commonprefix(list(scenarios))
    for scenario, contestant, reason in results.impossible(prefix):
        if scenario in scenarios:
            reason = re.sub(r"/\S*/", "", reason)  # Not the folders of this machine.
            yield f"- {contestant} is missing from “{scenarios[scenario]}”: {reason}."
    yield ""


def footprint_section(results):
    yield "## Cost of a live child\n\nDescriptors and bytes of heap that the parent uses for an idle child.\n"
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
    """Maps each file name to its title, its group and the chart."""
    def children(count):
        return f"{count:,} alive"

    charts = {
        "start-plain": ("Start and finish, no channels", "Start and finish", ratio_bars(
            results, "run/plain/loop", "Start and finish a child, no channels",
            "Time relative to bare system calls. Shorter is better.")),
        "start-pipes": ("Start and finish, three pipes", "Start and finish", ratio_bars(
            results, "run/pipes/loop", "Start and finish a child, three pipes",
            "Time relative to bare system calls with the same pipes. Shorter is better.")),
        "resident": ("Start and finish in large parents", "Large parents", lines_over(
            results, "resident/plain/", "Start and finish a child of a large parent",
            "Time by the parent's resident memory. Lower is better.",
            lambda size: f"{size} GiB" if size else "small")),
        "ending-plain": ("One exit among many, no channels", "One exit among many", lines_over(
            results, "ending/plain/", "Kill one of many children and notice its end, no channels",
            "Time by number of live children. Lower and flatter is better.", children)),
        "ending-pipes": ("One exit among many, three pipes", "One exit among many", lines_over(
            results, "ending/pipes/", "Kill one of many children and notice its end, three pipes",
            "Time by number of live children. Lower and flatter is better.", children)),
        "output": ("Output", "Output", ratio_bars(
            results, "output", "Read all output of a child",
            "Bytes per second relative to a plain read loop over a 1 MiB pipe. Longer is better.",
            inverse=True)),
        "roundtrip": ("Round trips", "Round trips", ratio_bars(
            results, "echo/loop", "Send 1 KiB to a child and get it back",
            "Time relative to plain write() and read(). Shorter is better.")),
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
