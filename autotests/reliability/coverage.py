# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""coverage.py GCOVR.json RESULT.json: prints which part of the lines and branches the tests reach, and each block of
lines that they do not reach, with its reason from the list `uncovered`. Fails if less is reached than the goals."""

import json
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LIST = Path(__file__).resolve().with_name("uncovered")
GOALS = {"src/core": 95, "src/qt": 92}  # Percent of the lines.


def read_reasons():
    """Maps (file, text of the line) to the reason why the tests do not reach it."""
    reasons, current = {}, ""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            current = line[2:]
        elif line and not line.startswith("#"):
            file, code = line.split(": ", 1)
            reasons[file, code.strip()] = current
    return reasons


def figures(name, lines):
    branches = [branch for line in lines for branch in line["branches"]]
    return {"name": name,
            "lines": {"count": len(lines), "covered": sum(line["count"] > 0 for line in lines)},
            "branches": {"count": len(branches), "covered": sum(branch["count"] > 0 for branch in branches)}}


def is_covered(part):
    folder = GOALS.get(part["name"], 0)
    return part["lines"]["covered"] * 100 >= part["lines"]["count"] * folder


def uncovered(name, lines, reasons):
    code = (TOP / name).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line["count"] == 0:
            text = code[line["line_number"] - 1].strip()
            yield {"name": name, "line": line["line_number"], "code": text, "reason": reasons.get((name, text))}


def result_of(data, reasons):
    files = {each["file"]: [line for line in each["lines"] if not line.get("gcovr/noncode")] for each in data["files"]}
    folders = {folder: [line for name, lines in files.items() if name.startswith(folder + "/") for line in lines]
               for folder in GOALS}
    missing = [each for name, lines in sorted(files.items()) for each in uncovered(name, lines, reasons)]
    reached = set(reasons) - {(each["name"], each["code"]) for each in missing}
    return {"tool": "coverage", "folders": [figures(name, lines) for name, lines in folders.items()],
            "files": [figures(name, lines) for name, lines in sorted(files.items()) if lines],
            "uncovered": missing,
            "listedButReached": [f"{name}: {code}" for name, code in sorted(reached)]}


def percent(part):
    return f"{part['covered'] * 100 / part['count']:6.1f} %" if part["count"] else "       –"


def print_result(result):
    print("   lines  branches")
    for part in result["files"] + result["folders"]:
        print(percent(part["lines"]), percent(part["branches"]), part["name"])
    for each in result["uncovered"]:
        print(f"{each['name']}:{each['line']}: {each['code']}: {each['reason'] or 'NOT REACHED, WITHOUT A REASON'}")
    for each in result["listedButReached"]:
        print(f"autotests/reliability/uncovered lists a line that is reached: {each}")


def main():
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = result_of(data, read_reasons())
    print_result(result)
    Path(sys.argv[2]).write_text(json.dumps(result) + "\n", encoding="utf-8")
    missed = [part["name"] for part in result["folders"] if not is_covered(part)]
    for name in missed:
        print(f"less than {GOALS[name]} % of the lines of {name} are reached", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
