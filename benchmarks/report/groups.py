# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""The tables of the page: which row shows which scenario."""

from dataclasses import dataclass, field

from contestants import LIMIT, OURS


@dataclass
class Row:
    """One figure of one of our contestants, which the table compares with that of the others."""

    label: str
    scenario: str
    figure: str = "us"
    subject: str = OURS
    shown: str = ""  # The figure that the first column shows, if not the one that is compared.

    def shown_figure(self):
        return self.shown or self.figure


@dataclass
class Group:
    """A section of the page."""

    title: str
    text: str
    rows: list
    charts: list = field(default_factory=list)


def start_rows():
    for family, where in (("run", "two processors"), ("run-pinned", "one processor")):
        for channels, what in (("plain", "No channels"), ("pipes", "Three pipes")):
            for style, how in (("loop", "event loop"), ("wait", "blocking call")):
                scenario = f"{family}/{channels}/{style}"
                yield Row(f"{what}, {how}, {where}", scenario)
                yield Row("– processor time", scenario, "cpu")


def hold_rows():
    kinds = {"plain": "No channels", "pipes": "Three pipes", "dynamic": "No channels, a program with shared libraries"}
    for kind, label in kinds.items():
        yield Row(label, f"hold/{kind}")
        yield Row("– Background", f"hold/{kind}", subject="Background")
    yield Row("Background, beside a start that hangs", "hold/hanging", subject="Background")


def many_rows():
    for threads, where in ((1, "one thread"), (4, "each of 4 threads")):
        for count in (1, 2, 8, 32):
            for subject in ("RunQueue", "run", OURS):
                yield Row(f"{count} in flight from {where}: {subject}", f"many/{threads}/{count}", subject=subject)


def resident_rows():
    for options, text in (("plain", ""), ("options", ", every option")):
        for size in (0, 1, 4):
            yield Row(f"{size} GiB{text}", f"resident/{options}/{size}")


def ending_rows():
    for channels, text, counts in (("plain", "without channels", (10, 100, 1000, 4000, 10000)),
                                   ("pipes", "with three pipes", (10, 100, 1000))):
        for count in counts:
            yield Row(f"{count:,} children {text}", f"ending/{channels}/{count}")
    for count in (10, 1000, 4000):
        yield Row(f"{count:,} children, SIGCHLD, with an unrelated zombie", f"ending/zombie/{count}",
                  subject="ChildProcess-sigchld")


def output_rows():
    for family, where in (("output", "two processors"), ("output-pinned", "one processor")):
        yield Row(f"All output, {where}", family, shown="rate")
    for family, where in (("pipe", "two processors"), ("pipe-pinned", "one processor")):
        for size in (64, 128, 256, 512, 1024):
            yield Row(f"The limit with a pipe of {size} KiB, {where}", f"{family}/{size}", "rate", subject=LIMIT)


def device_rows():
    yield Row("readLine() of 1,000,000 lines, as they arrive", "lines/arriving")
    yield Row("readLine() of 1,000,000 lines, after the end", "lines/end")
    yield Row("300,000 writes of 11 bytes", "write/lines")
    yield Row("QXmlStreamWriter, 40,000 elements, 1,000,000 writes", "write/xml")
    yield Row("QDataStream, 100,000 records, 400,000 writes", "write/datastream")
    yield Row("One array of 256 MiB", "write/array")
    yield Row("Move 1,000 running objects to another thread and back, each", "move/1000")


def chatty_rows():
    figures = (("us", "median"), ("p99", "99 of 100"), ("worst", "worst"))
    kinds = (("chatty/timer", "Lateness", figures), ("chatty-pinned/timer", "Lateness on one processor", figures[1:2]),
             ("chatty/ending", "Ending", figures))
    for family, label, names in kinds:
        for count in (1, 4, 16, 64):
            for name, text in names:
                noun = "child" if count == 1 else "children"
                yield Row(f"{label}, {count} {noun}, {text}", f"{family}/{count}", name)


GROUPS = [
    Group("Start and finish",
          "A child that exits at once, from the constructor of its object to the destructor. The processor time is "
          "that of parent and child; with two processors, the time also depends on who sleeps and has to be woken.",
          [*start_rows()], ["start-plain", "start-pipes"]),
    Group("start() alone",
          "How long the call that starts a child blocks the calling thread. A start that hangs is that of another "
          "child in the same program, whose exec does not return during the measurement.", [*hold_rows()]),
    Group("Many children, some at a time",
          "Children with three pipes that exit at once; the time is that of one child. The others wait for the "
          "children in the order of the starts.", [*many_rows()]),
    Group("Large parents",
          "Start and finish a child without channels. The parent has this much resident memory, in pages of 4 KiB. "
          "“Every option” sets all LaunchOptions that can be combined, except pseudoTerminal, dieWithParent and "
          "controlGroup; the time includes opening the child's terminal.", [*resident_rows()], ["resident"]),
    Group("One ending among many",
          "The parent has this many sleeping children. It kills one of them and waits for its end in the event loop.",
          [*ending_rows()], ["ending-plain", "ending-pipes"]),
    Group("Output",
          "The parent reads what a child writes as fast as it can. The limit uses a pipe of 1 MiB, or as the row says.",
          [*output_rows()], ["output", "pipes", "pipes-pinned"]),
    Group("Lines, writes and moves", "The time until the child has ended. Only the Qt classes are QIODevices.",
          [*device_rows()]),
    Group("With chatty children",
          "The parent reads from this many children, which write without pause. Lateness: by how much a 10 ms timer is "
          "late. Ending: start and finish a child that exits at once.", [*chatty_rows()], ["lateness"]),
    Group("Round trips",
          "The parent sends 1 KiB to a child, which sends it back. Both are pinned to one processor. The notifier "
          "writes when the event loop says that the pipe has room, as QProcess and ChildProcess do, and does nothing else.",
          [Row("Event loop", "echo/loop"), Row("Blocking calls", "echo/wait")], ["roundtrip"]),
]


@dataclass
class Cost:
    """A row of the table of memory, which shows the figures themselves."""

    label: str
    scenario: str
    figure: str


COSTS = [
    Cost("Heap of an idle child without channels, bytes", "footprint/plain", "heap"),
    Cost("Heap of an idle child with three pipes, bytes", "footprint/pipes", "heap"),
    Cost("Descriptors of an idle child without channels", "footprint/plain", "descriptors"),
    Cost("Descriptors of an idle child with three pipes", "footprint/pipes", "descriptors"),
    Cost("Heap of an object after the end, without channels, bytes", "finished/plain", "heap"),
    Cost("Heap of an object after the end, with three pipes, bytes", "finished/pipes", "heap"),
    Cost("Growth of resident memory in 100,000 starts, KiB", "growth/100000", "growth"),
    Cost("Growth of resident memory in 3,000 starts, KiB", "growth/3000", "growth"),
    Cost("Wake-ups in a second with 10 idle children", "idle/10", "wakeups"),
    Cost("bytesWritten() signals for 300,000 writes", "write/lines", "signals"),
    Cost("bytesWritten() signals for QXmlStreamWriter", "write/xml", "signals"),
    Cost("Growth of peak memory by an array of 256 MiB, MiB", "write/array", "memory"),
]
