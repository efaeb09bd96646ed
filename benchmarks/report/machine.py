# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""What the figures depend on: the machine and its kernel."""

import os
import platform
from pathlib import Path


def line_of(path, name):
    with open(path, encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(name)), "unknown")


def caches():
    """For example "L1 Data 48K, L2 Unified 2048K"."""
    folders = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"))
    return ", ".join("L{} {} {}".format(*((folder / name).read_text().strip() for name in ("level", "type", "size")))
                     for folder in folders) or "unknown"


def has_kdamond():
    """Whether the kernel's thread runs that watches accesses to memory: it makes the memory of sleepers cold."""
    return any(name.startswith("kdamond") for name in map(comm_of, Path("/proc").glob("[0-9]*")))


def comm_of(folder):
    try:
        return (folder / "comm").read_text()
    except OSError:  # The process has ended.
        return ""


def describe():
    return {
        "processor": line_of("/proc/cpuinfo", "model name"),
        "processors": len(os.sched_getaffinity(0)),
        "memory": line_of("/proc/meminfo", "MemTotal"),
        "caches": caches(),
        "kdamond": has_kdamond(),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "load": os.getloadavg()[0],
    }
