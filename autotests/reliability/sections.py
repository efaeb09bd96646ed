# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""The sections of docs/reliability.md: one function for the objects of each tool."""

from dataclasses import dataclass
from typing import Callable

PRESETS = {  # How each is run, and what it adds.
    "dev": ("./dev test", "assertions"),
    "portable": ("./dev check portable", "POSIX interfaces only; shared libraries"),
    "clazy": ("./dev check asan", "AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer"),
    "tsan": ("./dev check tsan", "ThreadSanitizer; the tests with threads"),
    "parity": ("./dev check parity", "Qt's own tests of QProcess, with ChildProcess"),
}


def number(value):
    return f"{value:,}"


def percent(part, whole):
    """Rounded down, so that 100 % means all of them."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else "–"


def count_of(value, noun):
    return f"{number(value)} {noun}{'' if value == 1 else 's'}"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(number(cell) if isinstance(cell, int) else str(cell) for cell in row) + " |"
    yield ""


def total(objects, *names):
    return [sum(each.get(name, 0) for each in objects) for name in names]


def grouped(objects, *names):
    """Lists the objects that agree in these members, in the order of their first ones."""
    groups = {}
    for each in objects:
        groups.setdefault(tuple(each.get(name, "") for name in names), []).append(each)
    return groups.items()


# --- Failures ---

FAULT_COUNTS = ("injected", "asExpected", "rows", "once", "wrong")


def faults_summary(results):
    scenarios = results[0]["scenarios"]
    injected, as_expected, rows, once, wrong = total(scenarios, *FAULT_COUNTS)
    count = len({scenario["name"] for scenario in scenarios})
    return (f"{number(injected)} failures were injected into {count_of(count, 'scenario')}, one run for each. In "
            f"{number(as_expected)} runs the result was right or the failure was reported, and nothing was left "
            f"behind. {number(rows)} had another result, which `autotests/faults/expected.cpp` permits with its "
            f"reason. {number(once)} were wrong, but not when they were repeated. {number(wrong)} were wrong.")


def faults_conclusion(results):
    injected, once, wrong = total(results[0]["scenarios"], "injected", "once", "wrong")
    if wrong:
        return f"Do not rely on reported failures yet: {number(wrong)} of {number(injected)} had a wrong result."
    exception = f" {count_of(once, 'wrong result')} did not come again." if once else ""
    return (f"A failure is reported and leaves nothing behind: {count_of(injected, 'failing call')}, "
            f"one at a time, had no wrong result that can be repeated.{exception}")


def faults_section(results):
    scenarios = results[0]["scenarios"]
    header = ("Failures injected", "As expected", "Permitted", "Wrong once", "Wrong")
    yield f"The seed was {results[0]['seed']}.\n"
    yield from table(("Kind", "Backend", *header), [
        (*key, *total(each, *FAULT_COUNTS)) for key, each in grouped(scenarios, "kind", "backend")])
    yield from table(("Scenario", *header), [
        (*key, *total(each, *FAULT_COUNTS)) for key, each in grouped(scenarios, "name")])


# --- Load ---

LOAD_COUNTS = ("children", "accounted", "unknown", "failedStarts", "abandoned", "copies", "thefts", "signals")


def soak_summary(results):
    children, accounted = total(results, "children", "accounted")
    minutes = sum(each["seconds"] for each in results if each["part"] == "soak") / 60
    return (f"{number(children)} children were started, and {number(accounted)} are accounted for: each end was "
            f"reported once, and the model permits it. {minutes:.1f} minutes of this were a soak with everything at "
            "random.")


def soak_conclusion(results):
    children, accounted = total(results, "children", "accounted")
    if accounted < children:
        return f"Do not rely on each end yet: {number(children - accounted)} of {number(children)} are missing."
    return (f"Each end is reported once, also beside code that takes other code's children: all {number(children)} "
            "children of the load were accounted for.")


def soak_section(results):
    yield ("*Unknown* are the ends whose status other code took, and which the model permits. *Abandoned* are the\n"
           "children whose owner went. [The load](design/load.md) explains the parts.\n")
    yield from table(("Part", "Backend", "First seed", "Seconds", "Children", "Accounted for", "Unknown",
                      "Failed starts", "Abandoned", "Forked copies", "Thefts", "Signals"), [
        (part, backend, str(each[0]["seed"]), *total(each, "seconds", *LOAD_COUNTS))
        for (part, backend), each in grouped(results, "part", "backend")])


# --- Surroundings ---

def surroundings_summary(results):
    figures = results[0]
    return (f"{count_of(figures['scenarios'], 'scenario')} were played in {count_of(figures['rows'], 'surrounding')}: "
            f"system call filters, containers, limits, signal settings and tools. {number(figures['results'])} results "
            f"in {count_of(figures['passed'], 'row')} were right, and nothing was left over. "
            f"{count_of(figures['failed'], 'row')} failed, and {number(len(figures['skipped']))} were skipped.")


def surroundings_section(results):
    skipped = results[0]["skipped"]
    if skipped:
        yield from table(("Skipped", "Reason"), [(each["row"], each["reason"]) for each in skipped])


# --- Fuzzers ---

FUZZ_COUNTS = ("executions", "operations", "seconds", "failures")


def fuzz_summary(results):
    fuzzers = results[0]["fuzzers"]
    executions, operations, seconds, failures = total(fuzzers, *FUZZ_COUNTS)
    return (f"{count_of(len(fuzzers), 'fuzzer')} played {number(executions)} random inputs with "
            f"{number(operations)} operations in {number(round(seconds))} seconds, and compared the results with models. "
            f"{number(failures)} inputs failed.")


def fuzz_section(results):
    yield from table(("Fuzzer", "Driver", "Seed", "Executions", "Operations", "Seconds", "Failures"), [
        (each["name"], each["driver"], str(each["seed"]), *(each.get(name, 0) for name in FUZZ_COUNTS))
        for each in results[0]["fuzzers"]])


# --- Mutants ---

def mutants_summary(results):
    files = results[0]["files"]
    mutants, killed, equivalent = total(files, "mutants", "killed", "equivalent")
    survived = sum(len(each["survived"]) for each in files)
    return (f"{number(mutants)} faults were built into {count_of(len(files), 'file')}, one at a time, and the tests "
            f"found {number(killed)} ({percent(killed, mutants - equivalent)} of those that can be noticed). "
            f"{number(survived)} survived, and {number(equivalent)} change nothing that a caller could notice.")


def mutants_conclusion(results):
    mutants, killed, equivalent = total(results[0]["files"], "mutants", "killed", "equivalent")
    return ("A later change that breaks something is noticed: the tests found "
            f"{percent(killed, mutants - equivalent)} of {count_of(mutants - equivalent, 'fault')} that were built in.")


def mutants_section(results):
    files = results[0]["files"]
    yield from table(("File", "Mutants", "Killed", "Survived", "Equivalent"), [
        (each["name"], each["mutants"], each["killed"], len(each["survived"]), each["equivalent"]) for each in files])


# --- Coverage ---

def coverage_summary(results):
    parts = [f"{percent(part['lines']['covered'], part['lines']['count'])} of the lines and "
             f"{percent(part['branches']['covered'], part['branches']['count'])} of the branches of `{part['name']}`"
             for part in results[0]["folders"]]
    return "The tests reach " + ", and ".join(parts) + "."


def coverage_section(results):
    reasons = [(reason or "no reason yet", len(lines))
               for (reason,), lines in grouped(results[0].get("uncovered", []), "reason")]
    if reasons:
        yield from table(("Why lines are not reached", "Lines"), reasons)
    yield from table(("File", "Lines", "Reached", "Branches", "Reached"), [
        (each["name"], each["lines"]["count"], percent(each["lines"]["covered"], each["lines"]["count"]),
         each["branches"]["count"], percent(each["branches"]["covered"], each["branches"]["count"]))
        for each in results[0]["files"]])


# --- Tests ---

def tests_summary(results):
    runs = [run for run in results[0]["runs"] if run["preset"] in PRESETS]
    tests, failures = total(runs, "tests", "failures")
    return f"{number(tests)} tests ran in {count_of(len(runs), 'build')}, and {number(failures)} failed."


def tests_section(results):
    yield from table(("Command", "What the build adds", "Date", "Tests", "Failed", "Skipped"), [
        (f"`{PRESETS[run['preset']][0]}`", PRESETS[run["preset"]][1], run["date"], run["tests"], run["failures"],
         run["skipped"]) for run in results[0]["runs"] if run["preset"] in PRESETS])


@dataclass
class Section:
    """What the page says about the results of a tool."""

    tool: str
    title: str
    command: str  # Prints the figures.
    summary: Callable  # One to three sentences.
    details: Callable  # Tables.


SECTIONS = (
    Section("faults", "Failures of system calls", "./dev check-faults --full", faults_summary,
            faults_section),
    Section("soak", "Load", "./dev soak --minutes 20", soak_summary, soak_section),
    Section("surroundings", "Surroundings", "./dev surroundings", surroundings_summary, surroundings_section),
    Section("fuzz", "Fuzzers", "./dev check fuzz", fuzz_summary, fuzz_section),
    Section("tests", "Tests and sanitizers", "./dev test && ./dev check portable asan tsan parity", tests_summary,
            tests_section),
    Section("coverage", "Coverage", "./dev coverage", coverage_summary, coverage_section),
    Section("mutants", "Mutants", "./dev mutants", mutants_summary, mutants_section),
)

# The tools that the page begins with, and the sentence for users.
CONCLUSIONS = {
    "soak": soak_conclusion,
    "faults": faults_conclusion,
    "mutants": mutants_conclusion,
}
