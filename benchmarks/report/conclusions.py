# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""What a reader should conclude from the figures. The words depend on the figures."""

from contestants import OURS, QT
from groups import GROUPS
from results import Figure
from tables import MISSING, number, time_text


def is_ahead(value):
    return value.median < 0.97 and value.upper < 1


def is_behind(value):
    return value.median > 1.03 and value.lower > 1


def verdict(values):
    known = [value for value in values if value]
    if not known:
        return "was not compared with"
    if all(is_ahead(value) for value in known):
        return "is ahead of"
    if all(is_behind(value) for value in known):
        return "is behind"
    if any(is_behind(value) for value in known):
        return "is partly behind"
    return "is partly ahead of" if any(is_ahead(value) for value in known) else "is level with"


def against(results, scenario, other=QT, figure="us", subject=OURS):
    return results.ratio(Figure(subject, scenario, figure), Figure(other, scenario, figure))


def share(value):
    return number(value.median) if value else f"({MISSING})"


def starts(results):
    two = [against(results, f"run/{channels}/loop") for channels in ("plain", "pipes")]
    one = [against(results, f"run-pinned/{channels}/loop") for channels in ("plain", "pipes")]
    return (f"To start and finish a child, ChildProcess {verdict(two + one)} QProcess: without channels it takes "
            f"{share(two[0])} of its time on two processors and {share(one[0])} on one, with three pipes "
            f"{share(two[1])} and {share(one[1])}.")


def crowds(results):
    queue = against(results, "many/1/8", "posix_spawn", subject="RunQueue")
    many = largest(results, "ending/plain/", QT)
    thousands = largest(results, "ending/plain/", "Boost")
    return (f"With 8 children in flight RunQueue {verdict([queue])} posix_spawn ({share(queue)} of its time), and "
            f"ChildProcess notices the end of one among {many[0]} children in {share(many[1])} of QProcess's time; "
            f"among {thousands[0]} it {verdict([thousands[1]])} Boost ({share(thousands[1])}).")


def largest(results, prefix, other):
    """The largest number in the scenarios of this name that both have measured, and the ratio there."""
    for count in sorted((int(name.rsplit("/", 1)[1]) for name in results.scenarios(prefix)), reverse=True):
        if value := against(results, f"{prefix}{count}", other):
            return f"{count:,}", value
    return "many", None


def data(results):
    values = {words: against(results, scenario) for words, scenario in (
        ("output", "output"), ("lines", "lines/arriving"), ("small writes", "write/lines"), ("XML", "write/xml"),
        ("a big array", "write/array"), ("round trips", "echo/loop"))}
    listed = ", ".join(f"{words} {share(value)}" for words, value in values.items())
    return f"With data ChildProcess {verdict(values.values())} QProcess; of its time it takes for {listed}."


def latency(results):
    scenario = "chatty/timer/64"
    ours, theirs = (results.value(Figure(name, scenario, "p99")) for name in (OURS, QT))
    if not ours or not theirs:
        return "How late timers and endings are beside 64 children that write without pause was not measured."
    texts = [time_text(value.median) for value in (ours, theirs)]
    ending = against(results, "chatty/ending/64", figure="p99")
    return (f"Beside 64 children that write without pause, 99 of 100 timeouts of a timer are at most {texts[0]} late "
            f"(QProcess: {texts[1]}), and 99 of 100 short children end within {share(ending)} of QProcess's time.")


def rows_behind(results, other):
    """Each of our rows that is behind, with the ratio; and the number of rows that both have measured."""
    rows = [(group, row, results.ratio(Figure(OURS, row.scenario, row.figure),
                                       Figure(other, row.scenario, row.figure)))
            for group in GROUPS for row in group.rows if row.subject == OURS]
    compared = [entry for entry in rows if entry[2]]
    behind = sorted((entry for entry in compared if is_behind(entry[2])), key=lambda entry: -entry[2].median)
    return behind, len(compared)


def losses(results):
    behind, compared = rows_behind(results, QT)
    if not compared:
        return "Where ChildProcess loses was not measured."
    if not behind:
        return f"ChildProcess loses against QProcess in none of {compared} rows."
    _, worst, value = behind[0]
    return (f"ChildProcess loses against QProcess in {len(behind)} of {compared} rows, most in “{name_of(worst)}” "
            f"({share(value)}); [Where we lose](#where-we-lose) lists them.")


def name_of(row):
    """A row for processor time has a label that only makes sense below another."""
    if not row.label.startswith("–"):
        return row.label
    above = next(other.label for group in GROUPS for other in group.rows if other.scenario == row.scenario)
    return f"{above} {row.label}"


def sentences(results):
    return [sentence(results) for sentence in (starts, crowds, data, latency, losses)]
