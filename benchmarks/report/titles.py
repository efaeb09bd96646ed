# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""What the contestants and the scenarios are, in words."""

from dataclasses import dataclass

OURS = "ChildProcess"
LIMIT = "limit"

# In the order of the tables.
CONTESTANTS = {
    "limit": "The system calls by hand, and nothing else: clone(CLONE_VM, CLONE_VFORK, CLONE_PIDFD), "
             "poll() or epoll_wait(), waitid(), the same pipes. What the kernel alone takes.",
    "notifier": "The limit behind a QSocketNotifier and QEventLoop::exec(). What no class for Qt can be "
                "faster than.",
    "posix_spawn": "posix_spawn() and waitpid().",
    "QProcess": "QProcess, by the same lines as ChildProcess.",
    "ChildProcess": "ForkFd::ChildProcess with pidfds.",
    "ChildProcess-sigchld": "The same with FORKFD_BACKEND=sigchld.",
    "libuv": "uv_spawn(), with its loop.",
    "GLib": "GSubprocess, with a main context.",
    "Boost": "Boost.Process v2, with an io_context.",
}


@dataclass
class Group:
    """Scenarios that are one table, and the words before it."""

    title: str
    text: str
    scenarios: dict  # Name: heading.


def sizes(prefix, numbers, unit):
    return {f"{prefix}/{number}": f"{number:,} {unit}" for number in numbers}


COUNTS = (10, 100, 1000, 4000, 10000)

GROUPS = [
    Group("Start and finish",
          "A child that only exits, from the making of its object to the end of that.", {
              "run/plain/loop": "No channels, event loop",
              "run/plain/wait": "No channels, a call that waits",
              "run/pipes/loop": "Three pipes, event loop",
              "run/pipes/wait": "Three pipes, a call that waits",
          }),
    Group("Start alone", "How long the call that starts a child holds the thread that makes it.", {
        "hold/plain": "No channels",
        "hold/pipes": "Three pipes",
    }),
    Group("Large parents",
          "The same child, without channels, of a parent with so much resident memory in pages of 4 KiB. "
          "With every option: the LaunchOptions that go together, apart from pseudoTerminal, dieWithParent "
          "and controlGroup; the terminal of each child is opened within that time.", {
              **sizes("resident/plain", (0, 1, 4), "GiB"),
              **{name: f"{heading}, every option"
                 for name, heading in sizes("resident/options", (0, 1, 4), "GiB").items()},
          }),
    Group("One ending among many",
          "So many children sleep. One of them is killed, and its end awaited in the event loop.", {
              **{name: f"{heading} without channels"
                 for name, heading in sizes("ending/plain", COUNTS, "children").items()},
              **{name: f"{heading} with three pipes"
                 for name, heading in sizes("ending/pipes", COUNTS, "children").items()},
              **{name: f"{heading} without channels, beside a zombie that is nobody's business"
                 for name, heading in sizes("ending/zombie", COUNTS, "children").items()},
          }),
    Group("Output",
          "A child writes as fast as it can, 4 GiB in the full form and 64 MiB in the short one, and all of it is "
          "read. The limit has a pipe of 1 MiB.", {"output": "All of the output"}),
    Group("Writing", "Until a child has read it all and has ended. The classes for Qt alone have such an interface.", {
        "write/lines": "300,000 writes of 11 bytes",
        "write/xml": "QXmlStreamWriter, 40,000 elements with an attribute and a text, 1,000,000 writes",
        "write/array": "One array of 256 MiB",
    }),
    Group("Beside chatty children",
          "So many children write without end, and all of it is read. The lateness of a timer of 10 ms is that which "
          "99 of 100 timeouts do not exceed (in the short form, 9 of 10); an ending is that of a child that only exits, with its start.", {
              **{name: f"Lateness of a timer beside {heading}"
                 for name, heading in sizes("chatty/timer", (16, 64), "children").items()},
              **{name: f"One ending beside {heading}"
                 for name, heading in sizes("chatty/ending", (16, 64), "children").items()},
          }),
    Group("Round trips", "1 KiB goes to a child and comes back; both are kept on one processor.", {
        "echo/loop": "Event loop",
        "echo/wait": "Calls that wait",
    }),
]

FOOTPRINTS = {"footprint/plain": "No channels", "footprint/pipes": "Three pipes"}
