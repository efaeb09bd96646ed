# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Formats figures, and the tables of the page."""

from contestants import LIMIT, OURS, SUBJECTS, in_order
from results import Figure

MISSING = "not measured"


def significant(value):
    """Three digits at least, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def time_text(microseconds):
    for limit, divisor, unit in ((1000, 1, "µs"), (1e6, 1000, "ms")):
        if microseconds < limit:
            return f"{significant(microseconds / divisor)} {unit}"
    return f"{significant(microseconds / 1e6)} s"


def figure_text(name, value):
    """Times and percentiles are in microseconds."""
    if name == "rate":
        return f"{value / 1e9:.2f} GB/s"
    return time_text(value)


def number(value):
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


def with_spread(value):
    if value is None:
        return "–"
    if value.rounds < 2 or number(value.lower) == number(value.upper):
        return number(value.median)
    return f"{number(value.median)} ({number(value.lower)}–{number(value.upper)})"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def references(results, rows):
    """The contestants with which these rows can be compared."""
    names = {name for row in rows if row.subject != LIMIT for name in results.contestants(row.scenario)}
    return in_order(names - set(SUBJECTS))


def cells(results, row, names):
    subject = Figure(row.subject, row.scenario, row.figure)
    shown = results.value(Figure(row.subject, row.scenario, row.shown_figure()))
    yield row.label
    yield figure_text(row.shown_figure(), shown.median) if shown else MISSING
    for name in names:
        other = Figure(name, row.scenario, row.figure)
        yield "–" if other == subject else with_spread(results.ratio(subject, other))


def comparison(results, rows):
    """Rows without a figure are left out if others of the table have one: the short form has fewer sizes."""
    measured = [row for row in rows if results.value(Figure(row.subject, row.scenario, row.figure))]
    if not measured:
        yield f"{MISSING[0].upper()}{MISSING[1:]}.\n"
        return
    names = references(results, measured)
    yield from table(("", "Figure", *(f"÷ {name}" for name in names)),
                     [tuple(cells(results, row, names)) for row in measured])


def absences(results, rows):
    """Why contestants are missing. Without the folders of this machine."""
    for row in rows:
        for name, reason in results.impossible(row.scenario).items():
            words = [word for word in reason.split() if not word.startswith("/")]
            yield row, name, " ".join(words)


def costs(results, rows):
    names = in_order({name for row in rows for name in results.contestants(row.scenario)} - set(SUBJECTS[1:]))
    if not names:
        yield f"{MISSING[0].upper()}{MISSING[1:]}.\n"
        return
    yield from table(("", *names), [
        (row.label, *(absolute(results.value(Figure(name, row.scenario, row.figure))) for name in names))
        for row in rows if results.value(Figure(OURS, row.scenario, row.figure))])


def absolute(value):
    if value is None:
        return "–"
    return f"{round(value.median, 2):g}" if abs(value.median) < 1000 else f"{value.median:,.0f}"


def counts(results):
    if not results.counts:
        yield f"{MISSING[0].upper()}{MISSING[1:]}.\n"
        return
    names = in_order({name for figures in results.counts.values() for name in figures})
    yield from table(("", *names), [
        (f"{what.capitalize()}, {channels}",
         *(MISSING if (value := results.counts[key][name][what]) is None else f"{value:,.1f}" for name in names))
        for key, channels in (("plain", "no channels"), ("pipes", "three pipes"))
        for what in ("system calls", "system calls of the parent", "instructions", "allocations")])
