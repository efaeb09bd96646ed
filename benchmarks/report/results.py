# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Reads the results of measure.py, as medians, ratios and their quartiles."""

import json
import operator
import re
import statistics
from dataclasses import dataclass


@dataclass
class Value:
    """The median and the quartiles of a figure over all rounds."""

    median: float
    lower: float
    upper: float
    rounds: int

    @staticmethod
    def of(samples):
        samples = [sample for sample in samples if sample is not None]
        if not samples:
            return None
        middle = statistics.median(samples)
        if len(samples) < 2:
            return Value(middle, middle, middle, len(samples))
        lower, _, upper = statistics.quantiles(samples, n=4, method="inclusive")
        return Value(middle, lower, upper, len(samples))


@dataclass(frozen=True)
class Figure:
    """What one contestant has measured in one scenario: the time, "us", or a counter."""

    contestant: str
    scenario: str
    name: str = "us"


class Results:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.data = json.load(file)
        self._scenarios = self.data["scenarios"]
        self.counts = self.data.get("counts", {}).get("figures", {})

    def scenarios(self, prefix):
        return [name for name in self._scenarios if name.startswith(prefix)]

    def entry(self, scenario):
        """The date, form and number of rounds; None if the scenario was not measured."""
        return self._scenarios.get(scenario)

    def contestants(self, scenario):
        return list(self._scenarios.get(scenario, {}).get("figures", {}))

    def impossible(self, scenario):
        """Maps contestants to the reasons why they could not measure it."""
        return self._scenarios.get(scenario, {}).get("impossible", {})

    def value(self, figure):
        return Value.of(self._samples(figure))

    def ratio(self, above, below):
        """The ratio of two figures in each round. A disturbance of the machine affects both in the same round, so that
        the ratios vary less than the times."""
        pairs = zip(self._samples(above), self._samples(below))
        return Value.of([a / b for a, b in pairs if a is not None and b])

    def _samples(self, figure):
        figures = self._scenarios.get(figure.scenario, {}).get("figures", {})
        return figures.get(figure.contestant, {}).get(figure.name, [])


@dataclass
class Goal:
    """A line of the file goals, whose first comment describes the format."""

    text: str
    measured: str
    bound: str

    def value(self, results):
        operands = [self._operand(word) for word in self.measured.split(" / ")]
        return results.ratio(*operands) if len(operands) == 2 else results.value(operands[0])

    def is_met_by(self, value):
        """Compares the rounded value, as the page shows it."""
        relation, number = self.bound.split()
        return {"<=": operator.le, ">=": operator.ge}[relation](round(value.median, 2), float(number))

    @staticmethod
    def _operand(word):
        contestant, scenario, name = re.fullmatch(r"([^:]+):([^#]+)(?:#(\w+))?", word).groups()
        return Figure(contestant, scenario, name or "us")


def read_goals(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.strip() for line in file)
        return [Goal(*(part.strip() for part in line.split("|"))) for line in lines
                if line and not line.startswith("#")]
