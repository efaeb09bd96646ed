# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Runs the contestants and writes their results: measure.py CONTESTANTS.json RESULTS.json [--full]

A new process measures each figure, so that the caches, handlers and heap of one contestant do not affect another.
In this process, Google Benchmark repeats the scenario and reports the median. In each round the contestants of a
scenario run in random order, because a contestant is slower right after one that has filled the caches.
"""

import argparse
import datetime
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time

# What scenarios count, besides the time that they take.
COUNTERS = ("alive", "heap", "descriptors", "signals", "memory")
LONGEST = 600  # Seconds. A program that runs longer counts as hung, and is killed.


class Form:
    """How thorough a measurement is, and so how long it takes."""

    def __init__(self, name, rounds, repetitions, patience):
        self.name = name
        self.rounds = rounds
        self.repetitions = repetitions
        # Seconds for one contestant in one scenario. A contestant that has used them up gets no further round of
        # the scenario. After twice as many, it also skips the scenario with more children or a larger parent.
        self.patience = patience


FORMS = {False: Form("short", 7, 15, 1.5), True: Form("full", 31, 5, 10)}


class Contestant:
    def __init__(self, description, options, repetitions):
        self.name = description["name"]
        self.program = description["program"]
        self.options = options
        self.repetitions = repetitions
        self.environment = dict(os.environ)
        for variable in filter(None, description["environment"].split(" ")):
            name, value = variable.split("=", 1)
            self.environment[name] = value

    def scenarios(self):
        listing = self._run(["--benchmark_list_tests=true"], stdout=subprocess.PIPE).stdout
        return [scenario_name(line) for line in listing.decode().split()]

    def measure(self, scenario):
        """Returns Google Benchmark's report, or None if the program failed."""
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            try:
                self._run([
                    f"--benchmark_filter=^{re.escape(scenario)}/iterations:",
                    f"--benchmark_repetitions={self.repetitions}",
                    f"--benchmark_out={file.name}",
                    "--benchmark_out_format=json",
                ], stdout=subprocess.DEVNULL)
                return json.load(file)
            except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
                print(f"{self.name} failed in {scenario}: {error}", file=sys.stderr)
                return None

    def _run(self, arguments, stdout):
        return subprocess.run([self.program, *self.options, *arguments], env=self.environment,
                              timeout=LONGEST, check=False, stdin=subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.DEVNULL)


def scenario_name(benchmark_name):
    return re.sub(r"/(iterations:\d+|manual_time|repeats:\d+)", "", benchmark_name)


class Results:
    def __init__(self):
        self.versions = {}
        self.dispatcher = ""
        self.figures = {}
        self.impossible = {}

    def is_impossible(self, scenario, contestant):
        return contestant in self.impossible.get(scenario, {})

    def add(self, scenario, contestant, report):
        self.versions[contestant] = report["context"]["contestant"]
        self.dispatcher = report["context"]["dispatcher"]
        runs = report["benchmarks"]
        errors = [run["error_message"] for run in runs if run.get("error_occurred")]
        if errors:
            self.impossible.setdefault(scenario, {})[contestant] = errors[0]
            return
        median = next(run for run in runs if run.get("aggregate_name") == "median")
        figure = self.figures.setdefault(scenario, {}).setdefault(contestant, {"us": [], "counters": {}})
        figure["us"].append(median["real_time"])
        for counter in COUNTERS:
            if counter in median:
                figure["counters"].setdefault(counter, []).append(median[counter])


class Clock:
    """The time that each contestant has used."""

    def __init__(self, patience):
        self._patience = patience
        self._used = {}

    def add(self, scenario, contestant, seconds):
        self._used[scenario, contestant] = self._used.get((scenario, contestant), 0) + seconds

    def has_run_out(self, scenario, contestant):
        return (self._used.get((scenario, contestant), 0) > self._patience
                or any(seconds > 2 * self._patience and name == contestant and is_smaller(measured, scenario)
                       for (measured, name), seconds in self._used.items()))


def is_smaller(scenario, other):
    """Whether the names differ only in their last number, and that of `other` is larger."""
    family, _, number = scenario.rpartition("/")
    other_family, _, other_number = other.rpartition("/")
    return (family == other_family and number.isdigit() and other_number.isdigit()
            and int(number) < int(other_number))


def measure_rounds(contestants, form, results):
    """Measures round by round, and yields the number of each finished round."""
    entrants = {}  # Maps scenarios to contestants, in the order of the first contestant's scenarios.
    for contestant in contestants:
        for scenario in contestant.scenarios():
            entrants.setdefault(scenario, []).append(contestant)
    clock = Clock(form.patience)
    for number in range(form.rounds):
        # Each round measures all scenarios: a short disturbance then affects all of them a little.
        for scenario, starters in entrants.items():
            for contestant in random.sample(starters, len(starters)):
                if clock.has_run_out(scenario, contestant.name) or results.is_impossible(scenario, contestant.name):
                    continue
                begin = time.monotonic()
                if report := contestant.measure(scenario):
                    results.add(scenario, contestant.name, report)
                clock.add(scenario, contestant.name, time.monotonic() - begin)
        yield number + 1


def line_of(path, name):
    with open(path, encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(name)), "unknown")


def machine():
    return {
        "processor": line_of("/proc/cpuinfo", "model name"),
        "processors": len(os.sched_getaffinity(0)),
        "memory": line_of("/proc/meminfo", "MemTotal"),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "load": os.getloadavg()[0],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contestants")
    parser.add_argument("results")
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.contestants, encoding="utf-8") as file:
        build = json.load(file)
    form = FORMS[arguments.full]
    options = ["--full"] if arguments.full else []
    results = Results()
    begin = time.monotonic()
    header = {"machine": machine(), "date": datetime.date.today().isoformat()}
    contestants = [Contestant(description, options, form.repetitions) for description in build["contestants"]]
    rounds = 0
    try:
        for rounds in measure_rounds(contestants, form, results):
            print(f"round {rounds} of {form.rounds}", file=sys.stderr)
    except KeyboardInterrupt:
        if rounds == 0:
            raise
        print("interrupted: the report covers the results so far", file=sys.stderr)
    header |= {
        "form": form.name,
        "rounds": rounds,
        "repetitions": form.repetitions,
        "minutes": (time.monotonic() - begin) / 60,
        "compiler": build["compiler"],
        "dispatcher": results.dispatcher,
        "versions": results.versions,
    }
    with open(arguments.results, "w", encoding="utf-8") as file:
        json.dump(header | {"figures": results.figures, "impossible": results.impossible}, file, indent=1)


if __name__ == "__main__":
    main()
