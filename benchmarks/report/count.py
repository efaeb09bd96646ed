# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Counts what a child costs, and adds it to the results: count.py CONTESTANTS.json RESULTS.json

System calls (with those of the child, and of the parent alone), instructions that the parent executes in user mode,
and its allocations.
Each number is the difference between a program with 2 N children and one with N, divided by N. So it hardly depends on
the machine's load.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from program import LONGEST, environment_of

CONTESTANTS = ("limit", "posix_spawn", "QProcess", "ChildProcess")
CHANNELS = {"plain": [], "pipes": ["--pipes"]}
CHILDREN = 50
# ChildProcess makes more allocations the more and the longer folders this has, also for a program with a path.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Counter:
    """Runs the program below tools."""

    def __init__(self, build, folder):
        self.build = build
        self.output = os.path.join(folder, "output")

    def system_calls(self, arguments):
        return self._with_strace(["-f"], arguments)

    def own_system_calls(self, arguments):
        return self._with_strace([], arguments)

    def _with_strace(self, options, arguments):
        if not shutil.which("strace"):
            return None
        self._run(["strace", *options, "-c", "-o", self.output], arguments)
        # The columns: % time, seconds, µs per call, calls, and errors, if there were any.
        total = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", self._text(), re.M)
        return int(total[1]) if total else None

    def instructions(self, arguments):
        counted = self._with_perf(arguments)
        return self._with_callgrind(arguments) if counted is None else counted

    def allocations(self, arguments):
        self._run([], arguments, {"LD_PRELOAD": self.build["allocations"], "FORKFD_ALLOCATIONS": self.output})
        return int(self._text())

    def _with_perf(self, arguments):
        """Many virtual machines do not count instructions."""
        if not shutil.which("perf"):
            return None
        self._run(["perf", "stat", "--no-inherit", "-x,", "-e", "instructions:u", "-o", self.output], arguments,
                  check=False)
        counted = re.search(r"^(\d+),", self._text(), re.M)
        return int(counted[1]) if counted else None

    def _with_callgrind(self, arguments):
        if not shutil.which("valgrind"):
            return None
        pid = self._run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                         f"--log-file={self.output}"], arguments)
        # Forked copies of the program, as ChildProcess makes one at its first start, report to the same file.
        return int(re.search(rf"^=={pid}== Collected : (\d+)", self._text(), re.M)[1])

    def _run(self, tool, arguments, environment=None, check=True):
        """Returns the process id of the tool, which is that of the program below valgrind."""
        with open(self.output, "w", encoding="utf-8"):
            pass
        command = [*tool, self.build["program"], *arguments]
        variables = environment_of(()) | {"PATH": PATH} | (environment or {})
        with subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                status = process.wait(LONGEST)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        if check and status != 0:
            raise subprocess.CalledProcessError(status, command)
        return process.pid

    def _text(self):
        with open(self.output, encoding="utf-8") as file:
            return file.read()


def per_child(count, arguments):
    few, many = (count([*arguments, f"--children={number}"]) for number in (CHILDREN, 2 * CHILDREN))
    return None if few is None or many is None else (many - few) / CHILDREN


def figures_of(counter):
    figures = {}
    for channels, options in CHANNELS.items():
        for name in CONTESTANTS:
            arguments = [f"--contestants={name}", *options]
            figures.setdefault(channels, {})[name] = {
                "system calls": per_child(counter.system_calls, arguments),
                "system calls of the parent": per_child(counter.own_system_calls, arguments),
                "instructions": per_child(counter.instructions, arguments),
                "allocations": per_child(counter.allocations, arguments),
            }
    return figures


def main():
    build_path, results_path = sys.argv[1:]
    with open(build_path, encoding="utf-8") as file:
        build = json.load(file)
    with open(results_path, encoding="utf-8") as file:
        results = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        figures = figures_of(Counter(build, folder))
    results["counts"] = {"date": datetime.date.today().isoformat(), "figures": figures}
    with open(results_path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
