// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A plug-in with its own copy of the library, which warns with it and starts detached programs only.

#include <ForkFd/ChildProcess>

// Each call is a misuse that writes a message.
extern "C" __attribute__((visibility("default"))) void misuse()
{
    ForkFd::ChildProcess child;
    child.setStopSignal(4711);
    child.start(QString());
}

// Starts the helper program, which waits until the fifo is opened and closed.
extern "C" __attribute__((visibility("default"))) bool detach(const char *fifo)
{
    return ForkFd::ChildProcess::startDetached(
        QStringLiteral(FORKFD_TEST_CHILD),
        {QStringLiteral("await"), QString::fromUtf8(fifo), QStringLiteral("exit"), QStringLiteral("0")});
}
