# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Names and descriptions of the contestants and scenarios."""

from dataclasses import dataclass

OURS = "ChildProcess"
LIMIT = "limit"

# The tables list the contestants in this order.
CONTESTANTS = {
    "limit": "Only system calls: clone(CLONE_VM, CLONE_VFORK, CLONE_PIDFD), poll() or epoll_wait(), "
             "waitid(), and the same pipes. This is the time that the kernel needs.",
    "notifier": "The limit plus a QSocketNotifier and QEventLoop::exec(). The lower bound for every Qt class.",
    "posix_spawn": "posix_spawn() and waitpid().",
    "QProcess": "QProcess, used by the same code as ChildProcess.",
    "ChildProcess": "ForkFd::ChildProcess with pidfds.",
    "ChildProcess-sigchld": "ForkFd::ChildProcess with FORKFD_BACKEND=sigchld.",
    "libuv": "uv_spawn() with libuv's event loop.",
    "GLib": "GSubprocess with a main context.",
    "Boost": "Boost.Process v2 with an io_context.",
}


@dataclass
class Group:
    """A section of the page: scenarios and the text above their tables."""

    title: str
    text: str
    scenarios: dict  # Name: heading.


def sizes(prefix, numbers, unit):
    return {f"{prefix}/{number}": f"{number:,} {unit}" for number in numbers}


COUNTS = (10, 100, 1000, 4000, 10000)

GROUPS = [
    Group("Start and finish",
          "A child that exits at once, from the constructor of its object to the destructor.", {
              "run/plain/loop": "No channels, event loop",
              "run/plain/wait": "No channels, blocking call",
              "run/pipes/loop": "Three pipes, event loop",
              "run/pipes/wait": "Three pipes, blocking call",
          }),
    Group("Many children, some at a time",
          "200 children with three pipes that exit at once, so many at the same time; the time is that of one child. "
          "ChildProcess uses RunQueue, the others wait for the children in the order of the starts.",
          sizes("queue", (1, 2, 8), "at a time")),
    Group("Start alone", "How long the call that starts a child blocks the calling thread.", {
        "hold/plain": "No channels",
        "hold/pipes": "Three pipes",
        "hold/dynamic": "No channels, a program with shared libraries",
    }),
    Group("Starts in the background",
          "StartMode::Background: how long start() blocks the calling thread, and start and finish. A hanging start "
          "belongs to another child of the same program, whose exec does not return during the measurement.", {
              "background/hold/plain": "start() alone, no channels",
              "background/hold/pipes": "start() alone, three pipes",
              "background/hold/dynamic": "start() alone, no channels, a program with shared libraries",
              "background/hold/hanging": "start() alone, no channels, beside a start that hangs",
              "background/run/plain": "Start and finish, no channels",
              "background/run/hanging": "Start and finish, no channels, beside a start that hangs",
          }),
    Group("Large parents",
          "Start and finish the same child without channels. The parent has this much resident memory, in pages of "
          "4 KiB. “Every option” sets all LaunchOptions that can be combined, except pseudoTerminal, dieWithParent "
          "and controlGroup; the time includes opening the child's terminal.", {
              **sizes("resident/plain", (0, 1, 4), "GiB"),
              **{name: f"{heading}, every option"
                 for name, heading in sizes("resident/options", (0, 1, 4), "GiB").items()},
          }),
    Group("One exit among many",
          "The parent has this many sleeping children. It kills one of them and waits for its end in the event loop.", {
              **{name: f"{heading} without channels"
                 for name, heading in sizes("ending/plain", COUNTS, "children").items()},
              **{name: f"{heading} with three pipes"
                 for name, heading in sizes("ending/pipes", COUNTS, "children").items()},
              **{name: f"{heading} without channels, with an unrelated zombie"
                 for name, heading in sizes("ending/zombie", COUNTS, "children").items()},
          }),
    Group("Output",
          "The parent reads what a child writes as fast as it can: 4 GiB in the full form, 64 MiB in the short one. "
          "The limit uses a pipe of 1 MiB.", {"output": "Reading all output"}),
    Group("Writing", "The time until a child has read everything and has ended. Only the Qt classes are QIODevices.", {
        "write/lines": "300,000 writes of 11 bytes",
        "write/xml": "QXmlStreamWriter, 40,000 elements with an attribute and a text, 1,000,000 writes",
        "write/array": "One array of 256 MiB",
    }),
    Group("With chatty children",
          "The parent reads from this many children, which write without pause. Timer lateness: 99 of 100 timeouts of "
          "a 10 ms timer are not later than this (9 of 10 in the short form). Exit: start and finish a child that exits "
          "at once.", {
              **{name: f"Timer lateness with {heading}"
                 for name, heading in sizes("chatty/timer", (16, 64), "children").items()},
              **{name: f"One exit with {heading}"
                 for name, heading in sizes("chatty/ending", (16, 64), "children").items()},
          }),
    Group("Round trips",
          "The parent sends 1 KiB to a child, which sends it back. Both are pinned to one processor. The notifier writes "
          "when the event loop says that the pipe has room, as QProcess and ChildProcess do, and does nothing else.", {
        "echo/loop": "Event loop",
        "echo/wait": "Blocking calls",
    }),
]

FOOTPRINTS = {"footprint/plain": "No channels", "footprint/pipes": "Three pipes"}
