// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PARITY_QCORE_UNIX_P_H
#define FORKFD_PARITY_QCORE_UNIX_P_H

// Replaces Qt's private header of this name with the parts that the tests use, so that no package with
// private headers is needed.

#include <unistd.h>

// The tests check this macro only to find out whether the kernel has pidfds.
#define QT_FEATURE_forkfd_pidfd 1

inline int qt_safe_pipe(int ends[2])
{
    return ::pipe2(ends, O_CLOEXEC);
}

inline ssize_t qt_safe_read(int fd, void *data, size_t size)
{
    return TEMP_FAILURE_RETRY(::read(fd, data, size));
}

inline int qt_safe_close(int fd)
{
    return ::close(fd);
}

#endif
