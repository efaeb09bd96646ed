// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/uniquefd.h"

#include "core/base/signals.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

void UniqueFd::reset(int fd) noexcept
{
    const int old = std::exchange(m_fd, fd);
    if (old < 0)
        return;
    // Never again on EINTR: Linux has given the number away by then (close(2), "Dealing with
    // error returns from close()").
    const int savedErrno = errno;
    // A cancellation here would end in std::terminate(): this is called by destructors.
    const CancellationBlocker blocker;
    ::close(old);
    errno = savedErrno;
}

bool Pipe::open() noexcept
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        return false;
    readEnd.reset(fds[0]);
    writeEnd.reset(fds[1]);
    return true;
}

} // namespace ForkFd::Internal
