# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""The charts of the page, as functions of the results."""

import chart
from contestants import LIMIT, OURS, QT, in_order
from results import Figure


def ratio_bars(results, scenario, title, subtitle, inverse=False):
    rows = []
    for name in in_order(results.contestants(scenario)):
        pair = Figure(name, scenario), Figure(LIMIT, scenario)
        value = results.ratio(*(reversed(pair) if inverse else pair))
        if value:
            rows.append(chart.Bar(name, value.median, value.lower, value.upper))
    rows.sort(key=lambda row: row.value, reverse=inverse)
    return chart.bars(title, subtitle, rows, 1) if rows else None


def series_over(results, prefix, figure="us"):
    points = {}
    for scenario in results.scenarios(prefix):
        for name in results.contestants(scenario):
            value = results.value(Figure(name, scenario, figure))
            if value:
                points.setdefault(name, []).append((int(scenario.rsplit("/", 1)[1]), value.median))
    return [chart.Line(name, sorted(points[name])) for name in in_order(points)]


def lines_over(results, prefix, title, subtitle, x_label, figure="us"):
    series = series_over(results, prefix, figure)
    return chart.lines(title, subtitle, series, x_label) if series else None


def pipe_lines(results, suffix, where):
    """The limit by the size of its pipe, beside those that choose the size themselves."""
    series = series_over(results, f"pipe{suffix}/", "rate")
    if not series:
        return None
    sizes = [x for x, _ in series[0].points]
    for name in (QT, OURS):
        if value := results.value(Figure(name, f"output{suffix}", "rate")):
            series.append(chart.Line(name, [(size, value.median) for size in sizes]))
    return chart.lines(f"Output by the size of the pipe, {where}",
                       "Bytes per second of a plain read loop, and of the classes with their own pipes. "
                       "Higher is better.",
                       series, lambda size: f"{size} KiB", lambda rate: f"{rate / 1e9:g} GB/s")


def children(count):
    return f"{count:,} alive"


CHARTS = {
    "start-plain": ("Start and finish, no channels", lambda results: ratio_bars(
        results, "run/plain/loop", "Start and finish a child, no channels",
        "Time relative to bare system calls. Shorter is better.")),
    "start-pipes": ("Start and finish, three pipes", lambda results: ratio_bars(
        results, "run/pipes/loop", "Start and finish a child, three pipes",
        "Time relative to bare system calls with the same pipes. Shorter is better.")),
    "resident": ("Start and finish in large parents", lambda results: lines_over(
        results, "resident/plain/", "Start and finish a child of a large parent",
        "Time by the parent's resident memory. Lower is better.", lambda size: f"{size} GiB" if size else "small")),
    "ending-plain": ("One ending among many, no channels", lambda results: lines_over(
        results, "ending/plain/", "Kill one of many children and notice its end, no channels",
        "Time by number of live children. Lower and flatter is better.", children)),
    "ending-pipes": ("One ending among many, three pipes", lambda results: lines_over(
        results, "ending/pipes/", "Kill one of many children and notice its end, three pipes",
        "Time by number of live children. Lower and flatter is better.", children)),
    "output": ("Output", lambda results: ratio_bars(
        results, "output", "Read all output of a child",
        "Bytes per second relative to a plain read loop over a 1 MiB pipe. Longer is better.", inverse=True)),
    "pipes": ("Output by the size of the pipe", lambda results: pipe_lines(results, "", "two processors")),
    "pipes-pinned": ("Output by the size of the pipe, on one processor",
                     lambda results: pipe_lines(results, "-pinned", "one processor")),
    "lateness": ("Lateness of a timer", lambda results: lines_over(
        results, "chatty/timer/", "Lateness of a 10 ms timer beside children that write without pause",
        "99 of 100 timeouts are not later than this. Lower is better.",
        lambda count: f"{count} chatty", figure="p99")),
    "roundtrip": ("Round trips", lambda results: ratio_bars(
        results, "echo/loop", "Send 1 KiB to a child and get it back",
        "Time relative to plain write() and read(). Shorter is better.")),
}


def make_charts(results):
    """Maps each file name to its title and the chart, if there are figures for it."""
    drawn = {name: (title, draw(results)) for name, (title, draw) in CHARTS.items()}
    return {name: entry for name, entry in drawn.items() if entry[1]}
