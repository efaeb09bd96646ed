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
        middle = statistics.median(samples)
        if len(samples) < 2:
            return Value(middle, middle, middle, len(samples))
        lower, _, upper = statistics.quantiles(samples, n=4, method="inclusive")
        return Value(middle, lower, upper, len(samples))


class Results:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.data = json.load(file)
        self._figures = self.data["figures"]

    def scenarios(self, prefix):
        return [scenario for scenario in self._figures if scenario.startswith(prefix)]

    def contestants(self, scenario):
        return list(self._figures.get(scenario, {}))

    def impossible(self, prefix):
        """The (scenario, contestant, reason) of each measurement that was impossible."""
        return [(scenario, contestant, reason)
                for scenario, reasons in self.data["impossible"].items() if scenario.startswith(prefix)
                for contestant, reason in reasons.items()]

    def microseconds(self, contestant, scenario):
        figure = self._figures.get(scenario, {}).get(contestant)
        return Value.of(figure["us"]) if figure else None

    def counter(self, contestant, scenario, name):
        figure = self._figures.get(scenario, {}).get(contestant)
        samples = figure["counters"].get(name) if figure else None
        return Value.of(samples) if samples else None

    def ratio(self, above, below):
        """Compares two pairs (contestant, scenario): the ratio of their medians in each round. A disturbance of the
        machine affects both in the same round, so that the ratios vary less than the times."""
        samples = [self._figures.get(scenario, {}).get(contestant, {}).get("us")
                   for contestant, scenario in (above, below)]
        if not all(samples):
            return None
        return Value.of([a / b for a, b in zip(*samples)])


@dataclass
class Goal:
    """A line of the file goals, whose first comment describes the format."""

    text: str
    measured: str
    bound: str

    def value(self, results):
        operands = [self._operand(word) for word in self.measured.split(" / ")]
        if len(operands) == 2:
            return results.ratio(*(operand[:2] for operand in operands))
        contestant, scenario, counter = operands[0]
        if counter:
            return results.counter(contestant, scenario, counter)
        return results.microseconds(contestant, scenario)

    def is_met_by(self, value):
        """Compares the rounded value, as the page shows it."""
        relation, number = self.bound.split()
        return {"<=": operator.le, ">=": operator.ge}[relation](round(value.median, 2), float(number))

    @staticmethod
    def _operand(word):
        return re.fullmatch(r"([^:]+):([^#]+)(?:#(\w+))?", word).groups()


def read_goals(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.strip() for line in file)
        return [Goal(*(part.strip() for part in line.split("|"))) for line in lines
                if line and not line.startswith("#")]
