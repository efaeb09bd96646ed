# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Runs the program of the benchmarks, and reads what it reports."""

import json
import os
import re
import subprocess
import sys
import tempfile

LONGEST = 900  # Seconds. A process that runs longer counts as hung, and is killed.
# What scenarios count, besides the time that they take.
COUNTERS = ("alive", "cpu", "descriptors", "growth", "heap", "life", "memory", "p99", "rate", "signals", "wakeups",
            "worst")


def environment_of(contestants):
    """The backend is that of the whole process."""
    backend = {"FORKFD_BACKEND": "sigchld"} if "ChildProcess-sigchld" in contestants else {}
    return {**os.environ, **backend}


class Program:
    def __init__(self, path, options):
        self.path = path
        self.options = options

    def benchmarks(self, contestants):
        """The (scenario, contestant) pairs that these contestants can run."""
        listing = self._run(contestants, ["--benchmark_list_tests=true"], stdout=subprocess.PIPE).stdout
        return [pair_of(line) for line in listing.decode().split()]

    def measure(self, scenario, contestants):
        """Returns Google Benchmark's report, or None if the program failed."""
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            try:
                self._run(contestants, [
                    f"--benchmark_filter=^{scenario}/[^/]+/iterations:",
                    "--benchmark_enable_random_interleaving=true",
                    f"--benchmark_out={file.name}",
                    "--benchmark_out_format=json",
                ], stdout=subprocess.DEVNULL)
                return json.load(file)
            except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
                print(f"{', '.join(contestants)} failed in {scenario}: {error}", file=sys.stderr)
                return None

    def _run(self, contestants, arguments, stdout):
        # Qt's warnings about children that are killed would be a message for each child.
        return subprocess.run([self.path, *self.options, "--contestants=" + ",".join(contestants), *arguments],
                              env=environment_of(contestants), timeout=LONGEST, check=False,
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL)


def pair_of(benchmark_name):
    name = re.sub(r"/(iterations:\d+|manual_time|repeats:\d+)", "", benchmark_name)
    return tuple(name.rsplit("/", 1))
