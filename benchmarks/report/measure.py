# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Measures, and writes the results: measure.py CONTESTANTS.json RESULTS.json [--full] [--only PREFIX]… [--rounds N]

In each round a new process measures each scenario. Contestants that do not affect one another share this process, and
have their turns in random order. The others have processes of their own, also in random order. With --only, the results
of the other scenarios stay as they are in RESULTS.json.
"""

import argparse
import datetime
import json
import os
import random
import statistics
import sys
import time

import machine
from program import COUNTERS, Program, pair_of

ROUNDS = {"short": 3, "full": 10}
# Memory hardly varies between rounds, and 10,000 starts of Boost take a minute.
ROUNDS_OF = {"ending/plain/10000": 3, "footprint/": 2, "finished/": 2, "growth/": 1, "idle/": 3}
# What a contestant leaves in the heap would change the figures of the next one.
ALONE = ("footprint/", "finished/", "growth/")
# Here Boost, which watches children by pidfds, too, is measured in the same process as we are.
WITH_BOOST = ("ending/",)


class Plan:
    """Which contestants measure each scenario together."""

    def __init__(self, program, processes, prefixes):
        self.processes = {}  # Maps each scenario to lists of contestants.
        for names in processes:
            for scenario, contestant in program.benchmarks(names.split(",")):
                if not prefixes or scenario.startswith(prefixes):
                    groups = self.processes.setdefault(scenario, {})
                    groups.setdefault(self._group(scenario, names, contestant, processes), []).append(contestant)

    @staticmethod
    def _group(scenario, names, contestant, processes):
        if scenario.startswith(ALONE):
            return contestant
        return processes[0] if contestant == "Boost" and scenario.startswith(WITH_BOOST) else names

    def scenarios_of(self, number, rounds):
        return [scenario for scenario in self.processes if number < rounds_of(scenario, rounds)]


def rounds_of(scenario, rounds):
    return min([rounds] + [limit for prefix, limit in ROUNDS_OF.items() if scenario.startswith(prefix)])


class Results:
    """The content of RESULTS.json."""

    def __init__(self, path, form):
        self.path = path
        self.form = form
        self.data = {"scenarios": {}, "versions": {}}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.data = json.load(file)
        self.begun = set()

    def add(self, scenario, report, number):
        for key, value in report["context"].items():
            if key.startswith("version of "):
                self.data["versions"][key.removeprefix("version of ")] = value
        self.data["dispatcher"] = report["context"]["dispatcher"]
        entry = self._entry(scenario)
        for contestant, runs in by_contestant(report["benchmarks"]).items():
            errors = [run["error_message"] for run in runs if run.get("error_occurred")]
            if errors:
                entry["impossible"][contestant] = errors[0]
            else:
                append(entry["figures"].setdefault(contestant, {}), summary_of(runs), number)

    def add_time(self, scenario, seconds):
        entry = self._entry(scenario)
        entry["rounds"] += 1
        entry["seconds"] += seconds

    def expected_minutes(self, plan, rounds):
        """From the earlier results of the same form; None if they lack a scenario."""
        entries = {scenario: self.data["scenarios"].get(scenario) for scenario in plan.processes}
        if not all(entry and entry["form"] == self.form for entry in entries.values()):
            return None
        return sum(entry["seconds"] / entry["rounds"] * rounds_of(scenario, rounds)
                   for scenario, entry in entries.items()) / 60

    def save(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.data, file, indent=1)

    def _entry(self, scenario):
        if scenario not in self.begun:
            self.begun.add(scenario)
            self.data["scenarios"][scenario] = {
                "date": datetime.date.today().isoformat(), "form": self.form, "rounds": 0, "seconds": 0,
                "figures": {}, "impossible": {}}
        return self.data["scenarios"][scenario]


def by_contestant(runs):
    found = {}
    for run in runs:
        if run["run_type"] == "iteration":
            found.setdefault(pair_of(run["name"])[1], []).append(run)
    return found


def summary_of(runs):
    """The median over a process; of the worst cases, the worst."""
    figures = {"us": statistics.median(run["real_time"] for run in runs)}
    for counter in COUNTERS:
        if counter in runs[0]:
            combine = max if counter == "worst" else statistics.median
            figures[counter] = combine(run[counter] for run in runs)
    return figures


def append(figures, summary, number):
    """Keeps the figures of one round at the same place in all lists."""
    for name, value in summary.items():
        samples = figures.setdefault(name, [])
        samples += [None] * (number - len(samples)) + [value]


def measure_round(program, plan, results, number, rounds):
    for scenario in plan.scenarios_of(number, rounds):
        begin = time.monotonic()
        groups = list(plan.processes[scenario].values())
        for contestants in random.sample(groups, len(groups)):
            if report := program.measure(scenario, contestants):
                results.add(scenario, report, number)
        results.add_time(scenario, time.monotonic() - begin)
        results.save()


def announce(minutes):
    if minutes is None:
        print("the first round will show how long this takes", file=sys.stderr)
    else:
        end = datetime.datetime.now() + datetime.timedelta(minutes=minutes)
        print(f"about {max(minutes, 1):.0f} min, until {end:%H:%M}", file=sys.stderr)


def measure_rounds(program, plan, results, rounds):
    """Ctrl-C ends the measurement, and keeps what was measured."""
    expected = results.expected_minutes(plan, rounds)
    announce(expected)
    try:
        for number in range(rounds):
            measure_round(program, plan, results, number, rounds)
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            if number == 0 and expected is None and rounds > 1:
                announce(results.expected_minutes(plan, rounds)
                         - sum(results.data["scenarios"][name]["seconds"] for name in plan.processes) / 60)
    except KeyboardInterrupt:
        if not os.path.exists(results.path):
            raise
        print("interrupted: the report covers the results so far", file=sys.stderr)


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("contestants")
    parser.add_argument("results")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="PREFIX")
    parser.add_argument("--rounds", type=int)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    with open(arguments.contestants, encoding="utf-8") as file:
        build = json.load(file)
    form = "full" if arguments.full else "short"
    program = Program(build["program"], ["--full"] if arguments.full else [])
    plan = Plan(program, build["processes"], tuple(arguments.only))
    if not plan.processes:
        sys.exit("no scenario has such a name")
    results = Results(arguments.results, form)
    results.data |= {"machine": machine.describe(), "compiler": build["compiler"]}
    measure_rounds(program, plan, results, arguments.rounds or ROUNDS[form])


if __name__ == "__main__":
    main()
