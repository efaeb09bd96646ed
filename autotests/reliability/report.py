# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""report.py BUILD-FOLDER [TOOL…]: keeps the results that the tools, or only these, have left in the build folder, and
writes docs/reliability.md from all results that are kept in docs/reliability.

report.py --check: fails if the page does not show the kept results."""

import sys
import textwrap
from pathlib import Path

import results
from sections import CONCLUSIONS, SECTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reliability.md"
KEPT = DOCS / "reliability"

PREAMBLE = """<!-- SPDX-FileCopyrightText: 2026 The ForkFd authors -->
<!-- SPDX-License-Identifier: MIT -->
<!-- Written by ./dev reliability; see autotests/reliability. Do not edit. -->

# Reliability
"""

REPEAT = """## How to repeat it

Run the command of a section. It prints the figures and leaves them in the build folder. `./dev reliability` then keeps
them in `docs/reliability` and writes this page; `./dev reliability soak` keeps those of one tool. A command that ran in
a shorter form leaves smaller figures. `./dev check properties` fails if this page differs from the kept figures."""


def conclusions(kept):
    """What a user should conclude, from what was measured."""
    def sentence(tool, titles):
        result = kept.get(tool)
        return CONCLUSIONS[tool](result["results"]) if result else f"{titles} not measured yet."

    yield sentence("soak", "Many children at the same time were")
    yield sentence("faults", "Failures of system calls were")
    yield sentence("mutants", "How many built-in faults the tests find was")
    yield ("The figures hold for the kernel and the date beside them, on a machine with two processors: if yours "
           "differs, run the commands there before you rely on them.")


def wrapped(text, indent=""):
    return textwrap.fill(text, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def section_lines(section, kept):
    yield f"## {section.title}\n"
    if section.tool not in kept:
        yield f"Not measured yet: `{section.command}`.\n"
        return
    objects = kept[section.tool]["results"]
    yield wrapped(section.summary(objects)) + "\n"
    yield f"Printed by `{section.command}`.\n"
    yield from section.details(objects)


def page(kept):
    yield PREAMBLE
    yield from (wrapped(f"{number}. {sentence}", "   ") for number, sentence in enumerate(conclusions(kept), 1))
    yield "\n| Test | Command | Date | Kernel |\n|---|---|---|---|"
    for section in SECTIONS:
        result = kept.get(section.tool, {"date": "not measured yet", "kernel": ""})
        yield f"| {section.title} | `{section.command}` | {result['date']} | {result['kernel']} |"
    yield ""
    for section in SECTIONS:
        yield from section_lines(section, kept)
    yield REPEAT


def text_of_page():
    return "\n".join(page(results.read_kept(KEPT))).rstrip("\n") + "\n"


def check():
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text_of_page():
        print("docs/reliability.md does not show the kept results: run ./dev reliability")
        return 1
    return 0


def write(build, tools):
    found = results.find(Path(build))
    for tool in tools:
        if tool not in found:
            print(f"{build} has no results of {tool}", file=sys.stderr)
            return 1
    for tool, result in found.items():
        if not tools or tool in tools:
            results.keep(KEPT, tool, result)
    PAGE.write_text(text_of_page(), encoding="utf-8")
    print(PAGE)
    return 0


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    return write(sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
