# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Finds the results of the tools in a build folder, and keeps them in docs/reliability."""

import datetime
import json
import platform
import xml.etree.ElementTree as xml

TOOLS = ("faults", "soak", "surroundings", "fuzz", "mutants", "coverage", "tests")
LICENSE = """\
SPDX-FileCopyrightText: 2026 The ForkFd authors
SPDX-License-Identifier: MIT
"""


def read_json(path):
    """The objects of a file that contains one, or one in each line. None if it contains something else."""
    text = path.read_text(encoding="utf-8")
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except json.JSONDecodeError:
        return None


def tool_of(objects):
    """The name of the tool that wrote these objects. The parts of the soak do not name theirs."""
    first = objects[0] if objects and isinstance(objects[0], dict) else {}
    name = "soak" if "part" in first else first.get("tool")
    return name if name in TOOLS else None


def date_of(path):
    return datetime.date.fromtimestamp(path.stat().st_mtime).isoformat()


def kept_form(date, objects):
    return {"date": date, "kernel": platform.release().split("-")[0], "results": objects}


def results_of_tests(build):
    """One object with each preset whose tests were run."""
    runs = []
    for path in sorted(build.glob("*/tests.xml")):
        suite = xml.parse(path).getroot()
        runs.append({"preset": path.parent.name, "date": date_of(path),
                     **{name: int(suite.get(name, 0)) for name in ("tests", "failures", "skipped")}})
    return [{"tool": "tests", "runs": runs}] if runs else None


def find(build):
    """Maps each tool that has left results in a build folder to their kept form. The newest file counts."""
    found = {}
    paths = [*build.glob("*.json"), *build.glob("*/*.json")]
    for path in sorted(paths, key=lambda path: path.stat().st_mtime):
        objects = read_json(path)
        if objects and tool_of(objects):
            found[tool_of(objects)] = kept_form(date_of(path), objects)
    runs = results_of_tests(build)
    if runs:
        found["tests"] = kept_form(max(run["date"] for run in runs[0]["runs"]), runs)
    return found


def with_older_runs(new, old):
    """The tests are run with one preset at a time, so that those of other presets stay."""
    presets = {run["preset"] for run in new["results"][0]["runs"]}
    runs = new["results"][0]["runs"] + [run for run in old["results"][0]["runs"] if run["preset"] not in presets]
    return {**new, "results": [{"tool": "tests", "runs": sorted(runs, key=lambda run: run["preset"])}]}


def read_kept(folder):
    kept = {tool: folder / f"{tool}.json" for tool in TOOLS}
    return {tool: json.loads(path.read_text(encoding="utf-8")) for tool, path in kept.items() if path.exists()}


def keep(folder, tool, result):
    old = read_kept(folder)
    if tool == "tests" and tool in old:
        result = with_older_runs(result, old[tool])
    folder.mkdir(exist_ok=True)
    path = folder / f"{tool}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_name(path.name + ".license").write_text(LICENSE, encoding="utf-8")
