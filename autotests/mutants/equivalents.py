# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Reads the list of the mutants that no test can find."""

from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LIST = Path(__file__).resolve().with_name("equivalent")


def read():
    """Maps (file, text of the line, change) to the reason."""
    entries = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            file, code, change, reason = (part.strip() for part in line.split(" | "))
            entries[file, code, change] = reason
    return entries


def reason(entries, mutation):
    lines = (TOP / mutation["file"]).read_text(encoding="utf-8").splitlines()
    return entries.get((mutation["file"], lines[mutation["line"] - 1].strip(), mutation["change"]))
