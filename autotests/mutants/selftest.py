# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Checks that mutate.py builds the right faults into a small program: the program runs once with each of them."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77

SOURCE = """\
#include <cstdio>
int calls = 0;
void count() { ++calls; }
int sum(int a, int b) { return a + b; }
bool isLess(int a, int b) { return a < b; }
bool both(bool a, bool b) { return a && b; }
int chosen(bool yes) { if (yes) return 7; return 3; }
int main()
{
    count();
    std::printf("%d %d %d %d %d %d\\n", calls, sum(5, 3), isLess(2, 2), isLess(1, 2), both(true, false), chosen(true));
}
"""
EXPECTED = {  # What the program prints with each change; line 10 and 11 are the constants of main().
    (3, "++calls is removed"): "0 8 0 1 0 7",
    (4, "+ becomes -"): "1 2 0 1 0 7",
    (4, "the result becomes 0"): "1 0 0 1 0 7",
    (5, "< becomes <="): "1 8 1 1 0 7",
    (5, "< becomes >="): "1 8 1 0 0 7",
    (6, "&& becomes ||"): "1 8 0 1 1 7",
    (7, "the condition is negated"): "1 8 0 1 0 3",
    (7, "7 becomes 7 + 1"): "1 8 0 1 0 8",
    (10, "count() is removed"): "0 8 0 1 0 7",
}


def run(*command, **more):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def check(folder):
    source = folder / "src/core/base/uniquefd.cpp"  # mutate.py adds mutation.cpp to it.
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)
    command = f"c++ -std=c++20 -o program -c {source}"
    (folder / "compile_commands.json").write_text(
        json.dumps([{"directory": str(folder), "file": str(source), "command": command}]))
    run(sys.executable, "-B", str(HERE / "mutate.py"), str(folder), str(folder / "list.json"),
        "src/core/base/uniquefd.cpp", cwd=folder)
    run("c++", "-std=c++20", "-o", "program", str(source), cwd=folder)
    printed = {}
    for mutation in json.loads((folder / "list.json").read_text()):
        (folder / "mutation").write_text(str(mutation["number"]))
        printed[mutation["line"], mutation["change"]] = run("./program", cwd=folder).strip()
    wrong = {each: printed.get(each) for each, text in EXPECTED.items() if printed.get(each) != text}
    for each, text in wrong.items():
        print(f"{each}: expected {EXPECTED[each]}, got {text}")
    (folder / "mutation").write_text("0")
    return 0 if not wrong and run("./program", cwd=folder) == "1 8 0 1 0 7\n" else 1


def main():
    if subprocess.run([sys.executable, "-c", "import clang.cindex"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("python3-clang is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        return check(Path(folder).resolve())


if __name__ == "__main__":
    sys.exit(main())
