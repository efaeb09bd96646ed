// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTWALK_H
#define FORKFD_TESTWALK_H

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>

/// Whether the library signals the members of a tree one by one, through pidfds. With
/// FORKFD_BACKEND=sigchld it opens no pidfd in a thread that could be killed for that: one with a system
/// call filter or a tracer. For tests with forkfd_tell_portable().
inline bool canHoldMembers()
{
    if (FORKFD_TEST_PORTABLE)
        return false;
    QFile status(QStringLiteral("/proc/thread-self/status"));
    if (ForkFd::backend() == ForkFd::Backend::PidFd || !status.open(QIODevice::ReadOnly))
        return ForkFd::backend() == ForkFd::Backend::PidFd;
    const QByteArray text = status.readAll();
    return text.contains("\nTracerPid:\t0\n")
        && (text.contains("\nSeccomp:\t0\n") || !text.contains("\nSeccomp:\t"));
}

#endif
