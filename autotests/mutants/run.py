# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""run.py BUILD-FOLDER LIST.json RESULT.json [--sample N] [--seed S] [--jobs N]: runs the tests with each mutation that
mutate.py has written, and names those that no test finds.

A first run without a mutation finds out which tests reach which mutation, and leaves out tests that fail. Each test
runs in its own PID namespace, so that a mutant that sends wild signals reaches only the test. A mutant is killed if a
test fails twice with it, or exceeds its time limit."""

import argparse
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import equivalents

# Reaps what the test leaves to it, as init does.
INIT = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", '"$@"; exit $?', "init"]
SKIPPED_LABELS = {"stress"}
SKIPPED_NAMES = (".noglib", ".background")


@dataclass
class Test:
    name: str
    command: list
    environment: dict
    folder: str
    seconds: float = 0
    reached: set = field(default_factory=set)


def tests_of(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], stdout=subprocess.PIPE, check=True)
    for test in json.loads(listing.stdout)["tests"]:
        properties = {each["name"]: each["value"] for each in test.get("properties", [])}
        if SKIPPED_LABELS & set(properties.get("LABELS", [])) or test["name"].endswith(SKIPPED_NAMES) \
                or not os.access(test.get("command", [""])[0], os.X_OK):
            continue
        variables = dict(each.split("=", 1) for each in properties.get("ENVIRONMENT", []))
        yield Test(test["name"], test["command"], variables, properties.get("WORKING_DIRECTORY", str(build)))


class Runner:
    def __init__(self, build, count, jobs):
        self.number_file = build / "mutation"
        self.record = build / "mutation.reached"
        self.count = count
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)

    def activate(self, number):
        self.number_file.write_text(f"{number}\n")

    @staticmethod
    def passes(test, limit):
        process = subprocess.Popen([*INIT, *test.command], cwd=test.folder, env={**os.environ, **test.environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            return process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False

    def measure(self, test):
        """Whether the test passes without a mutation; which mutations it reaches, and how long it takes."""
        self.record.write_bytes(bytes(self.count + 1))
        self.activate(-self.count)
        begin = time.monotonic()
        passed = self.passes(test, 300)
        test.seconds = time.monotonic() - begin
        test.reached = {number for number, byte in enumerate(self.record.read_bytes()) if byte}
        return passed

    def killer(self, number, tests):
        """The name of a test that fails with the mutation."""
        self.activate(number)

        def fails(test):
            limit = 10 + 5 * test.seconds
            return not self.passes(test, limit) and not self.passes(test, limit)

        waiting = sorted((test for test in tests if number in test.reached), key=lambda test: test.seconds)
        width = self.pool._max_workers  # pylint: disable=protected-access
        for begin in range(0, len(waiting), width):
            group = waiting[begin:begin + width]
            for test, failed in zip(group, self.pool.map(fails, group)):
                if failed:
                    return test.name
        return None


def survivor(mutation):
    return {"line": mutation["line"], "change": mutation["change"]}


def result_of(mutations, killers):
    """The figures of each file; see docs/design/mutants.md."""
    known = equivalents.read()
    files = {}
    for mutation in mutations:
        figures = files.setdefault(mutation["file"], {"name": mutation["file"], "mutants": 0, "killed": 0,
                                                      "survived": [], "equivalent": 0})
        figures["mutants"] += 1
        if killers[mutation["number"]]:
            figures["killed"] += 1
        elif equivalents.reason(known, mutation):
            figures["equivalent"] += 1
        else:
            figures["survived"].append(survivor(mutation))
    return {"tool": "mutants", "files": list(files.values())}


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("listing", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--tests", default="", help="only tests with this text in their name")
    return parser.parse_args()


def measured_tests(runner, options):
    tests = []
    for test in tests_of(options.build):
        if options.tests in test.name:
            if runner.measure(test):
                tests.append(test)
            else:
                print(f"left out, because it fails without a mutation: {test.name}", flush=True)
    return tests


def main():
    options = read_options()
    if os.geteuid() != 0:
        sys.exit("mutants: needs root, because each test runs in a PID namespace")
    mutations = json.loads(options.listing.read_text())
    runner = Runner(options.build.resolve(), mutations[-1]["number"] if mutations else 0, options.jobs)
    tests = measured_tests(runner, options)
    if options.sample and options.sample < len(mutations):
        chosen = random.Random(options.seed).sample(range(len(mutations)), options.sample)
        mutations = [mutations[index] for index in sorted(chosen)]
        print(f"a sample of {options.sample} with the seed {options.seed}")
    killers = {}
    for mutation in mutations:
        number = mutation["number"]
        killers[number] = runner.killer(number, tests)
        print(f"{mutation['file']}:{mutation['line']}: {mutation['change']}: "
              + (f"killed by {killers[number]}" if killers[number] else "SURVIVED"), flush=True)
        options.result.write_text(json.dumps(result_of([each for each in mutations if each["number"] in killers],
                                                       killers)) + "\n")
    runner.activate(0)


if __name__ == "__main__":
    main()
