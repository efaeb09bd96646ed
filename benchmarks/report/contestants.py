# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Names and descriptions of the contestants, in the order of the tables."""

OURS = "ChildProcess"
LIMIT = "limit"
QT = "QProcess"

DESCRIPTIONS = {
    "limit": "Only system calls: clone(CLONE_VM, CLONE_VFORK, CLONE_PIDFD), poll() or epoll_wait(), waitid(), and the "
             "same pipes. This is the time that the kernel needs.",
    "notifier": "The limit plus a QSocketNotifier and QEventLoop::exec(). The lower bound for every Qt class.",
    "posix_spawn": "posix_spawn() and waitpid().",
    "QProcess": "QProcess, used by the same code as ChildProcess.",
    "ChildProcess": "ForkFd::ChildProcess with pidfds.",
    "Background": "The same with StartMode::Background.",
    "run": "ForkFd::run(); the caller waits for the oldest run before it begins a new one.",
    "RunQueue": "ForkFd::RunQueue, which keeps so many runs in flight.",
    "ChildProcess-sigchld": "ForkFd::ChildProcess with FORKFD_BACKEND=sigchld, in its own process.",
    "libuv": "uv_spawn() with libuv's event loop, in its own process.",
    "GLib": "GSubprocess with a main context, in its own process.",
    "Boost": "Boost.Process v2 with an io_context, in its own process, except for one ending among many.",
}
# These are compared with the others, and not the others with them.
SUBJECTS = (OURS, "Background", "run", "RunQueue")


def in_order(names):
    return [name for name in DESCRIPTIONS if name in names]
